export * from './compile-rule';
export * from './draft-rule';
export * from './matches-rule';
export * from './rule-values';
export * from './validate-rule';
