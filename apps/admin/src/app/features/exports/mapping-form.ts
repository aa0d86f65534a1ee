import {
  AbstractControl,
  FormArray,
  FormControl,
  FormGroup,
  FormRecord,
  ValidationErrors,
  Validators,
} from '@angular/forms';
import { FieldType } from '@audience-relay/contracts';
import { DestinationMappingDto, MappingDto, ProfileFieldDto } from '@audience-relay/api-client';

export type CustomFieldForm = FormGroup<{
  source: FormControl<string>;
  name: FormControl<string>;
  type: FormControl<FieldType>;
}>;

export type MappingForm = FormGroup<{
  fields: FormRecord<FormControl<string>>;
  custom: FormArray<CustomFieldForm>;
}>;

type RemoteField = DestinationMappingDto['fields'][number];

/** The profile field that means the same, if there is one: the fullest of several. */
export function sameMeaning(
  { semanticType }: RemoteField,
  profileFields: readonly ProfileFieldDto[],
): string {
  if (!semanticType) return '';
  const candidates = profileFields.filter((field) => field.semanticType === semanticType);
  return candidates.sort((a, b) => b.filled - a.filled)[0]?.key ?? '';
}

export function sourceControl(value: string): FormControl<string> {
  return new FormControl(value, { nonNullable: true, validators: Validators.required });
}

export function customFieldForm(
  spec: DestinationMappingDto,
  value: { source: string; name: string; type: FieldType },
): CustomFieldForm {
  const name = sourceControl(value.name);
  const pattern = spec.customFields?.namePattern;
  if (pattern) {
    const expression = new RegExp(`^(?:${pattern.source})$`, 'u');
    name.addValidators((control) =>
      control.value === '' || expression.test(control.value as string) ? null : { sentence: pattern.message },
    );
    // Validators that are added later do not look at the value that is there.
    name.updateValueAndValidity();
  }
  return new FormGroup({
    source: sourceControl(value.source),
    name,
    type: new FormControl(value.type, { nonNullable: true }),
  });
}

/** Of each group that the destination names, one field must be mapped. */
function oneOfEach(spec: DestinationMappingDto) {
  return (control: AbstractControl): ValidationErrors | null => {
    const mapped = (control as MappingForm).controls.fields.controls;
    const missing = spec.atLeastOneOf.find((group) => !group.some((key) => mapped[key]?.value));
    return missing ? { oneOf: missing } : null;
  };
}

/** The mapping as it is, or for a new export the fields that must be there, filled by meaning. */
export function mappingForm(
  spec: DestinationMappingDto,
  profileFields: readonly ProfileFieldDto[],
  value?: MappingDto,
): MappingForm {
  const fields = new FormRecord<FormControl<string>>({});
  const custom = new FormArray<CustomFieldForm>([]);
  for (const field of spec.fields) {
    const source = value ? value.fields[field.key] : undefined;
    const wanted = field.required || field.key === spec.identity;
    if (source !== undefined) fields.addControl(field.key, sourceControl(source));
    else if (wanted) fields.addControl(field.key, sourceControl(sameMeaning(field, profileFields)));
  }
  for (const entry of value?.custom ?? []) custom.push(customFieldForm(spec, entry));
  return new FormGroup({ fields, custom }, { validators: oneOfEach(spec) });
}
