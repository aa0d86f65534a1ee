import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ImportStoppedError, SenderGoneError, UnreadableFileError } from './problems';

/** Enough of a file to tell what it is. */
const headBytes = 512;

/**
 * The bytes of an upload, unpacked if they are gzip: told by the file's first bytes, so that both a compressed file
 * and a compressed transfer are understood. Never more in memory than the reader has not taken yet.
 * @param maxBytes After unpacking: what a small file can unpack to has no other bound.
 * @throws UnreadableFileError, SenderGoneError
 */
export async function* fileBytes(upload: Readable, maxBytes: number): AsyncGenerator<Buffer> {
  const source = received(upload);
  const head = await takeHead(source);
  const packed = head[0] === 0x1f && head[1] === 0x8b;
  const whole = join(head, source);

  let size = 0;
  for await (const bytes of packed ? unpacked(whole) : whole) {
    if (size === 0) refuseBinary(bytes);
    size += bytes.length;
    if (size > maxBytes) {
      throw new UnreadableFileError(
        'too-large',
        `The file is larger than ${Math.round(maxBytes / 1e6)} MB. Split it, and import the parts.`,
      );
    }
    yield bytes;
  }
}

async function* received(upload: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of upload.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
  } catch (error) {
    throw error instanceof ImportStoppedError ? error : new SenderGoneError();
  }
}

async function takeHead(source: AsyncGenerator<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  while (size < headBytes) {
    const { value, done } = await source.next();
    if (done) break;
    chunks.push(value);
    size += value.length;
  }
  return Buffer.concat(chunks);
}

async function* join(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  yield* rest;
}

async function* unpacked(bytes: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  // Whatever goes wrong before it reaches the loop below as an error of gunzip.
  pipeline(Readable.from(bytes, { objectMode: false }), gunzip, () => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    if (error instanceof SenderGoneError || error instanceof ImportStoppedError) throw error;
    throw new UnreadableFileError(
      'gzip-broken',
      'The file is compressed (gzip), but it is broken or cut off.',
    );
  }
}

function refuseBinary(bytes: Buffer): void {
  const mark = bytes.subarray(0, 4).toString('hex');
  if (mark === '504b0304' || mark === 'd0cf11e0') {
    throw new UnreadableFileError(
      'workbook',
      'The file is a workbook (or another archive), not text. Save its sheet as "CSV UTF-8" and import that.',
    );
  }
}
