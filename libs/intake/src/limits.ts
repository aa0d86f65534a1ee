/** What one file may hold. Beyond a row's limits the row is rejected, beyond the file's the reading ends. */
export const intakeLimits = {
  columns: 1_000,
  /** Characters of a column's name. */
  columnLength: 200,
  /** Characters of one row: a line of NDJSON, a record of CSV over however many lines. */
  rowLength: 256 * 1024,
  /** Characters of one value. */
  valueLength: 5_000,
  idLength: 128,
} as const;
