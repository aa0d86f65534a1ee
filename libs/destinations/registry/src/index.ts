export * from '@audience-relay/destinations/core';
export * from './destinations';
export * from './registry';
