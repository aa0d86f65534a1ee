import {
  ConnectionRepository,
  ExportRepository,
  RefreshRepository,
  RunHistoryRepository,
} from '@audience-relay/data';
import { isAllowed, type Role } from '@audience-relay/contracts';
import { Injectable } from '@nestjs/common';
import { RefreshClock } from '../refreshes/refresh-clock';
import { toRunSummaryDto } from '../runs/run.dto';
import type { ExportOverviewDto, ExportOverviewQueryDto } from './export-overview.dto';

const mostNamed = 20;
const dayMs = 24 * 60 * 60_000;

/** How all exports fare together. Counted by the database: no page sums what it happened to load. */
@Injectable()
export class ExportOverview {
  constructor(
    private readonly exports: ExportRepository,
    private readonly runs: RunHistoryRepository,
    private readonly connections: ConnectionRepository,
    private readonly refreshes: RefreshRepository,
    private readonly refreshClock: RefreshClock,
  ) {}

  async read({ days, timeZone }: ExportOverviewQueryDto, role: Role, now: Date): Promise<ExportOverviewDto> {
    const mayManage = isAllowed(role, 'connection:manage');
    const [health, delivered, badConnections, nextRefreshAt, lastRefresh] = await Promise.all([
      this.exports.health(mostNamed),
      // The first day is asked for whole, wherever it begins.
      this.runs.deliveredByHour(new Date(now.getTime() - (days + 1) * dayMs)),
      mayManage ? this.connections.findNamesInNeed(mostNamed) : [],
      this.refreshClock.nextAt(),
      this.refreshes.findPage({ limit: 1 }),
    ]);
    const last = lastRefresh.items[0];
    return {
      ...health,
      trouble: health.trouble.map(({ id, name, lastRun }) => ({
        id: String(id),
        name,
        lastRun: toRunSummaryDto(lastRun),
      })),
      detached: health.detached.map(toNamed),
      badConnections: badConnections.map(toNamed),
      nextRefreshAt: nextRefreshAt?.toISOString() ?? null,
      lastRefreshAt: last?.startedAt.toISOString() ?? null,
      delivered: byDay(delivered, lastDays(days, timeZone, now), timeZone),
    };
  }
}

function toNamed({ id, name }: { id: unknown; name: string }) {
  return { id: String(id), name };
}

function dayOf(time: Date, timeZone: string): string {
  // Sweden writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(time);
}

/** The first and the last of the wanted days. */
function lastDays(days: number, timeZone: string, now: Date): { first: string; last: string } {
  const last = dayOf(now, timeZone);
  const first = new Date(Date.parse(last) - (days - 1) * dayMs).toISOString().slice(0, 10);
  return { first, last };
}

type Hours = Awaited<ReturnType<RunHistoryRepository['deliveredByHour']>>;

/** Hours of UTC to days of a time zone. Zones that are half an hour apart from UTC put half an hour on the day before. */
function byDay(hours: Hours, { first, last }: { first: string; last: string }, timeZone: string) {
  const sums = new Map<string, ExportOverviewDto['delivered'][number]>();
  for (const { hour, destination, runs, delivered, rejected } of hours) {
    const day = dayOf(hour, timeZone);
    if (day < first || day > last) continue;
    const key = `${day} ${destination}`;
    const sum = sums.get(key) ?? { day, destination, runs: 0, delivered: 0, rejected: 0 };
    sums.set(key, {
      ...sum,
      runs: sum.runs + runs,
      delivered: sum.delivered + delivered,
      rejected: sum.rejected + rejected,
    });
  }
  return [...sums.values()].sort(
    (a, b) => a.day.localeCompare(b.day) || a.destination.localeCompare(b.destination),
  );
}
