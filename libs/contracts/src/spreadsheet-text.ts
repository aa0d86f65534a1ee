/** A spreadsheet program takes a text that begins like this for a formula. A number with its sign is harmless. */
const formula = /^(?:[=@\t\r\n]|[+-](?![\d\s().-]*$))/;

/** A text for a cell of a CSV file, with an apostrophe before what a spreadsheet program would run. */
export function spreadsheetText(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}
