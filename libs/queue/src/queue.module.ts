import { BullModule } from '@nestjs/bull';
import { type DynamicModule, Module } from '@nestjs/common';
import { QueueDispatcher } from './queue-dispatcher';
import { queueNames, queues } from './queues';
import { RedisClients } from './redis-clients';
import { SharedRateGate } from './shared-rate-gate';

export interface QueueModuleOptions {
  redisUrl: string;
  /** Before every key, so that several systems can share one Redis. */
  prefix?: string;
}

/** Registers every queue of `queues`. Processors live in apps/worker only. */
@Module({})
export class QueueModule {
  static forRoot({ redisUrl, prefix = 'audience-relay' }: QueueModuleOptions): DynamicModule {
    const clients = new RedisClients(redisUrl);
    return {
      module: QueueModule,
      global: true,
      imports: [
        BullModule.forRoot({ prefix, createClient: () => clients.open() }),
        ...queueNames.map((name) => BullModule.registerQueue({ name, ...queues[name].options })),
      ],
      providers: [QueueDispatcher, SharedRateGate, { provide: RedisClients, useValue: clients }],
      exports: [QueueDispatcher, SharedRateGate, BullModule],
    };
  }
}
