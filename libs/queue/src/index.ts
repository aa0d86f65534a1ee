export * from './queue-dispatcher';
export * from './queue.module';
export * from './queues';
export * from './shared-rate-gate';
