import { FormControl, FormGroup, Validators } from '@angular/forms';
import {
  defaultRemovalLimit,
  DeliveryMode,
  DeliveryScope,
  ExportScheduleKind,
  Recurrence,
} from '@audience-relay/contracts';
import { CreateExportDto, DestinationDto, ExportDto, ProfileFieldDto } from '@audience-relay/api-client';
import { enteredValues, FieldsForm, fieldsForm } from '../../shared/fields/field-values';
import { newRecurrence } from '../../shared/schedule/recurrence-editor';
import { MappingForm, mappingForm } from './mapping-form';

export type ExportForm = ReturnType<typeof exportForm>;

const wholeNumber = Validators.pattern(/^\d+$/);

/** What an export is, named as the API names it, so that what it refuses finds its field. */
export function exportForm() {
  return new FormGroup({
    name: new FormControl('', {
      nonNullable: true,
      validators: [Validators.required, Validators.pattern(/\S/), Validators.maxLength(100)],
    }),
    connectionId: new FormControl('', { nonNullable: true, validators: Validators.required }),
    // These two are what the destination makes of them.
    settings: new FormGroup({}) as unknown as FieldsForm,
    mapping: new FormGroup({}) as unknown as MappingForm,
    segmentIds: new FormControl<string[]>([], { nonNullable: true, validators: Validators.required }),
    mode: new FormControl<DeliveryMode>('upsert', { nonNullable: true }),
    removeStrangers: new FormControl(false, { nonNullable: true }),
    removalLimit: new FormGroup({
      percent: new FormControl<string | number | null>('', [Validators.min(0), Validators.max(100)]),
      count: new FormControl<string | number | null>('', [wholeNumber, Validators.min(0)]),
    }),
    scope: new FormControl<DeliveryScope>('changes', { nonNullable: true }),
    hardLimit: new FormControl<string | number | null>('', [wholeNumber, Validators.min(1)]),
    rejectedLimit: new FormControl<string | number | null>('', [Validators.min(0), Validators.max(100)]),
    schedule: new FormGroup({
      kind: new FormControl<ExportScheduleKind>('follow', { nonNullable: true }),
      recurrence: new FormControl<Recurrence>(newRecurrence(), { nonNullable: true }),
    }),
  });
}

/** The export as it is, or the beginning of a new one. */
export function fillExportForm(
  form: ExportForm,
  existing: ExportDto | null,
  { connectionId, segmentId }: { connectionId?: string; segmentId?: string },
): void {
  form.reset({
    name: existing?.name ?? '',
    connectionId: existing?.connection?.id ?? connectionId ?? '',
    segmentIds: existing?.segments.map(({ id }) => id) ?? (segmentId ? [segmentId] : []),
    mode: existing?.mode ?? 'upsert',
    removeStrangers: existing?.removeStrangers ?? false,
    removalLimit: existing?.removalLimit ?? defaultRemovalLimit,
    scope: existing?.scope ?? 'changes',
    hardLimit: existing?.hardLimit ?? '',
    rejectedLimit: existing?.rejectedLimit ?? '',
    schedule: {
      kind: existing?.schedule.kind ?? 'follow',
      recurrence: { ...newRecurrence(), ...existing?.schedule.recurrence },
    },
  });
  // Changing the connection is attaching, which only administrators may do, with a question.
  if (existing) form.controls.connectionId.disable();
}

/** Another destination has other settings and fields. */
export function fitToDestination(
  form: ExportForm,
  { settingsFields, mapping, capabilities }: DestinationDto,
  profileFields: readonly ProfileFieldDto[],
  existing: ExportDto | null,
): void {
  form.setControl('settings', fieldsForm(settingsFields, existing?.settings ?? undefined));
  form.setControl('mapping', mappingForm(mapping, profileFields, existing?.mapping ?? undefined));
  if (!capabilities.modes.includes('mirror')) form.controls.mode.setValue('upsert');
}

/** What goes to the API. */
export function enteredExport(
  form: ExportForm,
  settingsLabels: Record<string, string>,
  capabilities: DestinationDto['capabilities'] | undefined,
): CreateExportDto {
  const { name, hardLimit, rejectedLimit, removeStrangers, removalLimit, schedule, ...rest } =
    form.getRawValue();
  return {
    ...rest,
    name: name.trim(),
    settings: enteredValues(form.controls.settings),
    settingsLabels,
    removeStrangers: removeStrangers && rest.mode === 'mirror' && (capabilities?.listPeople ?? false),
    removalLimit: {
      percent: numberOrNull(removalLimit.percent) ?? defaultRemovalLimit.percent,
      count: numberOrNull(removalLimit.count) ?? defaultRemovalLimit.count,
    },
    hardLimit: numberOrNull(hardLimit),
    rejectedLimit: numberOrNull(rejectedLimit),
    schedule: { kind: schedule.kind, ...(schedule.kind === 'own' && { recurrence: schedule.recurrence }) },
  };
}

function numberOrNull(value: string | number | null): number | null {
  return value === '' || value === null ? null : Number(value);
}
