interface FaultBase {
  /** An endpoint such as `PUT /v3/marketing/contacts`, or `*` for all. */
  endpoint: string;
  /** After this many hits the fault is over; without it, it lasts until it is cleared. */
  times?: number;
  /** Chance of a hit for each request, 0 to 1; without it, every request is hit. */
  probability?: number;
  /** Start of the draw for `probability`: the same seed hits the same requests again. */
  seed?: number;
}

export type RequestFault = FaultBase &
  (
    | { kind: 'latency'; ms: number; jitterMs?: number }
    /** 429 for `seconds` from now, with that time in the rate headers. */
    | { kind: 'rate-limit'; seconds: number }
    /** An error with a JSON body; `after`: the request was carried out all the same. */
    | { kind: 'status'; status: number; when?: 'before' | 'after' }
    /** An error page of the proxy in front. */
    | { kind: 'html'; status: number; when?: 'before' | 'after' }
    /** The connection is reset without an answer; `after`: the request was carried out all the same. */
    | { kind: 'reset'; when?: 'before' | 'after' }
    /** The request is carried out, and the connection breaks in the middle of the answer. */
    | { kind: 'half-body' }
  );

export type JobFault = FaultBase &
  (
    | { kind: 'job-stuck'; applies?: boolean }
    | { kind: 'job-failed'; reason?: string }
    | { kind: 'job-slow'; ms: number }
  );

export type Fault = RequestFault | JobFault;

/** A fault that is switched on. */
export type ActiveFault = Fault & {
  id: string;
  hits: number;
  /** Milliseconds since 1970; a 429 storm is over then. */
  until?: number;
};

export const REQUEST_FAULTS = ['latency', 'rate-limit', 'status', 'html', 'reset', 'half-body'] as const;
export const JOB_FAULTS = ['job-stuck', 'job-failed', 'job-slow'] as const;
