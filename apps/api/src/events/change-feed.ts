import type { Permission } from '@audience-relay/contracts';
import { ChangesRepository } from '@audience-relay/data';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { toRunDto } from '../runs/run.dto';
import { unlessDamaged } from '../problems/unless-damaged';

/** One change, as the stream sends it. */
export interface Change {
  event: 'run' | 'import' | 'segment' | 'refresh';
  id: string;
  /** JSON. */
  data: string;
}

/** The permission that a listener needs for an event. */
export const permissionOf: Readonly<Record<Change['event'], Permission>> = {
  run: 'run:read',
  import: 'profile:read',
  segment: 'segment:read',
  refresh: 'schedule:read',
};

type Listener = (change: Change) => void;

const pollMs = 500;

/** How far each look reaches back, in milliseconds: clocks of processes differ, and writes take a moment to be seen. */
const overlapMs = 5_000;

/**
 * Polls the database for changes, twice a second while there are listeners, once for all listeners of this process.
 * Nothing is sent twice: what was sent is remembered for as long as polling can find it again.
 */
@Injectable()
export class ChangeFeed implements OnModuleDestroy {
  private readonly logger = new Logger('Events');
  private readonly listeners = new Set<Listener>();
  private readonly sent = new Map<string, { data: string; at: number }>();
  private timer: NodeJS.Timeout | null = null;
  private since = 0;

  constructor(private readonly changes: ChangesRepository) {}

  /** @returns Stops listening. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    if (this.listeners.size === 1) this.begin();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.end();
    };
  }

  onModuleDestroy(): void {
    this.listeners.clear();
    this.end();
  }

  private begin(): void {
    this.since = Date.now();
    this.sent.clear();
    this.later();
  }

  private end(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  private later(): void {
    this.timer = setTimeout(() => void this.poll(), pollMs);
  }

  private async poll(): Promise<void> {
    const beganAt = Date.now();
    const timer = this.timer;
    try {
      for (const change of await this.look(new Date(this.since - overlapMs))) this.publish(change, beganAt);
      this.since = beganAt;
      this.forget(beganAt);
    } catch (error) {
      // The next look reaches back to the last one that succeeded.
      this.logger.warn(`Could not look for changes: ${(error as Error).message}`);
    }
    // Ended, or begun anew, in the meantime.
    if (this.timer === timer) this.later();
  }

  private async look(since: Date): Promise<Change[]> {
    const [runs, imports, segments, refreshes] = await Promise.all([
      this.changes.runsSince(since),
      this.changes.importsSince(since),
      this.changes.segmentsSince(since),
      this.changes.refreshesSince(since),
    ]);
    const ofRuns = runs.map((run) =>
      unlessDamaged(this.logger, run._id, () => changeOf('run', toRunDto(run))),
    );
    return [
      ...(await Promise.all(ofRuns)).filter((change) => change !== null),
      ...imports.map(({ _id, status, counts }) => changeOf('import', { id: String(_id), status, counts })),
      ...segments.map(({ _id, status, memberCount, version }) =>
        changeOf('segment', { id: String(_id), status, memberCount, version }),
      ),
      ...refreshes.map(({ _id, status, updatedAt }) =>
        changeOf('refresh', { id: String(_id), status, updatedAt: updatedAt.toISOString() }),
      ),
    ];
  }

  private publish(change: Change, at: number): void {
    const key = `${change.event}:${change.id}`;
    const before = this.sent.get(key);
    this.sent.set(key, { data: change.data, at });
    if (before?.data === change.data) return;
    for (const listener of this.listeners) listener(change);
  }

  private forget(now: number): void {
    for (const [key, { at }] of this.sent) if (now - at > 2 * overlapMs) this.sent.delete(key);
  }
}

function changeOf<Dto extends { id: string }>(event: Change['event'], dto: Dto): Change {
  return { event, id: dto.id, data: JSON.stringify(dto) };
}
