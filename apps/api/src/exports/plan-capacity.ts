import { ConnectionRepository, DeliveryLedgerRepository, type ExportRecord } from '@audience-relay/data';
import { type AccountUsage, checkValues, findDestination } from '@audience-relay/destinations/registry';
import { type ExportWarning, planWarning } from '@audience-relay/exports';
import { Injectable, Logger } from '@nestjs/common';
import type { Types } from 'mongoose';
import { callDestination } from '../destinations/call-destination';

/** An account's usage is asked for at most so often, in milliseconds: a form asks at every click. */
const keptMs = 30_000;
const maxKept = 1_000;

type Target = Pick<ExportRecord, 'destination' | 'connectionId'> & { ledger?: string | null };

/** Whether the plan of the account at the destination allows the people of an export. */
@Injectable()
export class PlanCapacity {
  private readonly logger = new Logger(PlanCapacity.name);
  private readonly kept = new Map<string, { until: number; usage: Promise<AccountUsage | undefined> }>();

  constructor(
    private readonly connections: ConnectionRepository,
    private readonly ledgers: DeliveryLedgerRepository,
  ) {}

  /** A warning when those who are new could pass what the plan allows. Nothing when it cannot be told. */
  async warn(target: Target, members: () => Promise<number>): Promise<ExportWarning | null> {
    const usage = await this.usageOf(target);
    if (!usage) return null;
    const [total, delivered] = await Promise.all([
      members(),
      target.ledger ? this.ledgers.count(target.ledger) : 0,
    ]);
    return planWarning(findDestination(target.destination).name, usage, total, delivered);
  }

  private async usageOf({ destination, connectionId }: Target): Promise<AccountUsage | undefined> {
    const { usage } = findDestination(destination);
    if (!usage || !connectionId) return undefined;
    const connection = await this.connections.findById(connectionId);
    if (!connection) return undefined;
    // A changed connection may lead to another account, or say another limit.
    const key = `${String(connectionId)}/${connection.version}`;
    const known = this.kept.get(key);
    if (known && known.until > Date.now()) return known.usage;
    if (this.kept.size >= maxKept) this.kept.clear();
    const asked = this.ask(connectionId, destination);
    this.kept.set(key, { until: Date.now() + keptMs, usage: asked });
    return asked;
  }

  /** Nothing depends on the answer but a warning: without one, people go on. */
  private async ask(id: Types.ObjectId, key: string): Promise<AccountUsage | undefined> {
    try {
      const destination = findDestination(key);
      const opened = await this.connections.open(id);
      // The values were checked against the destination's own specs when they were stored.
      const connection = checkValues(destination.connection.fields, opened?.values ?? {}).values as Record<
        string,
        never
      >;
      return await callDestination(destination.name, async (signal) =>
        destination.usage?.({ connection, signal }),
      );
    } catch (error) {
      this.logger.warn(`The usage of connection ${String(id)} is not known: ${(error as Error).name}`);
      return undefined;
    }
  }
}
