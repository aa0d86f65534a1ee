import type { RunReason } from '@audience-relay/contracts';
import {
  ConnectionRepository,
  type OpenedConnection,
  type RunRecord,
  SegmentRepository,
  UnreadableSecretError,
  UserRepository,
} from '@audience-relay/data';
import { checkValues, type Destination, destinations } from '@audience-relay/destinations/registry';
import type { Outcome } from '@audience-relay/exports';
import { Injectable } from '@nestjs/common';
import type { Types } from 'mongoose';

export interface ReadyRun {
  destination: Destination;
  /** Values of the connection's fields, credentials in clear. */
  connection: Readonly<Record<string, unknown>>;
  /** Values of the export's settings. */
  settings: Readonly<Record<string, unknown>>;
  credentials: Credentials;
}

/** Which credentials a run works with: what it learns of them says nothing about those that are entered later. */
export interface Credentials {
  connectionId: Types.ObjectId;
  version: number;
}

export type Refusal = { refused: Extract<Outcome, { kind: 'skipped' | 'failed' | 'waiting' }> };

/** How long a run that was started waits for its segments to be refreshed, in milliseconds. */
const segmentPatienceMs = 60 * 60_000;

/** How often it looks whether they are. */
const segmentPauseMs = 3_000;

/** Whether a run may go on now, looked at by every claim: what it needs may have changed since it was started. */
@Injectable()
export class RunPreconditions {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly segments: SegmentRepository,
    private readonly users: UserRepository,
  ) {}

  async check(run: RunRecord): Promise<ReadyRun | Refusal> {
    const result = await this.look(run);
    // A run that has sent something was not skipped.
    if (!('refused' in result) || result.refused.kind !== 'skipped' || run.requests === 0) return result;
    return { refused: { kind: 'failed', reason: result.refused.reason } };
  }

  private async look(run: RunRecord): Promise<ReadyRun | Refusal> {
    const opened = await this.openConnection(run);
    if ('refused' in opened) return opened;
    const destination = destinations.find(({ key }) => key === run.destination);
    if (!destination) {
      return failed(
        'destination-unknown',
        `This version has no destination "${run.destination}". Install it, or choose another connection.`,
      );
    }
    // What was sent already must still be confirmed, whatever became of the segments.
    const segmentRefusal = run.status === 'confirming' ? null : await this.checkSegments(run);
    if (segmentRefusal) return segmentRefusal;
    // Fields that a newer version of the plugin added get their defaults; one without a default needs a person.
    const { values, problems } = checkValues(destination.connection.fields, opened.values);
    const [problem] = problems;
    if (problem) {
      return skipped(
        'connection-incomplete',
        `The connection "${opened.name}" must be completed by an administrator: ${problem.message}`,
      );
    }
    const settings = checkValues(destination.settings.fields, run.plan.settings);
    const [settingsProblem] = settings.problems;
    if (settingsProblem)
      return skipped(
        'settings-incomplete',
        `The settings of the export must be completed: ${settingsProblem.message}`,
      );
    const credentials = { connectionId: opened.id, version: opened.version };
    return { destination, connection: values, settings: settings.values, credentials };
  }

  private async openConnection({ connectionId, status }: RunRecord): Promise<OpenedConnection | Refusal> {
    try {
      const opened = connectionId ? await this.connections.open(connectionId) : null;
      if (!opened) {
        return skipped('no-connection', 'The export has no connection any more. Attach one to run it.');
      }
      // Asking what became of what was sent changes nothing at the destination.
      if (status === 'confirming') return opened;
      return (await this.checkExportUser(opened)) ?? opened;
    } catch (error) {
      if (error instanceof UnreadableSecretError) return failed('credentials-unreadable', error.message);
      throw error;
    }
  }

  private async checkExportUser({ name, exportUserId }: OpenedConnection): Promise<Refusal | null> {
    const user = exportUserId ? await this.users.findById(exportUserId) : null;
    if (user && !user.disabled) return null;
    return skipped(
      'no-export-user',
      user
        ? `The export user of the connection "${name}" is disabled. An administrator must add themselves as export user.`
        : `The connection "${name}" has no export user. An administrator must add themselves as export user.`,
    );
  }

  private async checkSegments({ plan, requests, queuedAt }: RunRecord): Promise<Refusal | null> {
    const segments = await this.segments.findByIds(plan.segmentIds);
    if (segments.length < plan.segmentIds.length) {
      return skipped(
        'segment-missing',
        'A segment of the export was removed. Choose others and run it again.',
      );
    }
    const patient = requests === 0 && Date.now() - queuedAt.getTime() < segmentPatienceMs;
    for (const { name, state, status, refreshedAt } of segments) {
      if (state !== 'active') {
        return skipped(
          'segment-inactive',
          `The segment "${name}" is not active. Activate it, or take it out.`,
        );
      }
      if (patient && (status === 'queued' || status === 'refreshing')) return waiting(name);
      if (!refreshedAt) {
        return skipped(
          'segment-not-refreshed',
          `The segment "${name}" was never refreshed. Refresh it first.`,
        );
      }
    }
    return null;
  }
}

function skipped(code: string, message: string): Refusal {
  const reason: RunReason = { code, message };
  return { refused: { kind: 'skipped', reason } };
}

function waiting(segment: string): Refusal {
  const message = `The segment "${segment}" is being refreshed. The run begins when that is done.`;
  const reason: RunReason = { code: 'segment-refreshing', message };
  return { refused: { kind: 'waiting', afterMs: segmentPauseMs, costsAttempt: false, reason } };
}

function failed(code: string, message: string): Refusal {
  return { refused: { kind: 'failed', reason: { code, message } } };
}
