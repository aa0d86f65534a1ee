export * from './alert';
export * from './password-length';
export * from './permissions';
export * from './problem-codes';
export * from './profile-fields';
export * from './run';
export * from './schedule';
export * from './segment-rule';
