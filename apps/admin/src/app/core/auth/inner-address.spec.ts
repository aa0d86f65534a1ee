import { innerAddress } from './inner-address';

describe('where to go after sign-in', () => {
  it.each(['/exports', '/runs/1?tab=2'])('should be %s', (address) =>
    expect(innerAddress(address)).toBe(address),
  );

  it.each(['https://evil.example', '//evil.example', '/\\evil.example', 'exports', '', null, undefined])(
    'should never be %j',
    (address) => expect(innerAddress(address)).toBe('/'),
  );
});
