import type { RemovalCounts } from '@audience-relay/contracts';
import { BatchRunner } from './batch-runner';
import { callDestination } from './call-destination';
import { Delivery, type DeliveryInput, type DeliveryPorts, type OtherExport } from './delivery';
import { compileMapper, sourcesOf } from './map-row';
import { mostSevere, type Outcome, outcomeOf, type Stop, stopOutcome } from './outcome';
import { allIds } from './id-order';
import { UnmanagedLister } from './list-unmanaged';
import { RemovalGuard } from './removal-guard';
import { LeaverRemover } from './remove-leavers';
import { listingUnsupported, mirrorUnsupported } from './send-batch';
import { MemberSender } from './send-members';

/**
 * Delivers what is left of a run: sends members who are new or changed, takes off who left (mirror) and, if wanted,
 * unmanaged contacts, and writes every step down so that whoever claims the run next goes on exactly there.
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
  if (plan.removeUnmanaged && !destination.listPeople) throw listingUnsupported(destination.name);
  delivery.session = await callDestination(input.signal, (signal) =>
    destination.prepare(delivery.contextWith(signal)),
  );

  const batches = new BatchRunner(delivery);
  const sender = new MemberSender(delivery, batches);
  let allKnown = false;
  const knowMembers = async () => {
    if (allKnown) return;
    // Those of parts that an earlier claim settled were not met on the way.
    if (state.resumed) await sender.collectIdentities(allIds);
    for (const other of ports.others ?? []) await keepMembersOf(other, delivery);
    allKnown = true;
  };
  let bound: RemovalCounts | null = null;
  if (state.phase === 'send') {
    const failure = await work(delivery, batches, () => sender.send(state.ranges));
    if (failure) return failure;
    if (plan.mode !== 'mirror' || plan.retry) return { kind: 'delivered' };
    // Leavers were counted on the way only if this claim saw every part.
    bound = state.resumed ? null : sender.removalBound();
    if (plan.removeUnmanaged) {
      const lister = new UnmanagedLister(delivery, knowMembers);
      const found = await lister.list();
      if (typeof found !== 'number') return found;
      if (input.stopping.aborted) return stopOutcome(input.stopping.reason as Stop);
      bound &&= { ...bound, unmanaged: found };
    }
    if (bound && bound.people + bound.unmanaged === 0) return { kind: 'delivered' };
  }
  const failure = await work(delivery, batches, async () => {
    await knowMembers();
    if (!(await new RemovalGuard(delivery, batches).allows(bound))) return;
    await new LeaverRemover(delivery, batches).remove(state.phase === 'remove' ? state.ranges : [allIds]);
  });
  return failure ?? { kind: 'delivered' };
}

/** Takes note of whom another export delivers to the same target: they stay. */
async function keepMembersOf({ mapping, members }: OtherExport, delivery: Delivery): Promise<void> {
  const map = compileMapper(delivery.destination.mapping, mapping);
  for await (const page of members.read(allIds, sourcesOf(mapping))) {
    for (const member of page) {
      const { row } = map(member);
      if (row) delivery.kept.add(row.identity);
    }
    if (delivery.stopped) return;
  }
}

/** Counts the members once, and refuses the run when they are more than its limits allow. */
async function checkTotal(delivery: Delivery): Promise<Outcome | null> {
  const { input, plan, destination, ports, fence } = delivery;
  const total = input.state.total ?? (await ports.members.count());
  if (input.state.total === null) await delivery.assertFence(ports.progress.setTotal(fence, total));
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
async function work(
  { input }: Delivery,
  batches: BatchRunner,
  phase: () => Promise<void>,
): Promise<Outcome | null> {
  const failures: Outcome[] = [];
  try {
    await phase();
  } catch (error) {
    failures.push(outcomeOf(error, input.signal));
  }
  for (const error of await batches.end()) failures.push(outcomeOf(error, input.signal));
  if (input.stopping.aborted) failures.push(stopOutcome(input.stopping.reason as Stop));
  return failures.length > 0 ? mostSevere(failures) : null;
}
