import type { Random } from '../state/random';
import { createRandom } from '../state/random';
import type { ActiveFault, Fault, JobFault, RequestFault } from './fault';
import { JOB_FAULTS } from './fault';

interface Switched {
  fault: ActiveFault;
  random: Random;
}

/** The faults that are switched on, and the draw of which request they hit. */
export class Faults {
  private switched: Switched[] = [];
  private lastId = 0;

  constructor(private readonly now: () => number) {}

  add(fault: Fault): ActiveFault {
    this.lastId += 1;
    const active: ActiveFault = { ...fault, id: `fault-${this.lastId}`, hits: 0 };
    if (active.kind === 'rate-limit') active.until = this.now() + active.seconds * 1_000;
    this.switched.push({ fault: active, random: createRandom(fault.seed ?? 1) });
    return active;
  }

  list(): ActiveFault[] {
    this.dropEnded();
    return this.switched.map(({ fault }) => fault);
  }

  remove(id: string): boolean {
    const before = this.switched.length;
    this.switched = this.switched.filter(({ fault }) => fault.id !== id);
    return this.switched.length < before;
  }

  clear(): void {
    this.switched = [];
  }

  /** The faults that hit this request, in the order in which they were switched on. */
  forRequest(endpoint: string): (RequestFault & { until?: number })[] {
    return this.hit(endpoint, (fault): fault is ActiveFault & RequestFault => !isJobFault(fault));
  }

  /** The faults that hit the job which this request starts. */
  forJob(endpoint: string): JobFault[] {
    return this.hit(endpoint, (fault): fault is ActiveFault & JobFault => isJobFault(fault));
  }

  private hit<Kind extends ActiveFault>(
    endpoint: string,
    wanted: (fault: ActiveFault) => fault is Kind,
  ): Kind[] {
    this.dropEnded();
    const hits: Kind[] = [];
    for (const { fault, random } of this.switched) {
      if (!wanted(fault)) continue;
      if (fault.endpoint !== '*' && fault.endpoint !== endpoint) continue;
      if (fault.probability !== undefined && random() >= fault.probability) continue;
      fault.hits += 1;
      hits.push(fault);
    }
    this.dropEnded();
    return hits;
  }

  private dropEnded(): void {
    const now = this.now();
    this.switched = this.switched.filter(
      ({ fault }) =>
        (fault.times === undefined || fault.hits < fault.times) &&
        (fault.until === undefined || fault.until > now),
    );
  }
}

function isJobFault(fault: Fault): fault is JobFault {
  return (JOB_FAULTS as readonly string[]).includes(fault.kind);
}
