export * from './compile-rule';
export * from './days';
export * from './draft-rule';
export * from './fold-text';
export * from './matches-rule';
export * from './rule-values';
export * from './validate-rule';
