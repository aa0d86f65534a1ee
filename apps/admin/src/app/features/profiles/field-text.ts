import { FieldType, FieldValue } from '@audience-relay/contracts';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';

/** A profile's value as its reader writes such values. */
export function fieldText(
  value: FieldValue | undefined,
  type: FieldType,
  texts: Texts,
  formats: Formats,
): string {
  if (value === undefined || value === null || value === '') return texts.t('ui.none');
  if (typeof value === 'boolean') return texts.t(value ? 'ui.yes' : 'ui.no');
  if (typeof value === 'number') return formats.number(value);
  return type === 'date' && !Number.isNaN(Date.parse(value)) ? formats.day(value) : value;
}
