export * from './queue-dispatcher';
export * from './queue.module';
export * from './queues';
