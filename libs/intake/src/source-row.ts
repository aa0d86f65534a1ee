/** A value of a file before it is known what it means. */
export type Cell = string | number | boolean | null;

/** Why a row is not kept, or what to look at in one that is. The text never holds a value. */
export interface RowProblem {
  code: string;
  reason: string;
}

/** One row of a file: its cells in the order of the reader's columns, or why it cannot be read. */
export type SourceRow =
  | { line: number; cells: readonly Cell[]; warnings?: readonly RowProblem[] }
  | { line: number; problem: RowProblem };

/** Reads a file row by row. */
export interface RowReader {
  /** Names of the columns; '' = a column without a name. Of NDJSON more can come to light with every row. */
  readonly columns: readonly string[];
  /** Rows in the order of the file, as many at a time as have been received. */
  rows(): AsyncIterable<readonly SourceRow[]>;
}

export const rowTooLong: RowProblem = {
  code: 'row-too-long',
  reason: 'The row is longer than 256 KB.',
};
