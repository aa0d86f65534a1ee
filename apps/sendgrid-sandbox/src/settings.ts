/** A duration in milliseconds, or `[shortest, longest]` from which one is drawn for each job. */
export type Duration = number | readonly [number, number];

/** How long the asynchronous parts take, all counted from the accepted request. */
export interface Timings {
  /** Until contacts are visible and the job shows counts, while its status is still `pending`. */
  applyMs: Duration;
  /** Until the job's status is final. */
  finishMs: Duration;
  /** Until a new custom field may be used; before that it is an unknown id. */
  fieldUsableMs: Duration;
  /** Until an export of contacts is `ready`. */
  exportReadyMs: Duration;
}

export interface RateRule {
  /** Requests per clock minute. */
  limit?: number;
  /** What `x-ratelimit-reset` holds: the seconds left, or the second since 1970 at which the minute ends. */
  reset?: 'seconds' | 'epoch';
}

export interface Settings {
  timings: Timings;
  /** What the plan allows; an upsert job that would pass it fails as a whole. `null`: no limit. */
  maxContacts: number | null;
  /** Which bad rows a refused upsert names: every one, only the first, or none (a message without a row). */
  rowErrors: 'all' | 'first' | 'unnamed';
  /** Whether jobs are applied in the order in which they were accepted, or each after its own delay. */
  jobOrder: 'accepted' | 'any';
  /** Removal from a list with ids that do not exist: 404 for the whole request (as documented), or ignored. */
  unknownContactIds: 'refuse' | 'ignore';
  /** Rates that differ from the recorded ones, by endpoint (`PUT /v3/marketing/contacts`) or `*` for all. */
  rates: Record<string, RateRule>;
}

/** A part of the settings, as the control endpoint takes it. */
export type SettingsPatch = Partial<Omit<Settings, 'timings'>> & { timings?: Partial<Timings> };

export function defaultSettings(): Settings {
  return {
    timings: { applyMs: [500, 1_000], finishMs: [1_500, 3_000], fieldUsableMs: 1_500, exportReadyMs: 500 },
    maxContacts: null,
    rowErrors: 'all',
    jobOrder: 'accepted',
    unknownContactIds: 'refuse',
    rates: {},
  };
}

export function mergeSettings(settings: Settings, patch: SettingsPatch): Settings {
  return {
    ...settings,
    ...patch,
    timings: { ...settings.timings, ...patch.timings },
    rates: patch.rates ?? settings.rates,
  };
}

/** Limits of the service, from its documentation. */
export const LIMITS = {
  contactsPerRequest: 30_000,
  bytesPerRequest: 6_000_000,
  /** Length of `ids` and `contact_ids` in the query from which the proxy in front answers 414. */
  queryIdsLength: 8_150,
  idsPerLookup: 100,
  searchResults: 50,
  lists: 1_000,
  customFields: 500,
  erasureAddresses: 5_000,
  erasureBytes: 256 * 1024,
} as const;
