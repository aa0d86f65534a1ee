export * from './environment';
export * from './http-metrics';
export * from './logger-options';
export * from './redaction';
export * from './request-id';
export * from './start-failure';
