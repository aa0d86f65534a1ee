import {
  ExportRepository,
  type RefreshClaim,
  type RefreshRecord,
  RefreshRepository,
  RefreshSettingsRepository,
  type RefreshTrigger,
  SegmentRepository,
} from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import type { Types } from 'mongoose';
import type { SignedInUser } from '../access/signed-in-user';
import { notFound, ProblemException } from '../problems/problem.exception';
import { planRefresh } from '@audience-relay/schedules';

/** System refreshes: the segments, then the exports that follow. */
@Injectable()
export class RefreshesService {
  constructor(
    private readonly refreshes: RefreshRepository,
    private readonly settings: RefreshSettingsRepository,
    private readonly segments: SegmentRepository,
    private readonly exports: ExportRepository,
  ) {}

  async find(id: Types.ObjectId): Promise<RefreshRecord> {
    const refresh = await this.refreshes.findById(id);
    if (!refresh) throw notFound('This refresh');
    return refresh;
  }

  /** @throws ProblemException `refresh-active`, with the id of the one under way. */
  async startOnDemand({ id, name }: SignedInUser): Promise<RefreshRecord> {
    await this.settings.read();
    const trigger: RefreshTrigger = {
      kind: 'on-demand',
      by: { id, name },
      scheduledFor: null,
      late: false,
    };
    const refresh = await this.start(trigger);
    if (refresh) return refresh;
    const { activeRefreshId } = await this.settings.read();
    throw new ProblemException(
      'refresh-active',
      'A refresh is under way. Wait until it has ended, or cancel it.',
      { extra: { activeRefreshId: activeRefreshId && String(activeRefreshId) } },
    );
  }

  /** @returns null when one is under way, or the condition did not hold. */
  async start(trigger: RefreshTrigger, claim?: RefreshClaim): Promise<RefreshRecord | null> {
    const exports = await this.exports.findFollowing();
    const active = await this.segments.findActive();
    const used = await this.segments.findByIds(exports.flatMap(({ segmentIds }) => segmentIds));
    const all = new Map([...active, ...used].map((segment) => [String(segment._id), segment]));
    return this.refreshes.start(trigger, planRefresh([...all.values()], exports, new Date()), claim);
  }

  async cancel(id: Types.ObjectId): Promise<RefreshRecord> {
    await this.find(id);
    if (!(await this.refreshes.requestCancel(id)))
      throw new ProblemException(
        'run-not-active',
        'This refresh has ended: it cannot be cancelled any more.',
      );
    return this.find(id);
  }
}
