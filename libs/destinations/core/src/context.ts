import type { Mapping } from './mapping-spec';

/** What every call gets: whose account, and when to stop. */
export interface ConnectionContext<Connection> {
  /** Values of `connection.fields`, secrets in clear. Never log, store or throw them. */
  readonly connection: Connection;
  /** Aborted on cancel, shutdown, a lost lease or a deadline. A plugin must give up within 1 s of it. */
  readonly signal: AbortSignal;
}

/** What calls that act for one export get besides. */
export interface ExportContext<Connection, Settings> extends ConnectionContext<Connection> {
  /** Values of `settings.fields`. */
  readonly settings: Settings;
  readonly mapping: Mapping;
  /** Stable for all attempts and resumes of one run; `preview` in a dry run. Letters, digits and hyphens. */
  readonly runId: string;
  /** The call belongs to a preview: read what is needed, change nothing at the destination. */
  readonly dryRun: boolean;
}
