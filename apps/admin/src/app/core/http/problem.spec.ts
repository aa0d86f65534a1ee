import { HttpErrorResponse } from '@angular/common/http';
import { problemOf } from './problem';

describe('a problem', () => {
  it("should be the API's own, with its fields and what it says beside them", () => {
    const error = new HttpErrorResponse({
      status: 409,
      error: {
        code: 'run-active',
        detail: 'It runs.',
        activeRunId: 'r1',
        errors: [{ path: 'a', message: 'b' }, 'x'],
      },
    });
    expect(problemOf(error)).toMatchObject({
      ...{ status: 409, code: 'run-active', detail: 'It runs.' },
      errors: [{ path: 'a', message: 'b' }],
      extra: { activeRunId: 'r1' },
    });
  });

  it('should be read from text too, as downloads bring it', () => {
    const error = new HttpErrorResponse({ status: 403, error: '{"code":"forbidden"}' });
    expect(problemOf(error).code).toBe('forbidden');
  });

  it('should be found inside what a resource wraps it in', () => {
    const cause = new HttpErrorResponse({ status: 404, error: { code: 'not-found' } });
    expect(problemOf(new Error('wrapped', { cause })).code).toBe('not-found');
  });

  it.each([
    ['no answer', new HttpErrorResponse({ status: 0 }), 'unreachable'],
    [
      'a proxy without a server behind it',
      new HttpErrorResponse({ status: 502, error: '<html>' }),
      'unreachable',
    ],
    ['an answer without a code', new HttpErrorResponse({ status: 500, error: 'oops' }), 'unexpected'],
    ['a mistake of ours', new TypeError('x'), 'unexpected'],
  ])('should have a code for %s', (_what, error, code) => {
    expect(problemOf(error).code).toBe(code);
  });
});
