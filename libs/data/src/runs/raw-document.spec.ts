import fc from 'fast-check';
import { mongo } from 'mongoose';
import { RawDocument, readId, readRaw } from './raw-document';

const key = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/\0|^__proto__$/.test(text));
const scalar = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);
const fields = fc.dictionary(key, scalar, { noNullPrototype: true });

function parse(bytes: Buffer, names: string[]): unknown {
  const row = new RawDocument(bytes, names);
  const read: Record<string, unknown> = {};
  while (row.advance())
    read[row.key] = row.key === 'fields' ? row.values([]) : row.key === 'r' ? row.id() : row.value();
  return read;
}

describe('a raw document', () => {
  it('reads as the driver reads it, whatever the document before was', () => {
    const names: string[] = [];
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fields, (text, values) => {
        const r = new mongo.ObjectId();
        const bytes = Buffer.from(mongo.BSON.serialize({ _id: text, fields: values, r, s: 7 }));
        const { fields: ofDriver } = mongo.BSON.deserialize(bytes);
        expect(parse(bytes, names)).toEqual({ _id: text, fields: ofDriver, r: r.toHexString(), s: 7 });
      }),
    );
  });

  it('knows a key again only if it is the same', () => {
    const names: string[] = [];
    for (const name of ['ab', 'Ã©', 'é', 'ac', 'ab', 'abc']) {
      expect(parse(Buffer.from(mongo.BSON.serialize({ [name]: 1 })), names)).toEqual({ [name]: 1 });
    }
  });

  it.each([
    { at: new Date(0) },
    { fields: { nested: { deep: 1 } } },
    { n: mongo.Long.fromString('9007199254740993') },
  ])('leaves what it does not know to the driver: %j', (document) => {
    const bytes = Buffer.from(mongo.BSON.serialize(document));
    const read = (buffer: Buffer) => parse(buffer, []);
    expect(readRaw(bytes, read, (row) => row)).toEqual(mongo.BSON.deserialize(bytes));
  });

  it.each([
    { _id: 'æ-1', n: 1 },
    { n: 1, _id: 'æ-1' },
    { at: new Date(0), _id: 'æ-1' },
  ])('finds the id of %j', (document) => {
    expect(readId(Buffer.from(mongo.BSON.serialize(document)), [])).toBe('æ-1');
  });
});
