import { type ProblemFieldError, unstorableText } from '@audience-relay/contracts';
import { type ArgumentMetadata, Injectable, type ValidationError, ValidationPipe } from '@nestjs/common';
import { invalid, notFound, ProblemException } from '../problems/problem.exception';

const within = (parent: string, key: string | number): string =>
  parent === '' ? `${key}` : `${parent}.${key}`;

/** More mistakes than a person mends at once: an answer is not made larger by them. */
const maxErrors = 100;

/** One error for each wrong field, with its place: `mapping.custom.0.name`. Of several, the rule declared first. */
function fieldErrors(errors: readonly ValidationError[], parent = ''): ProblemFieldError[] {
  return errors.flatMap((error) => {
    const path = within(parent, error.property);
    // Decorators run from the last to the first.
    const message = Object.values(error.constraints ?? {}).at(-1);
    return [
      ...(message === undefined ? [] : [{ path, message: `${message}.` }]),
      ...fieldErrors(error.children ?? [], path),
    ];
  });
}

/** The places of texts that the database cannot hold; a name of a member counts for the member. */
function unstorableErrors(value: unknown, path = ''): ProblemFieldError[] {
  if (typeof value === 'string')
    return unstorableText.test(value) ? [{ path, message: unstorableMessage }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    unstorableText.test(key)
      ? [{ path: within(path, key.replace(/\0|\p{Surrogate}/gu, '\uFFFD')), message: unstorableMessage }]
      : unstorableErrors(member, within(path, key)),
  );
}

const unstorableMessage = 'A text must not contain a NUL character or half of a surrogate pair.';

/**
 * Bodies and queries hold what their DTO declares and nothing else; all mistakes are reported at once. Texts that the
 * database cannot hold are refused everywhere, also where a DTO takes any member.
 */
@Injectable()
export class InputPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      validationError: { target: false, value: false },
      exceptionFactory: (errors) => invalid(...fieldErrors(errors).slice(0, maxErrors)),
    });
  }

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'custom') return super.transform(value, metadata);
    const errors = unstorableErrors(value);
    // As IdPipe: what cannot be a key belongs to nothing.
    if (errors.length > 0 && metadata.type === 'param') throw notFound('This item');
    if (errors.length > 0) throw invalid(...errors.slice(0, maxErrors));
    // A list would be checked item by item: an empty one passes every rule, and its members are all absent.
    if (metadata.type === 'body' && Array.isArray(value))
      throw new ProblemException('malformed-request', 'The body must be one JSON object, not a list.');
    return super.transform(value, metadata);
  }
}
