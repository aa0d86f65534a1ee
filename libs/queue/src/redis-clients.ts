import Redis, { type RedisOptions } from 'ioredis';

const connection: RedisOptions = {
  // Bull's blocking connections demand both.
  maxRetriesPerRequest: null,
  enableReadyCheck: false,
  retryStrategy: (times) => Math.min(times * 200, 2_000),
};

/** Connections made for Bull. It closes only those that it made itself, so these are closed here. */
export class RedisClients {
  private readonly clients = new Set<Redis>();

  constructor(private readonly redisUrl: string) {}

  open(): Redis {
    const client = new Redis(this.redisUrl, connection);
    this.clients.add(client);
    return client;
  }

  closeAll(): void {
    for (const client of this.clients) client.disconnect();
    this.clients.clear();
  }
}
