import type { FieldValue } from '@audience-relay/contracts';
import { mongo } from 'mongoose';

/** Codes of the BSON specification. What is not among them is left to the driver. */
const types = { double: 1, string: 2, document: 3, array: 4, objectId: 7, boolean: 8, none: 10, int32: 16 };

/** A value of a type that is not read here: the driver reads such a document. */
class UnexpectedType extends Error {
  override readonly name = 'UnexpectedType';
}

/**
 * Reads a document as the database sent it (`raw: true`), member by member. A run reads a million small documents of
 * known shape; the driver's making each into an object was the greater part of a worker's time.
 */
export class RawDocument {
  /** Of the present member. */
  key = '';
  private type = 0;
  private at = 0;
  private next: number;
  private place = 0;

  /**
   * @param bytes One whole document, or one that has it inside.
   * @param names The keys of the document before, in their order: mostly they are the same. Kept by the caller.
   * @param start Where the document begins.
   */
  constructor(
    private readonly bytes: Buffer,
    private readonly names: string[],
    start = 0,
  ) {
    this.next = start + 4;
  }

  /**
   * Goes to the next member.
   * @returns False at the end of the document.
   * @throws UnexpectedType
   */
  advance(): boolean {
    const { bytes } = this;
    this.type = bytes[this.next] ?? 0;
    if (this.type === 0) return false;
    const from = this.next + 1;
    let to = from;
    while (bytes[to] !== 0) to += 1;
    this.key = this.keyBetween(from, to);
    this.at = to + 1;
    this.next = this.at + this.size();
    return true;
  }

  /** The present member's value. @throws UnexpectedType where it is not a scalar of JSON */
  value(): FieldValue {
    const { bytes, at } = this;
    switch (this.type) {
      case types.string:
        return bytes.toString('utf8', at + 4, at + 3 + bytes.readInt32LE(at));
      case types.int32:
        return bytes.readInt32LE(at);
      case types.double:
        return bytes.readDoubleLE(at);
      case types.boolean:
        return bytes[at] === 1;
      case types.none:
        return null;
      default:
        throw new UnexpectedType();
    }
  }

  /** The present member's value, an ObjectId, in hexadecimal. @throws UnexpectedType */
  id(): string {
    if (this.type !== types.objectId) throw new UnexpectedType();
    return this.bytes.toString('hex', this.at, this.at + 12);
  }

  /** The members of the present value, a document of scalars. @throws UnexpectedType */
  values(names: string[]): Record<string, FieldValue> {
    if (this.type !== types.document) throw new UnexpectedType();
    const values: Record<string, FieldValue> = {};
    const inner = new RawDocument(this.bytes, names, this.at);
    while (inner.advance()) values[inner.key] = inner.value();
    return values;
  }

  private keyBetween(from: number, to: number): string {
    const place = this.place++;
    const known = this.names[place];
    if (known !== undefined && this.spells(known, from, to)) return known;
    return (this.names[place] = this.bytes.toString('utf8', from, to));
  }

  /** Whether the bytes are this text, in ASCII. */
  private spells(text: string, from: number, to: number): boolean {
    if (text.length !== to - from) return false;
    for (let index = 0; index < text.length; index += 1) {
      const byte = this.bytes[from + index] as number;
      if (byte > 127 || byte !== text.charCodeAt(index)) return false;
    }
    return true;
  }

  private size(): number {
    switch (this.type) {
      case types.string:
        return 4 + this.bytes.readInt32LE(this.at);
      case types.document:
      case types.array:
        return this.bytes.readInt32LE(this.at);
      case types.objectId:
        return 12;
      case types.double:
        return 8;
      case types.int32:
        return 4;
      case types.boolean:
        return 1;
      case types.none:
        return 0;
      default:
        throw new UnexpectedType();
    }
  }
}

/** The `_id` of a document, a text. @param names As of `RawDocument`. */
export function readId(bytes: Buffer, names: string[]): string {
  const read = (buffer: Buffer) => {
    const row = new RawDocument(buffer, names);
    while (row.advance()) if (row.key === '_id') return row.value();
    return '';
  };
  return String(readRaw(bytes, read, ({ _id }) => _id as string));
}

/** Reads a document by `read`, or as the driver does where something else than expected is in it. */
export function readRaw<Value>(
  bytes: Buffer,
  read: (bytes: Buffer) => Value,
  otherwise: (document: mongo.Document) => Value,
): Value {
  try {
    return read(bytes);
  } catch (error) {
    if (!(error instanceof UnexpectedType)) throw error;
    return otherwise(mongo.BSON.deserialize(bytes));
  }
}

interface RawCursor {
  hasNext(): Promise<boolean>;
  readBufferedDocuments(): Uint8Array[];
  close(): Promise<void>;
}

/** Hands out what a cursor with `raw: true` reads, a batch at a time, and closes it. */
export async function* rawPages<Row>(cursor: RawCursor, read: (bytes: Buffer) => Row): AsyncGenerator<Row[]> {
  try {
    while (await cursor.hasNext()) yield cursor.readBufferedDocuments().map((bytes) => read(bufferOf(bytes)));
  } finally {
    await cursor.close();
  }
}

/** The same bytes, not copied. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
