import { FieldSpecDto } from '@audience-relay/api-client';
import { enteredValues, fieldsForm } from './field-values';

const specs: FieldSpecDto[] = [
  { key: 'apiKey', type: 'secret', label: 'API key', required: true, advanced: false },
  { key: 'region', type: 'select', label: 'Region', required: false, advanced: false, default: 'global' },
  { key: 'timeout', type: 'number', label: 'Timeout', required: false, advanced: true, min: 1, max: 60 },
  {
    ...{ key: 'url', type: 'text', label: 'Address', required: false, advanced: false },
    pattern: { source: 'https?://\\S+', message: 'Begin with http.' },
  },
];

describe('the form of field specs', () => {
  it('should ask for a required secret, and take defaults', () => {
    const form = fieldsForm(specs);
    expect(form.valid).toBe(false);
    form.controls['apiKey']?.setValue('SG.x');
    expect(form.valid).toBe(true);
    expect(enteredValues(form)).toEqual({ apiKey: 'SG.x', region: 'global' });
  });

  it('should never hold a stored secret, nor ask for it again, nor send it empty', () => {
    const form = fieldsForm(specs, { apiKey: { set: true, hint: '…cess' }, region: 'eu' });
    expect(form.getRawValue()['apiKey']).toBe('');
    expect(form.valid).toBe(true);
    expect(enteredValues(form)).toEqual({ region: 'eu' });
  });

  it('should hold numbers to their bounds and texts to the whole of their pattern', () => {
    const form = fieldsForm(specs, { apiKey: { set: true, hint: '' } });
    form.controls['timeout']?.setValue(61);
    expect(form.controls['timeout']?.errors).toHaveProperty('max');
    form.controls['url']?.setValue('see http://example.com');
    expect(form.controls['url']?.errors).toEqual({ sentence: 'Begin with http.' });
    form.controls['url']?.setValue('http://example.com');
    expect(form.controls['url']?.errors).toBeNull();
  });
});
