export const IDENTIFIERS = ['email', 'phone_number_id', 'external_id', 'anonymous_id'] as const;
export type Identifier = (typeof IDENTIFIERS)[number];

/** Reserved fields of a contact that take text, with their longest value in characters (Infinity: none stated). */
export const TEXT_FIELDS: ReadonlyMap<string, number> = new Map([
  ['email', 254],
  ['phone_number_id', Infinity],
  ['external_id', 254],
  ['anonymous_id', 254],
  ['first_name', 50],
  ['last_name', 50],
  ['address_line_1', 100],
  ['address_line_2', 100],
  ['city', 60],
  ['state_province_region', 50],
  ['country', 50],
  ['postal_code', Infinity],
  ['phone_number', Infinity],
  ['whatsapp', Infinity],
  ['line', Infinity],
  ['facebook', Infinity],
  ['unique_name', Infinity],
]);

export const ALTERNATE_EMAILS = { items: 5, length: 254 } as const;

export type CustomValue = string | number;

/** The fields of a contact that hold a value. Custom fields are kept by id. */
export interface ContactValues {
  [field: string]: string | string[] | Record<string, CustomValue> | undefined;
  email?: string;
  phone_number_id?: string;
  external_id?: string;
  anonymous_id?: string;
  alternate_emails?: string[];
  custom_fields?: Record<string, CustomValue>;
}

/** One contact as it came in a request; checked by `checkRows` before anything else sees it. */
export type ContactRow = Readonly<Record<string, unknown>>;

/** A stored contact. Times are whole seconds since 1970: a million of them then need no boxed numbers. */
export class Contact {
  constructor(
    readonly number: number,
    public values: ContactValues,
    public listIds: readonly string[],
    readonly createdAt: number,
    public updatedAt: number,
  ) {}
}
