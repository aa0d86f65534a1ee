import { importLimits } from './import-limits';

/** One line of a file without its end. */
export interface Line {
  /** From 1. */
  number: number;
  /** Null: it is longer than a line may be. */
  text: string | null;
}

/** Splits UTF-8 bytes into lines, as many at a time as a chunk holds. A byte order mark is dropped. */
export async function* textLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder('utf-8');
  let number = 1;
  let rest = '';
  let tooLong = false;

  const split = (text: string): Line[] => {
    const lines: Line[] = [];
    rest += text;
    let start = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', start)) {
      lines.push(lineOf(rest.slice(start, end)));
      start = end + 1;
    }
    rest = rest.slice(start);
    if (rest.length > importLimits.lineLength) {
      tooLong = true;
      rest = '';
    }
    return lines;
  };

  const lineOf = (text: string): Line => {
    const line = {
      number,
      text:
        tooLong || text.length > importLimits.lineLength
          ? null
          : text.endsWith('\r')
            ? text.slice(0, -1)
            : text,
    };
    number += 1;
    tooLong = false;
    return line;
  };

  for await (const chunk of bytes) {
    const lines = split(decoder.decode(chunk, { stream: true }));
    if (lines.length > 0) yield lines;
  }
  const last = split(decoder.decode());
  if (rest !== '' || tooLong) last.push(lineOf(rest));
  if (last.length > 0) yield last;
}
