export * from './permissions';
export * from './problem-codes';
export * from './profile-fields';
export * from './run';
export * from './segment-rule';
