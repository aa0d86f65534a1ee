import { type DeliveryMode, deliveryModes, type FieldType, fieldTypes } from '@audience-relay/contracts';
import { describeDestination, type Destination, type FieldSpec } from '@audience-relay/destinations/registry';
import { ApiProperty } from '@nestjs/swagger';

const specTypes = ['text', 'secret', 'number', 'boolean', 'select', 'target'] as const;

const anyValue = { oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] };

export class PatternDto {
  @ApiProperty({ description: 'A regular expression that the whole value must match.' })
  source!: string;

  @ApiProperty({ description: 'What to say when it does not.' })
  message!: string;
}

export class FieldOptionDto {
  @ApiProperty({ description: 'What is stored.' })
  value!: string;

  @ApiProperty({ description: 'What is shown.' })
  label!: string;
}

/** One field of a form: of a connection, or of an export. */
export class FieldSpecDto {
  @ApiProperty({ description: 'Name of the field in `fields` or `settings`.' })
  key!: string;

  @ApiProperty({
    description: '`secret` is write-only; a `target` is chosen from `connections/:id/targets`.',
    enum: specTypes,
  })
  type!: (typeof specTypes)[number];

  @ApiProperty({ description: 'Shown beside the input.' })
  label!: string;

  @ApiProperty({ description: 'Help below the input.', required: false })
  description?: string;

  @ApiProperty({ description: 'Must hold a value.' })
  required!: boolean;

  @ApiProperty({ description: 'Shown only on demand.' })
  advanced!: boolean;

  @ApiProperty({
    description: 'Decides where requests go: when it changes, secrets must be entered again.',
    required: false,
  })
  address?: boolean;

  @ApiProperty({ description: 'Shown while the input is empty.', required: false })
  placeholder?: string;

  @ApiProperty({ description: 'In characters.', required: false })
  maxLength?: number;

  @ApiProperty({ description: 'What a text must look like.', required: false })
  pattern?: PatternDto;

  @ApiProperty({ description: 'The smallest number.', required: false })
  min?: number;

  @ApiProperty({ description: 'The largest number.', required: false })
  max?: number;

  @ApiProperty({ description: 'What a select offers.', type: [FieldOptionDto], required: false })
  options?: FieldOptionDto[];

  @ApiProperty({ description: 'Taken when nothing is entered.', ...anyValue, required: false })
  default?: string | number | boolean;
}

export class MappingFieldDto {
  @ApiProperty({ description: 'Name of the field in `mapping.fields`.' })
  key!: string;

  @ApiProperty({ description: 'Shown beside the input.' })
  label!: string;

  @ApiProperty({ description: 'What it holds.', enum: fieldTypes, enumName: 'FieldType' })
  type!: FieldType;

  @ApiProperty({ description: 'Must be mapped; a member without a value is skipped.' })
  required!: boolean;

  @ApiProperty({ description: 'In characters; longer values are left out.', required: false })
  maxLength?: number;

  @ApiProperty({ description: 'A profile field of this meaning is preselected.', required: false })
  semanticType?: string;
}

export class CustomFieldsDto {
  @ApiProperty({ description: 'Types that can be stored.', enum: fieldTypes, isArray: true })
  types!: readonly FieldType[];

  @ApiProperty({ description: 'What a field may be called.' })
  namePattern!: PatternDto;

  @ApiProperty({ description: 'The most that one export may map.' })
  max!: number;
}

export class DestinationMappingDto {
  @ApiProperty({ description: 'The field by which the destination tells people apart.' })
  identity!: string;

  @ApiProperty({ description: 'What can be mapped.', type: [MappingFieldDto] })
  fields!: MappingFieldDto[];

  @ApiProperty({
    description: 'Of each group at least one field must be mapped.',
    type: 'array',
    items: { type: 'array', items: { type: 'string' } },
  })
  atLeastOneOf!: readonly (readonly string[])[];

  @ApiProperty({ description: 'Null: there are none.', type: CustomFieldsDto, nullable: true })
  customFields!: CustomFieldsDto | null;
}

export class CapabilitiesDto {
  @ApiProperty({
    description: '`mirror` also takes leavers off the list.',
    enum: deliveryModes,
    enumName: 'DeliveryMode',
    isArray: true,
  })
  modes!: readonly DeliveryMode[];

  @ApiProperty({ description: '`async`: the verdict comes later.', enum: ['sync', 'async'] })
  confirmation!: 'sync' | 'async';

  @ApiProperty({ description: 'Targets can be listed.' })
  targets!: boolean;

  @ApiProperty({ description: 'Targets can be made from here.' })
  createTarget!: boolean;

  @ApiProperty({ description: 'Who is on a target can be told: exports can take off strangers too.' })
  listPeople!: boolean;
}

export class LimitsDto {
  @ApiProperty({ description: 'Records in one request.' })
  maxRecords!: number;

  @ApiProperty({ description: 'Bytes in one request.' })
  maxBytes!: number;

  @ApiProperty({ description: 'Requests in flight for one run.' })
  concurrency!: number;

  @ApiProperty({ description: 'More people in one export draw a warning.', required: false })
  recommendedTotal?: number;

  @ApiProperty({ description: 'More are refused: the run is skipped with that reason.', required: false })
  hardTotal?: number;
}

/** What can be connected to, as data: forms, mapping and limits. */
export class DestinationDto {
  @ApiProperty({ description: 'Stable; stored with every connection.', example: 'sendgrid' })
  key!: string;

  @ApiProperty({ description: 'Its name.', example: 'SendGrid' })
  name!: string;

  @ApiProperty({ description: 'What it does, in a sentence or two.' })
  description!: string;

  @ApiProperty({ description: 'Where to read on.', required: false })
  docsUrl?: string;

  @ApiProperty({ description: 'Fields of a connection, in the order of the form.', type: [FieldSpecDto] })
  connectionFields!: FieldSpecDto[];

  @ApiProperty({ description: 'Fields of an export, in the order of the form.', type: [FieldSpecDto] })
  settingsFields!: FieldSpecDto[];

  @ApiProperty({ description: 'What a record can hold.' })
  mapping!: DestinationMappingDto;

  @ApiProperty({ description: 'What it can do.' })
  capabilities!: CapabilitiesDto;

  @ApiProperty({ description: 'How much it takes.' })
  limits!: LimitsDto;
}

export class DestinationListDto {
  @ApiProperty({ description: 'All destinations.', type: [DestinationDto] })
  items!: DestinationDto[];
}

function toFieldSpecDto({ required, advanced, ...spec }: FieldSpec & { key: string }): FieldSpecDto {
  const { options, ...rest } = { options: undefined, ...spec };
  return {
    ...rest,
    ...(options && { options: [...options] }),
    required: required ?? false,
    advanced: advanced ?? false,
  };
}

export function toDestinationDto(destination: Destination): DestinationDto {
  const { connectionFields, settingsFields, mapping, limits, ...described } =
    describeDestination(destination);
  const { maxRecords, maxBytes, concurrency, recommendedTotal, hardTotal } = limits;
  return {
    ...described,
    connectionFields: connectionFields.map(toFieldSpecDto),
    settingsFields: settingsFields.map(toFieldSpecDto),
    mapping: {
      identity: mapping.identity,
      fields: mapping.fields.map(({ key, label, type, required, maxLength, semanticType }) => ({
        key,
        label,
        type,
        required: required ?? false,
        maxLength,
        semanticType,
      })),
      atLeastOneOf: mapping.atLeastOneOf,
      customFields: mapping.customFields ?? null,
    },
    limits: { maxRecords, maxBytes, concurrency, recommendedTotal, hardTotal },
  };
}
