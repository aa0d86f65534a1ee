export * from './compile-rule';
export * from './matches-rule';
export * from './rule-values';
export * from './validate-rule';
