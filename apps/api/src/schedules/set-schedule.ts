import type { ExportSchedule, Recurrence } from '@audience-relay/contracts';
import type { StoredSchedule } from '@audience-relay/data';
import { invalid } from '../problems/problem.exception';
import { nextTime, recurrenceErrors } from '@audience-relay/schedules';

/** What a new export has unless it says otherwise. */
export const followRefresh: StoredSchedule = {
  kind: 'follow',
  resumes: 'follow',
  recurrence: null,
  nextAt: null,
};

/**
 * A schedule as it is to be stored: what is not said anew is kept, so that switching off and on loses nothing.
 * @throws ProblemException `validation-failed`
 */
export function setSchedule(
  { kind, recurrence: given }: Pick<ExportSchedule, 'kind'> & { recurrence?: Recurrence | null },
  stored: StoredSchedule,
  now = new Date(),
): StoredSchedule {
  // An earlier version stored null when it was sent.
  const current = stored ?? followRefresh;
  const recurrence = given ?? current.recurrence;
  const errors = given ? recurrenceErrors(given) : [];
  if (errors.length > 0)
    throw invalid(...errors.map(({ path, message }) => ({ path: `schedule.recurrence.${path}`, message })));
  if (kind === 'own' && !recurrence)
    throw invalid({ path: 'schedule.recurrence', message: 'Say when the export should run.' });
  return {
    kind,
    resumes: kind === 'off' ? current.resumes : kind,
    recurrence,
    nextAt: kind === 'own' && recurrence ? nextTime(recurrence, now) : null,
  };
}
