import { BullModule } from '@nestjs/bull';
import { type DynamicModule, Module } from '@nestjs/common';
import Redis, { type RedisOptions } from 'ioredis';
import { QueueDispatcher } from './queue-dispatcher';
import { queueNames, queues } from './queues';
import { SharedRateGate } from './shared-rate-gate';

export interface QueueModuleOptions {
  redisUrl: string;
  /** Before every key, so that several systems can share one Redis. */
  prefix?: string;
}

const connection: RedisOptions = {
  // Bull's blocking connections demand both.
  maxRetriesPerRequest: null,
  enableReadyCheck: false,
  retryStrategy: (times) => Math.min(times * 200, 2_000),
};

/** Registers every queue of `queues`. Processors live in apps/worker only. */
@Module({})
export class QueueModule {
  static forRoot({ redisUrl, prefix = 'audience-relay' }: QueueModuleOptions): DynamicModule {
    return {
      module: QueueModule,
      global: true,
      imports: [
        BullModule.forRoot({ prefix, createClient: () => new Redis(redisUrl, connection) }),
        ...queueNames.map((name) => BullModule.registerQueue({ name, ...queues[name].options })),
      ],
      providers: [QueueDispatcher, SharedRateGate],
      exports: [QueueDispatcher, SharedRateGate, BullModule],
    };
  }
}
