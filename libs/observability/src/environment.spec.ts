import { Environment, EnvironmentError } from './environment';

describe('environment', () => {
  it('gives what is set, and the fallback for what is not', () => {
    const environment = new Environment({ PORT: '8080', LOG_LEVEL: ' debug ', EMPTY: '', ON: 'true' });
    expect(environment.port('PORT', 3000)).toBe(8080);
    expect(environment.port('WORKER_PORT', 3001)).toBe(3001);
    expect(environment.oneOf('LOG_LEVEL', ['info', 'debug'], 'info')).toBe('debug');
    expect(environment.text('EMPTY', 'fallback')).toBe('fallback');
    expect(environment.flag('ON', false)).toBe(true);
    expect(() => environment.check()).not.toThrow();
  });

  it('says one sentence for each wrong variable, and never its value', () => {
    const environment = new Environment({ PORT: 'abc', MONGODB_URI: 'hunter2', LOG_LEVEL: 'loud' });
    environment.port('PORT', 3000);
    environment.url('MONGODB_URI', ['mongodb:'], 'the address of the database');
    environment.oneOf('LOG_LEVEL', ['info'], 'info');
    environment.required('JWT_SECRET', 'random characters');
    const error = thrownBy(() => environment.check());
    expect(error).toBeInstanceOf(EnvironmentError);
    expect((error as EnvironmentError).sentences).toEqual([
      'PORT must be a whole number from 0 to 65535.',
      'MONGODB_URI must be an address that begins with mongodb://.',
      'LOG_LEVEL must be one of info.',
      'JWT_SECRET is not set: it must hold random characters.',
    ]);
  });
});

function thrownBy(call: () => void): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}
