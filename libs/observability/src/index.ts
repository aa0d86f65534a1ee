export * from './environment';
export * from './logger-options';
export * from './redaction';
