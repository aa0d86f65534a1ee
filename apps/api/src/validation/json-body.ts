import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProblemException } from '../problems/problem.exception';

/** Objects and lists within each other. The deepest that any address takes, a rule of groups, has less than half. */
const maxDepth = 40;

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = Buffer.from('"\\{}[]');

/** Whether JSON is nested deeper than that. Looks at bytes: what is too deep is refused before it is parsed. */
function isTooDeep(json: Uint8Array): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (inText) {
      if (byte === backslash) at += 1;
      else if (byte === quote) inText = false;
    } else if (byte === quote) inText = true;
    else if (byte === openBrace || byte === openBracket) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (byte === closeBrace || byte === closeBracket) depth -= 1;
  }
  return false;
}

/** How JSON bodies are read: express hands the bytes to `verify` before it parses them. */
export const jsonBody = {
  limit: '1mb',
  verify: (_request: IncomingMessage, _response: ServerResponse, bytes: Buffer, charset: string): void => {
    if (charset !== 'utf-8')
      throw new ProblemException(
        'unsupported-media-type',
        'Send JSON in UTF-8: other character sets are not read.',
      );
    if (isTooDeep(bytes))
      throw new ProblemException(
        'malformed-request',
        `The JSON is nested too deeply: at most ${maxDepth} objects and lists within each other are read.`,
      );
  },
};

/** What is never the content of a file that an address takes as it is. */
const packagings = ['multipart', 'urlencoded', 'application/xml', 'text/xml', '+xml'];

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Refuses bodies of other kinds than the address declares by `ApiConsumes`; without one, it takes JSON. */
@Injectable()
export class ContentTypeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (!hasBody(request)) return true;
    // The key under which Swagger's decorator keeps it.
    const consumes = Reflect.getMetadata('swagger/apiConsumes', context.getHandler()) as string[] | undefined;
    if (consumes ? !request.is(packagings) : request.is('application/json')) return true;
    const wanted = consumes ? `one of ${consumes.join(', ')}` : 'application/json';
    throw new ProblemException(
      'unsupported-media-type',
      `This address does not take this kind of content. Send ${wanted}, and say so in Content-Type.`,
    );
  }
}
