import type { Bench } from './bench';
import type { Subject } from './subject';

/** One rule of the contract. `run` throws when the plugin breaks it. */
export interface Check {
  name: string;
  /** Absent: the rule is for every plugin. */
  appliesTo?(subject: Subject): boolean;
  run(bench: Bench): Promise<void>;
}
