import { type ExportRecord, ExportRepository } from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import { Types } from 'mongoose';
import type { SignedInUser } from '../access/signed-in-user';
import { invalid } from '../problems/problem.exception';
import type { NotStarted } from '../runs/runs.service';
import { followRefresh, setSchedule } from '../schedules/set-schedule';
import { ExportAccess } from '../export-access/export-access';
import type { BulkScheduleDto } from './export.dto';

/** Schedules of many exports at once. */
@Injectable()
export class ExportSchedulesService {
  constructor(
    private readonly exports: ExportRepository,
    private readonly access: ExportAccess,
  ) {}

  /** Switches individual schedules on or off, or defines one for all. What may not be changed is told, not refused. */
  async setAll(
    { exportIds, active, schedule }: BulkScheduleDto,
    user: SignedInUser,
  ): Promise<{ updated: ExportRecord[]; skipped: NotStarted[] }> {
    if ((active === undefined) === (schedule === undefined))
      throw invalid({ path: 'schedule', message: 'Send either `active` or `schedule`.' });
    // A wrong schedule is wrong for all: say so before anything is changed.
    if (schedule) setSchedule(schedule, followRefresh);

    const records = await this.exports.findByIds(exportIds.map((id) => new Types.ObjectId(id)));
    const byId = new Map(records.map((record) => [String(record._id), record]));
    const mayEdit = await this.access.editableOn(
      records.flatMap(({ connectionId }) => connectionId ?? []),
      user.role,
    );
    const updated: ExportRecord[] = [];
    const skipped: NotStarted[] = [];
    for (const exportId of exportIds) {
      const record = byId.get(exportId);
      if (!record) {
        skipped.push({
          exportId,
          name: '',
          code: 'not-found',
          message: 'This export does not exist any more.',
        });
        continue;
      }
      if (!mayEdit(record.connectionId)) {
        const message = this.access.refusal(record.connectionId);
        skipped.push({ exportId, name: record.name, code: 'forbidden', message });
        continue;
      }
      const wanted = schedule ?? { kind: active ? record.schedule.resumes : 'off' };
      const changes = { schedule: setSchedule(wanted, record.schedule) };
      const result = await this.exports.update(record._id, record.version, changes, user.id);
      if ('saved' in result) updated.push(result.saved);
      else {
        const message = 'Someone else changed it in the meantime. Try again.';
        skipped.push({ exportId, name: record.name, code: 'version-conflict', message });
      }
    }
    return { updated, skipped };
  }
}
