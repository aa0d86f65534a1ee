import { intakeLimits } from './limits';

/** One line of a file without its end. */
export interface Line {
  /** From 1. */
  number: number;
  /** Null: it is longer than a line may be. */
  text: string | null;
}

/** Text of which all line ends are alike: old programs for the Mac write a carriage return alone. */
export async function* withLineFeeds(parts: AsyncIterable<string>): AsyncGenerator<string> {
  let alone: boolean | null = null;
  for await (const part of parts) {
    if (alone === null && /[\r\n]./s.test(part)) alone = !part.includes('\n');
    yield alone ? part.replaceAll('\r', '\n') : part;
  }
}

/** Splits a text into lines, as many at a time as a part of it holds. */
export async function* textLines(parts: AsyncIterable<string>): AsyncGenerator<Line[]> {
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
    if (rest.length > intakeLimits.rowLength) {
      tooLong = true;
      rest = '';
    }
    return lines;
  };

  const lineOf = (text: string): Line => {
    const line = {
      number,
      text:
        tooLong || text.length > intakeLimits.rowLength
          ? null
          : text.endsWith('\r')
            ? text.slice(0, -1)
            : text,
    };
    number += 1;
    tooLong = false;
    return line;
  };

  for await (const part of parts) {
    const lines = split(part);
    if (lines.length > 0) yield lines;
  }
  if (rest !== '' || tooLong) yield [lineOf(rest)];
}
