import { FormControl } from '@angular/forms';
import { recipientsOf, recipientsValidator } from './recipients';

describe('the recipients of alerts', () => {
  it('should be read as people write them', () => {
    expect(recipientsOf(' kari@example.com\n\nola@example.com; per@example.com,')).toEqual([
      'kari@example.com',
      'ola@example.com',
      'per@example.com',
    ]);
  });

  it.each([
    ['none', ' \n'],
    ['what is no address', 'kari@example.com\nola'],
    ['the same one twice', 'kari@example.com\nkari@example.com'],
    ['more than twenty', Array.from({ length: 21 }, (_, index) => `p${index}@example.com`).join('\n')],
  ])('should not be %s', (_what, text) => {
    expect(recipientsValidator(new FormControl(text, { nonNullable: true }))).toEqual({ recipients: true });
  });

  it('should be one to twenty addresses', () => {
    const text = Array.from({ length: 20 }, (_, index) => `p${index}@example.com`).join('\n');
    expect(recipientsValidator(new FormControl(text, { nonNullable: true }))).toBeNull();
  });
});
