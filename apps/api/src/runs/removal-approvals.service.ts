import { isDeepStrictEqual } from 'node:util';
import {
  ImportRepository,
  type RemovalDecision,
  RunCommandsRepository,
  RunHistoryRepository,
  type RunPlan,
  type RunRecord,
  SegmentRepository,
} from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import { Types } from 'mongoose';
import type { SignedInUser } from '../access/signed-in-user';
import { ExportAccess } from '../export-access/export-access';
import { ProblemException } from '../problems/problem.exception';
import type { RemovalChangeDto, RemovalReviewDto } from './run.dto';
import { RunsService } from './runs.service';

/** More imports than this say nothing more. */
const importLimit = 10;

/** What a person decides about the removals of a held run, and what helps to decide. */
@Injectable()
export class RemovalApprovals {
  constructor(
    private readonly access: ExportAccess,
    private readonly commands: RunCommandsRepository,
    private readonly history: RunHistoryRepository,
    private readonly imports: ImportRepository,
    private readonly runs: RunsService,
    private readonly segments: SegmentRepository,
  ) {}

  /** Starts a run that makes exactly the removals that the person has seen. */
  async approve(run: RunRecord, digest: string, user: SignedInUser): Promise<RunRecord> {
    const target = await this.access.findEditable(run.exportId, user);
    if (this.heldOf(run).digest !== digest)
      throw new ProblemException(
        'removals-changed',
        'The run would take off other people than those that you approved. Load it again and look at them.',
      );
    const { id: userId, name } = user;
    const runId = new Types.ObjectId();
    await this.decide(run, { kind: 'approved', by: { id: userId, name }, at: new Date(), runId });
    try {
      return await this.runs.startOn(target, {
        id: runId,
        trigger: { kind: 'approval', by: { id: userId, name } },
        approval: { runId: run._id, digest },
      });
    } catch (error) {
      await this.commands.undoApproval(run._id, runId);
      throw error;
    }
  }

  async reject(run: RunRecord, user: SignedInUser): Promise<RunRecord> {
    await this.access.findEditable(run.exportId, user);
    this.heldOf(run);
    const { id, name } = user;
    return this.decide(run, { kind: 'rejected', by: { id, name }, at: new Date(), runId: null });
  }

  /** What changed since the export last delivered everything. */
  async review(run: RunRecord): Promise<RemovalReviewDto> {
    const last = await this.history.findDeliveredBefore(run);
    if (!last) return { sinceRunId: null, changes: [] };
    const since = last.queuedAt;
    const until = run.finishedAt ?? new Date();
    const [segments, imports] = await Promise.all([
      this.segments.findByIds(run.plan.segmentIds),
      this.imports.findBetween(since, until, importLimit),
    ]);
    const changes: RemovalChangeDto[] = [
      ...segments
        .filter(({ updatedAt }) => updatedAt > since)
        .map(({ _id, name, updatedAt }) => changeOf('segment', updatedAt, String(_id), name)),
      ...imports.map(({ _id, source, startedAt }) => changeOf('import', startedAt, String(_id), source)),
    ].sort((a, b) => String(b.at).localeCompare(String(a.at)));
    return { sinceRunId: String(last._id), changes: [...planChanges(last.plan, run.plan), ...changes] };
  }

  private heldOf({ status, removals }: RunRecord): NonNullable<RunRecord['removals']> {
    if (status === 'held' && removals) return removals;
    throw new ProblemException('run-not-held', 'This run holds no removals: there is nothing to decide.');
  }

  private async decide(run: RunRecord, decision: RemovalDecision): Promise<RunRecord> {
    const decided = await this.commands.decideRemovals(run._id, decision);
    if (decided) return decided;
    throw new ProblemException(
      'removals-decided',
      'The removals of this run were approved or rejected already. The next run counts anew.',
    );
  }
}

function planChanges(before: RunPlan, now: RunPlan): RemovalChangeDto[] {
  const parts = {
    mapping: [before.mapping, now.mapping],
    segments: [idsOf(before), idsOf(now)],
    settings: [before.settings, now.settings],
    mode: [
      [before.mode, before.strangers ?? false],
      [now.mode, now.strangers ?? false],
    ],
  };
  return (Object.keys(parts) as (keyof typeof parts)[])
    .filter((kind) => !isDeepStrictEqual(parts[kind][0], parts[kind][1]))
    .map((kind) => changeOf(kind, null));
}

function idsOf({ segmentIds }: RunPlan): string[] {
  return segmentIds.map(String).sort();
}

function changeOf(
  kind: RemovalChangeDto['kind'],
  at: Date | null,
  id: string | null = null,
  name: string | null = null,
): RemovalChangeDto {
  return { kind, id, name, at: at?.toISOString() ?? null };
}
