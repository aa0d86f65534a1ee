import type { DeliveryMode } from '@audience-relay/contracts';
import type {
  Confirmation,
  EncodedRecord,
  PeoplePage,
  RemoveBatch,
  RemoveReceipt,
  SendBatch,
  SendReceipt,
} from './batch';
import type { ConnectionContext, ExportContext } from './context';
import type { FieldSpecs, ValuesOf } from './field-spec';
import type { MappedRow, MappingFieldSpec, MappingSpec } from './mapping-spec';

/** What a key can do, as `test` found out. */
export interface TestResult {
  /** Whose account it is, when the destination tells. */
  account?: string;
  /** Rights that the exporter needs and the key lacks. Empty: usable. */
  missingScopes: readonly string[];
  /** People stored there now, and the most that the plan allows, when the destination tells. */
  stored?: number;
  storedLimit?: number;
  /** Sentences for a person about what works but deserves attention. */
  warnings?: readonly string[];
}

/** How full an account is. */
export interface AccountUsage {
  /** People stored there now. */
  stored: number;
  /** The most that the plan allows. */
  storedLimit: number;
}

/** A list, audience or folder that records can go to. */
export interface Target {
  id: string;
  name: string;
  /** People in it now, when the destination tells. */
  count?: number;
}

export interface TargetPage {
  items: readonly Target[];
  /** Absent on the last page. */
  nextCursor?: string;
}

export interface TargetQuery {
  /** From the page before. */
  cursor?: string;
  /** Part of a name in any case, or a whole id. */
  search?: string;
  /** At most this many; a plugin may return fewer. Default 100. */
  limit?: number;
}

/** The exact request that `send` would make, for the dry run. Secrets are masked. */
export interface RequestPreview {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  /** The body as text. */
  body: string;
}

export interface Limits {
  /** Records in one `send`. */
  maxRecords: number;
  /** Bytes of one `send`'s body. */
  maxBytes: number;
  /** Bytes of the body around the records, at most. */
  envelopeBytes: number;
  /** Bytes between two records. */
  separatorBytes: number;
  /** Requests in flight for one run. */
  concurrency: number;
  /** People in one `remove`. Needed for mirror. */
  maxRemovals?: number;
  /** What `recommendedTotal` and `hardTotal` count: people of one export (default), or of all on a connection. */
  totalScope?: 'export' | 'connection';
  /** More people than this in one export draws a warning. */
  recommendedTotal?: number;
  /** More than this is refused (the run is skipped with that reason). */
  hardTotal?: number;
}

/**
 * A destination: data plus a few functions. The host queues, retries, paces, stores and logs; a plugin does none
 * of that. Every function may throw a `DestinationError` and nothing else; refused rows are data in a receipt.
 */
export interface DestinationDefinition<
  ConnectionSpecs extends FieldSpecs = FieldSpecs,
  SettingsSpecs extends FieldSpecs = FieldSpecs,
  Session = unknown,
> {
  /** Stable, lower-case; stored with every connection: `sendgrid`. */
  key: string;
  name: string;
  description: string;
  /** Where to read on: the destination's own documentation. */
  docsUrl?: string;
  /** Credentials and options of an account. */
  connection: { fields: ConnectionSpecs };
  /** What is chosen per export. */
  settings: { fields: SettingsSpecs };
  mapping: MappingSpec;
  capabilities: {
    modes: readonly DeliveryMode[];
    /** `async`: a receipt's handle must be confirmed. */
    confirmation: 'sync' | 'async';
  };
  limits: Limits;

  /** Called on Connect and on demand. Checks the credentials and what they may do. */
  test(ctx: ConnectionContext<ValuesOf<ConnectionSpecs>>): Promise<TestResult>;

  /**
   * How full the account is, where its plan limits people. Asked when an export is saved and before it is run, to warn
   * in time. Undefined when it is not known: nobody is warned then.
   */
  usage?(ctx: ConnectionContext<ValuesOf<ConnectionSpecs>>): Promise<AccountUsage | undefined>;

  /** Called by the export form for fields of type `target`. */
  targets?(ctx: ConnectionContext<ValuesOf<ConnectionSpecs>>, query: TargetQuery): Promise<TargetPage>;

  /** Called by the export form. Absent: targets cannot be created from here. `name` is 1 to 100 characters. */
  createTarget?(ctx: ConnectionContext<ValuesOf<ConnectionSpecs>>, name: string): Promise<Target>;

  /**
   * Called once per run (and per resume) before anything is sent: check that the target exists, resolve names to ids.
   * What it returns is handed to the other calls; it lives in memory only.
   */
  prepare(ctx: ExportContext<ValuesOf<ConnectionSpecs>, ValuesOf<SettingsSpecs>>): Promise<Session>;

  /** Called once per record to be sent. Pure, synchronous, quick; the bytes must not depend on time. */
  encode(row: MappedRow, session: Session): EncodedRecord;

  /** Called with batches inside `limits`. Exactly one request. */
  send(
    batch: SendBatch,
    ctx: ExportContext<ValuesOf<ConnectionSpecs>, ValuesOf<SettingsSpecs>>,
    session: Session,
  ): Promise<SendReceipt>;

  /** The request that `send` makes for this batch, built by the same code. Called by the dry run. */
  preview(
    batch: SendBatch,
    ctx: ExportContext<ValuesOf<ConnectionSpecs>, ValuesOf<SettingsSpecs>>,
    session: Session,
  ): RequestPreview;

  /** Takes people off the target; never deletes them from the account. Needed for mirror. */
  remove?(
    batch: RemoveBatch,
    ctx: ExportContext<ValuesOf<ConnectionSpecs>, ValuesOf<SettingsSpecs>>,
    session: Session,
  ): Promise<RemoveReceipt>;

  /**
   * Who is on the target now, whoever put them there. Needed to take off strangers as well: whoever is listed and is no
   * member is removed by `remove`. Called without a cursor first, then with the one of the answer before, until a page
   * has none; the host waits between calls that answer `pending`. Asks once, never loops or waits. People whom the
   * destination does not know by the identity are left out: nobody could tell who they are.
   */
  listPeople?(
    cursor: string | undefined,
    ctx: ExportContext<ValuesOf<ConnectionSpecs>, ValuesOf<SettingsSpecs>>,
    session: Session,
  ): Promise<PeoplePage>;

  /** Asks once what became of an accepted batch. Needed when confirmation is `async`. Never loops or waits. */
  confirm?(
    handle: string,
    ctx: ExportContext<ValuesOf<ConnectionSpecs>, ValuesOf<SettingsSpecs>>,
  ): Promise<Confirmation>;
}

/**
 * A destination whose own types are known only to itself: what the registry, the host and the API handle.
 * The values it is called with were checked against its field specs.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- a name for the erased form
export interface Destination extends DestinationDefinition {}

/** Declares a plugin; types of credentials, settings and session are inferred from the declaration. */
export function defineDestination<
  const ConnectionSpecs extends FieldSpecs,
  const SettingsSpecs extends FieldSpecs,
  const Fields extends Readonly<Record<string, MappingFieldSpec>>,
  Session,
>(
  definition: DestinationDefinition<ConnectionSpecs, SettingsSpecs, Session> & {
    mapping: MappingSpec<Fields>;
  },
): Destination {
  return definition as unknown as Destination;
}
