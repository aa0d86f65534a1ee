import {
  DeliveryLedgerRepository,
  type ExportRecord,
  ExportRepository,
  RunMembersRepository,
  RunProgressRepository,
  type RunRecord,
} from '@audience-relay/data';
import {
  type DeliveryPorts,
  type DeliveryTarget,
  type Fence,
  type OtherExport,
  targetOf,
} from '@audience-relay/exports';
import type { Destination } from '@audience-relay/destinations/registry';
import { SharedRateGate } from '@audience-relay/queue';
import { Injectable } from '@nestjs/common';

/** Opens what the engine works with for one claim of a run. */
@Injectable()
export class RunPorts {
  constructor(
    private readonly exports: ExportRepository,
    private readonly ledgers: DeliveryLedgerRepository,
    private readonly members: RunMembersRepository,
    private readonly progress: RunProgressRepository,
    private readonly rates: SharedRateGate,
  ) {}

  /**
   * @param onCancel Called when a write shows that a person asked for the run to be cancelled.
   * @returns Null when the run is not this worker's any more.
   */
  async open(
    run: RunRecord,
    destination: Destination,
    fence: Fence,
    onCancel: () => void,
  ): Promise<DeliveryPorts | null> {
    const { exportId, connectionId, plan } = run;
    const target = targetOf(destination, connectionId && connectionId.toHexString(), plan.settings);
    const ledger = await this.ledgers.claim(run, fence, target);
    if (!ledger) return null;
    return {
      ledger,
      members: this.members.open(plan),
      progress: this.progress.open(exportId, onCancel),
      rates: this.rates,
      others: await this.othersOf(run, target),
    };
  }

  /** Other exports that have delivered to the same target. */
  private async othersOf(
    { exportId, connectionId, plan }: RunRecord,
    target: DeliveryTarget,
  ): Promise<OtherExport[]> {
    if (plan.mode !== 'mirror' || !connectionId) return [];
    const others = await this.exports.findOnConnection(connectionId);
    return others
      .filter(({ _id, ledger, ledgers }) => !_id.equals(exportId) && deliversTo({ ledger, ledgers }, target))
      .map(({ mapping, segmentIds }) => ({
        mapping,
        members: this.members.open({ segmentIds, retryOf: null }),
      }));
  }
}

/** Whether the last run of an export delivered to this target. */
function deliversTo(
  { ledger, ledgers = [] }: Pick<ExportRecord, 'ledger' | 'ledgers'>,
  { key, formerKey }: DeliveryTarget,
): boolean {
  const used = ledgers.find(({ name }) => name === ledger);
  return used ? used.target === key : [key, formerKey].some((each) => ledger?.endsWith(`.${each}`));
}
