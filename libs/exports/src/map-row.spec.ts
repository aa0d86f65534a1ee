import type { FieldType, FieldValue } from '@audience-relay/contracts';
import type { MappingSpec } from '@audience-relay/destinations/core';
import { compileMapper } from './map-row';

describe('compileMapper', () => {
  const spec = {
    fields: { email: { label: 'E-mail', type: 'text', format: 'email', required: true } },
    identity: 'email',
  } as unknown as MappingSpec;

  it.each([
    ['Room 5', 'date', 'left out'],
    ['2021-02-31', 'date', 'left out'],
    ['2021-02-01', 'date', '2021-02-01T00:00:00.000Z'],
    ['2021-02-01 10:00', 'date', '2021-02-01T10:00:00.000Z'],
    ['1', 'date', 'left out'],
    ['0x10', 'number', 'left out'],
    ['1e3', 'number', 'left out'],
    ['-5.50', 'number', -5.5],
    [true, 'number', 'left out'],
    ['no', 'boolean', false],
    ['maybe', 'boolean', 'left out'],
    [5, 'text', '5'],
    ['  ', 'number', null],
  ] as [FieldValue, FieldType, FieldValue][])('sends %j as %s: %j', (value, type, expected) => {
    const mapper = compileMapper(spec, {
      fields: { email: 'email' },
      custom: [{ name: 'x', source: 'x', type }],
    });
    const { row, ...rest } = mapper({ id: '1', fields: { email: 'a@example.com', x: value } });
    if (expected === 'left out') {
      expect(row?.custom).toEqual({});
      expect(rest).toMatchObject({ warnings: [{ code: 'x-invalid' }] });
    } else expect(row?.custom).toEqual({ x: expected });
  });
});
