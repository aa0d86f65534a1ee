import { readApiConfig } from './api-config';

const required = {
  MONGODB_URI: 'mongodb://127.0.0.1/relay',
  REDIS_URL: 'redis://127.0.0.1',
  JWT_SECRET: 'x'.repeat(32),
  SECRET_KEYS: `a:${Buffer.alloc(32).toString('base64')}`,
};
const trustProxy = (value: string) => readApiConfig({ ...required, TRUST_PROXY: value }).trustProxy;

describe('TRUST_PROXY', () => {
  it('believes nobody unless it is set', () => {
    expect(readApiConfig(required).trustProxy).toBe(0);
  });

  it.each([
    ['0', 0],
    ['2', 2],
    ['10.0.0.0/8', ['10.0.0.0/8']],
    ['loopback, 192.0.2.7,fd00::/8', ['loopback', '192.0.2.7', 'fd00::/8']],
  ])('takes %s', (value, expected) => {
    expect(trustProxy(value)).toEqual(expected);
  });

  it.each(['true', '-1', '10', '0.0.0.0/0', '::/0', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/8/8', 'proxy'])(
    'refuses %s: every caller could choose the address that limits count by',
    (value) => {
      expect(() => trustProxy(value)).toThrow('TRUST_PROXY must be the number of proxies');
    },
  );
});
