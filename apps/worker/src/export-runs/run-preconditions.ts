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

export interface ReadyRun {
  destination: Destination;
  /** Values of the connection's fields, credentials in clear. */
  connection: Readonly<Record<string, unknown>>;
}

type Refusal = { refused: Extract<Outcome, { kind: 'skipped' | 'failed' }> };

/** Whether a run may go on now, looked at by every claim: what it needs may have changed since it was started. */
@Injectable()
export class RunPreconditions {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly segments: SegmentRepository,
    private readonly users: UserRepository,
  ) {}

  async check(run: RunRecord): Promise<ReadyRun | Refusal> {
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
    return { destination, connection: values };
  }

  private async openConnection({ connectionId }: RunRecord): Promise<OpenedConnection | Refusal> {
    try {
      const opened = connectionId ? await this.connections.open(connectionId) : null;
      if (!opened) {
        return skipped('no-connection', 'The export has no connection any more. Attach one to run it.');
      }
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

  private async checkSegments({ plan }: RunRecord): Promise<Refusal | null> {
    const segments = await this.segments.findByIds(plan.segmentIds);
    if (segments.length < plan.segmentIds.length) {
      return skipped(
        'segment-missing',
        'A segment of the export was removed. Choose others and run it again.',
      );
    }
    for (const { name, state, refreshedAt } of segments) {
      if (state !== 'active') {
        return skipped(
          'segment-inactive',
          `The segment "${name}" is not active. Activate it, or take it out.`,
        );
      }
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

function failed(code: string, message: string): Refusal {
  return { refused: { kind: 'failed', reason: { code, message } } };
}
