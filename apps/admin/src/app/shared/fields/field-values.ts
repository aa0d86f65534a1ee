import { FormControl, FormRecord, ValidatorFn, Validators } from '@angular/forms';
import { FieldSpecDto } from '@audience-relay/api-client';

/** What an input holds while it is edited: an empty string for nothing. */
export type FieldInput = string | number | boolean | null;

export type FieldsForm = FormRecord<FormControl<FieldInput>>;

/** A regular expression of a destination must match the whole value; its own sentence is what people see. */
function matches({ source, message }: { source: string; message: string }): ValidatorFn {
  const expression = new RegExp(`^(?:${source})$`, 'u');
  return ({ value }) =>
    typeof value === 'string' && value !== '' && !expression.test(value) ? { sentence: message } : null;
}

/** Controls for a destination's field specs. A secret that is already stored need not be typed again. */
export function fieldsForm(
  specs: readonly FieldSpecDto[],
  values: Readonly<Record<string, unknown>> = {},
): FieldsForm {
  const form: FieldsForm = new FormRecord<FormControl<FieldInput>>({});
  for (const spec of specs) {
    const stored = values[spec.key];
    const isStoredSecret = spec.type === 'secret' && stored !== undefined && stored !== null;
    const value = isStoredSecret
      ? ''
      : ((stored ?? spec.default ?? (spec.type === 'boolean' ? false : '')) as FieldInput);
    const validators: ValidatorFn[] = [];
    if (spec.required && spec.type !== 'boolean' && !isStoredSecret) validators.push(Validators.required);
    if (spec.type === 'text' || spec.type === 'secret')
      validators.push(Validators.maxLength(spec.maxLength ?? 1000));
    if (spec.type === 'number' && spec.min !== undefined) validators.push(Validators.min(spec.min));
    if (spec.type === 'number' && spec.max !== undefined) validators.push(Validators.max(spec.max));
    if (spec.pattern) validators.push(matches(spec.pattern));
    form.addControl(spec.key, new FormControl<FieldInput>(value, validators));
  }
  return form;
}

/** What goes to the API: without what was left empty, so that a stored secret stays. */
export function enteredValues(form: FieldsForm): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(form.getRawValue()).filter(
      (entry): entry is [string, string | number | boolean] => entry[1] !== null && entry[1] !== '',
    ),
  );
}
