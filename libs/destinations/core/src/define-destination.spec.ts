import { defineDestination, type DestinationDefinition, type ValuesOf } from './index';

/** True only for exactly equal types; a wrong inference is a compile error of this file. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const typeOf = <A>(..._values: A[]) => ({ is: <B>(same: Same<A, B>): void => expect(same).toBe(true) });

type Flat<T> = { [Key in keyof T]: T[Key] };

const data = {
  key: 'typed',
  name: 'Typed',
  description: 'Only for its types.',
  mapping: { fields: { id: { label: 'Identity', type: 'text', required: true } }, identity: 'id' },
  capabilities: { modes: ['upsert'], confirmation: 'sync' },
  limits: { maxRecords: 1, maxBytes: 100, envelopeBytes: 0, separatorBytes: 0, concurrency: 1 },
} as const satisfies Partial<DestinationDefinition>;

describe('defineDestination', () => {
  it('should infer values from field specs: required, defaulted and optional ones, and the options of a choice', () => {
    interface Specs {
      key: { type: 'secret'; label: string; required: true };
      region: {
        type: 'select';
        label: string;
        options: readonly [{ value: 'eu'; label: 'EU' }];
        default: 'eu';
      };
      depth: { type: 'number'; label: string };
      quick: { type: 'boolean'; label: string; default: false };
      list: { type: 'target'; label: string; required: true };
      note: { type: 'text'; label: string; required: false };
    }
    typeOf<Flat<ValuesOf<Flat<Specs>>>>().is<{
      readonly key: string;
      readonly region: 'eu';
      readonly depth?: number;
      readonly quick: boolean;
      readonly list: string;
      readonly note?: string;
    }>(true);
  });

  it('should give every call the types that the declaration implies', async () => {
    const typed = defineDestination({
      ...data,
      connection: {
        fields: {
          key: { type: 'secret', label: 'Key', required: true },
          seconds: { type: 'number', label: 'Seconds', default: 3 },
          region: {
            type: 'select',
            label: 'Region',
            options: [
              { value: 'eu', label: 'EU' },
              { value: 'us', label: 'US' },
            ],
          },
        },
      },
      settings: { fields: { gzip: { type: 'boolean', label: 'Gzip', default: false } } },
      async test({ connection }) {
        typeOf(connection.key).is<string>(true);
        typeOf(connection.seconds).is<number>(true);
        typeOf(connection.region).is<'eu' | 'us' | undefined>(true);
        // @ts-expect-error -- there is no such field
        expect(connection.nothing).toBeUndefined();
        return { missingScopes: [] };
      },
      prepare: async ({ settings }) => {
        typeOf(settings.gzip).is<boolean>(true);
        return { columns: ['a', 'b'] };
      },
      encode: (row, session) => {
        typeOf(session).is<{ columns: string[] }>(true);
        return Buffer.from(`${row.identity}${session.columns.join()}`);
      },
      async send(_batch, { settings }, session) {
        typeOf(session.columns).is<string[]>(true);
        typeOf(settings.gzip).is<boolean>(true);
        return { status: 'accepted', rejected: [] };
      },
      preview: () => ({ method: 'POST', url: '', headers: {}, body: '' }),
    });

    const context = {
      connection: { key: 'k', seconds: 3 } as unknown as Record<string, never>,
      settings: { gzip: false } as unknown as Record<string, never>,
      mapping: { fields: {}, custom: [] },
      runId: 'run',
      dryRun: false,
      signal: new AbortController().signal,
    };
    await typed.test(context);
    const session = await typed.prepare(context);
    expect(typed.encode({ identity: 'x', fields: {}, custom: {} }, session).toString()).toBe('xa,b');
    await typed.send({ key: '1', records: [] }, context, session);
  });

  it('should not accept an identity that is no field, nor a group of unknown fields', () => {
    const rest = {
      ...data,
      connection: { fields: {} },
      settings: { fields: {} },
      test: async () => ({ missingScopes: [] }),
      prepare: async () => undefined,
      encode: () => Buffer.alloc(0),
      send: async () => ({ status: 'accepted' as const, rejected: [] }),
      preview: () => ({ method: 'POST', url: '', headers: {}, body: '' }),
    };
    const fields = { id: { label: 'Identity', type: 'text', required: true } } as const;
    const named = defineDestination({ ...rest, mapping: { fields, identity: 'id', atLeastOneOf: [['id']] } });
    // @ts-expect-error -- "email" is not among the fields
    defineDestination({ ...rest, mapping: { fields, identity: 'email' } });
    // @ts-expect-error -- nor is "phone"
    defineDestination({ ...rest, mapping: { fields, identity: 'id', atLeastOneOf: [['phone']] } });
    expect(named.mapping.identity).toBe('id');
  });
});
