/** What one file may hold. Beyond a row's limits the row is rejected, beyond the file's the reading ends. */
export const importLimits = {
  columns: 200,
  /** Characters of one line, and of one CSV row that goes over several lines. */
  lineLength: 256 * 1024,
  /** Lines of one CSV row. */
  rowLines: 100,
  /** Characters of one value. */
  valueLength: 5_000,
  idLength: 128,
} as const;
