export const FIELD_TYPES = ['Text', 'Number', 'Date'] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

export interface CustomField {
  id: string;
  name: string;
  type: FieldType;
  /** Milliseconds since 1970; before that the id is refused as unknown. */
  usableAt: number;
}

export interface ReservedField {
  id: string;
  name: string;
  type: FieldType;
  readOnly?: true;
}

const reserved = (number: number, name: string, type: FieldType, readOnly?: true): ReservedField => ({
  id: `_rf${number}_${type.charAt(0)}`,
  name,
  type,
  ...(readOnly && { readOnly }),
});

/** In the order in which the service returned them in July 2026. */
export const RESERVED_FIELDS: readonly ReservedField[] = [
  reserved(0, 'first_name', 'Text'),
  reserved(1, 'last_name', 'Text'),
  reserved(2, 'email', 'Text'),
  reserved(3, 'alternate_emails', 'Text'),
  reserved(4, 'address_line_1', 'Text'),
  reserved(5, 'address_line_2', 'Text'),
  reserved(6, 'city', 'Text'),
  reserved(7, 'state_province_region', 'Text'),
  reserved(8, 'postal_code', 'Text'),
  reserved(9, 'country', 'Text'),
  reserved(10, 'phone_number', 'Text'),
  reserved(11, 'whatsapp', 'Text'),
  reserved(12, 'line', 'Text'),
  reserved(13, 'facebook', 'Text'),
  reserved(14, 'unique_name', 'Text'),
  reserved(27, 'list_ids', 'Text'),
  reserved(28, 'segment_ids', 'Text'),
  reserved(15, 'email_domains', 'Text', true),
  reserved(16, 'last_clicked', 'Date', true),
  reserved(17, 'last_opened', 'Date', true),
  reserved(18, 'last_emailed', 'Date', true),
  reserved(19, 'singlesend_id', 'Text', true),
  reserved(20, 'automation_id', 'Text', true),
  reserved(21, 'created_at', 'Date', true),
  reserved(22, 'updated_at', 'Date', true),
  reserved(23, 'contact_id', 'Text', true),
  reserved(24, 'phone_number_id', 'Text'),
  reserved(25, 'external_id', 'Text'),
  reserved(26, 'anonymous_id', 'Text'),
];
