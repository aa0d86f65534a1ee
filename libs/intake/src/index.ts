export { delimiters } from './csv-rows';
export { type ColumnFormat, columnFormats } from './import-columns';
export * from './ports';
export * from './preview-import';
export * from './problems';
export * from './profile-import';
export { searchKeysOf } from './search-keys';
export { textEncodings, type TextEncoding } from './text-encoding';
