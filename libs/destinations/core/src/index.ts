export type { DeliveryMode, FieldType, FieldValue, SemanticType } from '@audience-relay/contracts';
export * from './batch';
export * from './context';
export * from './define-destination';
export * from './destination-error';
export * from './field-spec';
export * from './mapping-spec';
