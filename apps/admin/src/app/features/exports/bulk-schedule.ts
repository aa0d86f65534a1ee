import { ExportScheduleKind, Recurrence } from '@audience-relay/contracts';
import { BulkScheduleDto, ExportDto, RunAllSkippedDto } from '@audience-relay/api-client';

/** The most that the API takes in one request. */
const mostAtOnce = 500;

/** What a person says about the schedules of several exports. */
export interface BulkChoice {
  /** Keep each one's own settings and only switch them on or off, or define one schedule for all. */
  how: 'keep' | 'define';
  /** Read when they are kept. */
  active: boolean;
  /** Read when one is defined. */
  kind: Exclude<ExportScheduleKind, 'off'>;
  recurrence: Recurrence;
}

/** What to ask the API for. One request, save for more exports than it takes at once. */
export function bulkRequests(
  exportIds: readonly string[],
  { how, active, kind, recurrence }: BulkChoice,
): BulkScheduleDto[] {
  const wanted: Omit<BulkScheduleDto, 'exportIds'> =
    how === 'keep' ? { active } : { schedule: { kind, ...(kind === 'own' && { recurrence }) } };
  const starts = Array.from({ length: Math.ceil(exportIds.length / mostAtOnce) }, (_, n) => n * mostAtOnce);
  return starts.map((start) => ({ exportIds: exportIds.slice(start, start + mostAtOnce), ...wanted }));
}

/** An export whose schedule stayed as it was, and why. */
export interface Unchanged {
  id: string;
  name: string;
  code: string;
  /** The API's sentence. */
  detail: string;
}

/** What was refused, by the names that the person saw: the API has none for an export that is gone. */
export function unchanged(
  skipped: readonly RunAllSkippedDto[],
  asked: readonly Pick<ExportDto, 'id' | 'name'>[],
): Unchanged[] {
  const names = new Map(asked.map(({ id, name }) => [id, name]));
  return skipped.map(({ exportId, name, code, message }) => ({
    id: exportId,
    name: name || (names.get(exportId) ?? exportId),
    code,
    detail: message,
  }));
}
