/** What an endpoint answers: JSON, or text of another type, or nothing. */
export interface Reply {
  status: number;
  json?: unknown;
  text?: string;
  type?: string;
}

/** Thrown by an endpoint to answer with an error. */
export class Refusal extends Error {
  constructor(readonly reply: Reply) {
    super(`HTTP ${reply.status}`);
  }
}

interface ErrorDetail {
  field?: string | null;
  message: string;
}

/** The usual shape of an error. Endpoints that differ build their own `Reply`. */
export function errorReply(status: number, errors: readonly ErrorDetail[]): Reply {
  return { status, json: { errors } };
}

export function refuse(status: number, message: string, field: string | null = null): never {
  throw new Refusal(errorReply(status, [{ field, message }]));
}

/** The page of the proxy in front of the API, which knows nothing of JSON. */
export function proxyPage(status: number, title: string): Reply {
  const heading = `${status} ${title}`;
  return {
    status,
    type: 'text/html',
    text:
      `<html>\r\n<head><title>${heading}</title></head>\r\n<body>\r\n` +
      `<center><h1>${heading}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
  };
}
