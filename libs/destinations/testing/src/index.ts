export { destinationConformance } from './conformance';
export * from './http-server';
export * from './subject';
