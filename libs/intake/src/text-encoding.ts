import { analyse } from 'chardet';
import { getDecoder } from 'iconv-lite';

/** Encodings that files come in, by the names of the WHATWG. */
export const textEncodings = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1252',
  'windows-1250',
  'windows-1251',
  'windows-1253',
  'windows-1254',
  'windows-1257',
  'iso-8859-2',
  'iso-8859-15',
  'macintosh',
  'shift_jis',
  'euc-jp',
  'euc-kr',
  'gb18030',
  'big5',
] as const;

export type TextEncoding = (typeof textEncodings)[number];

/** A guess below this is no better than what Excel writes in Western Europe and America. */
const sureEnough = 50;

/**
 * Decodes the bytes of a file. What it is encoded in is seen by its byte order mark, or by the first bytes that are not
 * ASCII: all that comes before means the same in every other encoding.
 */
export class DecodedText {
  private found: TextEncoding | null;

  /** @param encoding What a person has chosen; undefined = as the bytes show. */
  constructor(
    private readonly bytes: AsyncIterable<Buffer>,
    encoding?: TextEncoding,
  ) {
    this.found = encoding ?? null;
  }

  /** What has been seen so far: ASCII is UTF-8. */
  get encoding(): TextEncoding {
    return this.found ?? 'utf-8';
  }

  async *parts(): AsyncGenerator<string> {
    let decoder: { write(bytes: Buffer): string; end(): string | undefined } | null = null;
    let first = true;
    for await (const chunk of this.bytes) {
      if (first) this.found ??= markedEncoding(chunk) ?? unmarkedUtf16(chunk);
      first = false;
      if (!decoder && !this.found) {
        if (isAscii(chunk)) {
          yield chunk.toString('latin1');
          continue;
        }
        this.found = likeliestEncoding(chunk);
      }
      decoder ??= getDecoder(this.encoding);
      const text = decoder.write(chunk);
      if (text !== '') yield text;
    }
    const rest = decoder?.end();
    if (rest) yield rest;
  }
}

function markedEncoding(bytes: Buffer): TextEncoding | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return bytes.subarray(0, 3).toString('hex') === 'efbbbf' ? 'utf-8' : null;
}

/** Every other byte of Western text in UTF-16 is zero. */
function unmarkedUtf16(bytes: Buffer): TextEncoding | null {
  const head = bytes.subarray(0, 512);
  const zeros = [0, 0];
  for (const [index, byte] of head.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even + odd < head.length / 4) return null;
  if (even === 0) return 'utf-16le';
  return odd === 0 ? 'utf-16be' : null;
}

function isAscii(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte > 127) return false;
  return true;
}

/** One broken character makes no other encoding of a file that is UTF-8 otherwise. */
function likeliestEncoding(bytes: Buffer): TextEncoding {
  const text = bytes.toString('utf8');
  const broken = text.slice(0, -1).split('\uFFFD').length - 1;
  const whole = text.match(/[^\0-\x7F\uFFFD]/gu)?.length ?? 0;
  if (broken === 0 || whole >= broken) return 'utf-8';
  const known = analyse(bytes).flatMap(({ name, confidence }) => {
    const encoding = name.toLowerCase() === 'iso-8859-1' ? 'windows-1252' : name.toLowerCase();
    const found = textEncodings.find((candidate) => candidate === encoding);
    return found && confidence >= sureEnough ? [found] : [];
  });
  return known.find((encoding) => encoding !== 'utf-8') ?? 'windows-1252';
}
