import { FormControl, FormGroup } from '@angular/forms';
import { placeErrors } from './server-errors';

describe("the API's field errors", () => {
  it('should go to their controls, and come back when there is none', () => {
    const form = new FormGroup({
      name: new FormControl(''),
      fields: new FormGroup({ apiKey: new FormControl('') }),
    });
    const left = placeErrors(form, {
      ...{ status: 400, code: 'validation-failed', detail: null, extra: {} },
      errors: [
        { path: 'fields.apiKey', message: 'Too short.' },
        { path: 'segmentIds', message: 'Choose one.' },
      ],
    });
    expect(form.get('fields.apiKey')?.errors).toEqual({ server: 'Too short.' });
    expect(form.get('fields.apiKey')?.touched).toBe(true);
    expect(left.errors).toEqual([{ path: 'segmentIds', message: 'Choose one.' }]);
  });

  it('should be gone with the next change of the value', () => {
    const form = new FormGroup({ name: new FormControl('a') });
    placeErrors(form, {
      ...{ status: 409, code: 'name-taken', detail: null, extra: {} },
      errors: [{ path: 'name', message: 'Taken.' }],
    });
    form.controls.name.setValue('b');
    expect(form.valid).toBe(true);
  });
});
