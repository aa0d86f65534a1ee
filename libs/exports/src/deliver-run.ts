import type { RemovalCounts } from '@audience-relay/contracts';
import { callDestination } from './call-destination';
import { Delivery, type DeliveryInput, type DeliveryPorts, type OtherExport } from './delivery';
import { compileMapper, sourcesOf } from './map-row';
import { gravest, type Outcome, outcomeOf, type Stop, stopOutcome } from './outcome';
import { StrangerLister } from './list-strangers';
import type { IdRange } from './ports';
import { RemovalGuard } from './removal-guard';
import { LeaverRemover } from './remove-leavers';
import { listingUnsupported, mirrorUnsupported } from './send-batch';
import { MemberSender } from './send-members';

/**
 * Delivers what is left of a run: sends members who are new or changed, takes off who left (mirror) and, if wanted,
 * strangers, and writes every step down so that whoever claims the run next goes on exactly there.
 */
export async function deliverRun(input: DeliveryInput, ports: DeliveryPorts): Promise<Outcome> {
  try {
    return await deliver(new Delivery(input, ports));
  } catch (error) {
    return outcomeOf(error, input.signal);
  }
}

async function deliver(delivery: Delivery): Promise<Outcome> {
  const { plan, destination, input, ports } = delivery;
  const { state } = input;
  const refusal = await checkTotal(delivery);
  if (refusal) return refusal;
  if (plan.mode === 'mirror' && !destination.remove) throw mirrorUnsupported(destination.name);
  if (plan.strangers && !destination.listPeople) throw listingUnsupported(destination.name);
  delivery.session = await callDestination(input.signal, (signal) =>
    destination.prepare(delivery.contextWith(signal)),
  );

  const sender = new MemberSender(delivery);
  let allKnown = false;
  const knowMembers = async () => {
    if (allKnown) return;
    // Those of parts that an earlier claim settled were not met on the way.
    if (state.resumed) await sender.collectIdentities({ from: null, to: null });
    for (const other of ports.others ?? []) await keepMembersOf(other, delivery);
    allKnown = true;
  };
  let bound: RemovalCounts | null = null;
  if (state.phase === 'send') {
    const failure = await work(delivery, () => sender.send(state.ranges));
    if (failure) return failure;
    if (plan.mode !== 'mirror' || plan.retry) return { kind: 'delivered' };
    // Leavers were counted on the way only if this claim saw every part.
    bound = state.resumed ? null : sender.removalBound();
    if (plan.strangers) {
      const lister = new StrangerLister(delivery, knowMembers);
      const found = await lister.list();
      if (typeof found !== 'number') return found;
      if (input.stopping.aborted) return stopOutcome(input.stopping.reason as Stop);
      bound &&= { ...bound, unmanaged: found };
    }
    if (bound && bound.people + bound.unmanaged === 0) return { kind: 'delivered' };
  }
  const failure = await work(delivery, async () => {
    await knowMembers();
    if (!(await new RemovalGuard(delivery).allows(bound))) return;
    await new LeaverRemover(delivery).remove(state.phase === 'remove' ? state.ranges : everything);
  });
  return failure ?? { kind: 'delivered' };
}

/** Takes note of whom another export delivers to the same target: they stay. */
async function keepMembersOf({ mapping, members }: OtherExport, delivery: Delivery): Promise<void> {
  const map = compileMapper(delivery.destination.mapping, mapping);
  for await (const page of members.read({ from: null, to: null }, sourcesOf(mapping))) {
    for (const member of page) {
      const { row } = map(member);
      if (row) delivery.kept.add(row.identity);
    }
    if (delivery.stopped) return;
  }
}

const everything: readonly IdRange[] = [{ from: null, to: null }];

/** Counts the members once, and refuses the run when they are more than its limits allow. */
async function checkTotal(delivery: Delivery): Promise<Outcome | null> {
  const { input, plan, destination, ports, fence } = delivery;
  const total = input.state.total ?? (await ports.members.count());
  if (input.state.total === null) await delivery.hold(ports.progress.setTotal(fence, total));
  const limit = Math.min(plan.hardLimit ?? Infinity, destination.limits.hardTotal ?? Infinity);
  if (total <= limit) return null;
  return {
    kind: 'skipped',
    reason: {
      code: 'hard-limit-exceeded',
      message:
        `The segments have ${total} members, more than the limit of ${limit}. Nothing was sent. ` +
        'Raise the limit of the export, or choose smaller segments.',
      numbers: { total, limit },
    },
  };
}

/** Does a phase's work, then waits for what is in flight whatever happened. @returns Null if all went well. */
async function work({ input, inFlight }: Delivery, phase: () => Promise<void>): Promise<Outcome | null> {
  const failures: Outcome[] = [];
  try {
    await phase();
  } catch (error) {
    failures.push(outcomeOf(error, input.signal));
  }
  for (const error of await inFlight.settle()) failures.push(outcomeOf(error, input.signal));
  if (input.stopping.aborted) failures.push(stopOutcome(input.stopping.reason as Stop));
  return failures.length > 0 ? gravest(failures) : null;
}
