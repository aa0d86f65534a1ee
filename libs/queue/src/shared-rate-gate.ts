import type { RatedCall, RateGate, RateReport } from '@audience-relay/exports/ports';
import { Injectable, Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { QueueDispatcher } from './queue-dispatcher';

/** How long a call may wait for Redis before it goes ahead unpaced, in milliseconds. */
const answerWithinMs = 500;

/*
 * One hash per account and kind of call: what is left, when the window ends, and when the next call may go. As long as
 * at least half of the window's calls are left they go at once; the second half is spread over the time that is left.
 * Windows are kept by Redis's clock, so that workers' clocks do not matter.
 */
const reserveScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local state = redis.call('HMGET', KEYS[1], 'remaining', 'resetAt', 'limit', 'nextAt')
local remaining, resetAt, limit, nextAt = tonumber(state[1]), tonumber(state[2]), tonumber(state[3]), tonumber(state[4]) or 0
if not remaining or not resetAt or now >= resetAt then return 0 end
if remaining <= 0 then return resetAt - now end
redis.call('HINCRBY', KEYS[1], 'remaining', -1)
if not limit or remaining * 2 >= limit then return 0 end
local at = math.max(now, nextAt)
redis.call('HSET', KEYS[1], 'nextAt', at + math.ceil((resetAt - now) / remaining))
return at - now
`;

/* Answers may come back out of order: within one window the smaller number of calls left is the newer one. */
const reportScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local remaining, resetAt = tonumber(ARGV[1]), now + tonumber(ARGV[2])
local known, knownReset = tonumber(redis.call('HGET', KEYS[1], 'remaining')), tonumber(redis.call('HGET', KEYS[1], 'resetAt'))
if known and knownReset and now < knownReset and known < remaining then return 0 end
redis.call('HSET', KEYS[1], 'remaining', remaining, 'resetAt', resetAt, 'limit', ARGV[3])
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[2]) + 60000)
return 1
`;

/**
 * The rate limit of every connection, shared by all workers through Redis. Losing Redis loses only the pacing: calls go
 * ahead, and the destination's own 429 then says when to wait.
 */
@Injectable()
export class SharedRateGate implements RateGate {
  private readonly logger = new Logger(SharedRateGate.name);

  constructor(private readonly dispatcher: QueueDispatcher) {}

  async reserve(connectionId: string, call: RatedCall): Promise<number> {
    const waitMs = await this.run(reserveScript, connectionId, call, []);
    return typeof waitMs === 'number' ? Math.max(0, waitMs) : 0;
  }

  async report(connectionId: string, call: RatedCall, rates: readonly RateReport[]): Promise<void> {
    const [tightest] = rates
      .filter(({ remaining, resetAfterMs }) => remaining !== undefined && resetAfterMs !== undefined)
      .sort((a, b) => (a.remaining ?? 0) - (b.remaining ?? 0));
    if (!tightest) return;
    const { remaining = 0, resetAfterMs = 0, limit } = tightest;
    await this.run(reportScript, connectionId, call, [remaining, Math.ceil(resetAfterMs), limit ?? '']);
  }

  private async run(
    script: string,
    connectionId: string,
    call: RatedCall,
    values: readonly (string | number)[],
  ): Promise<unknown> {
    const queue = this.dispatcher.queue('export-runs');
    const client = queue.client as unknown as Redis;
    const answer = client.eval(script, 1, queue.toKey(`rate:${connectionId}:${call}`), ...values);
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), answerWithinMs);
    });
    try {
      return await Promise.race([answer, tooLate]);
    } catch (error) {
      this.logger.warn(`Calls are not paced at the moment: ${(error as Error).message}`);
      return null;
    } finally {
      clearTimeout(timer);
      answer.catch(() => undefined);
    }
  }
}
