export * from './next-times';
export * from './refresh-plan';
