import { preferredLanguage } from './languages';

describe('the language', () => {
  it.each([
    ['nb', ['en-GB'], 'nb'],
    [null, ['nn-NO', 'en'], 'nb'],
    [null, ['no'], 'nb'],
    [null, ['de-DE', 'en-US'], 'en'],
    [null, ['de-DE'], 'en'],
    ['xx', ['nb-NO'], 'nb'],
  ])('should be the remembered %j, else of %j: %s', (remembered, wanted, language) => {
    expect(preferredLanguage(remembered, wanted)).toBe(language);
  });
});
