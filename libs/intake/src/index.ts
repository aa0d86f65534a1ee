export { delimiters } from './csv-rows';
export * from './ports';
export * from './preview-import';
export * from './problems';
export * from './profile-import';
export { searchKeysOf } from './search-keys';
