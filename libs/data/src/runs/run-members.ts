import type { FieldValue } from '@audience-relay/contracts';
import type { IdRange, Member, MemberReader } from '@audience-relay/exports/ports';
import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Collection, Connection, Types } from 'mongoose';
import { RawDocument, rawPages, readId, readRaw } from './raw-document';
import { RunHistoryRepository, within } from './run-history.repository';
import type { RunPlan } from './run.schema';

interface ProfileRow {
  _id: string;
  fields?: Record<string, FieldValue>;
}

/** Opens the members of a run: profiles that are in at least one of its segments, each once. */
@Injectable()
export class RunMembersRepository {
  constructor(
    @InjectConnection() private readonly connection: Connection,
    private readonly runs: RunHistoryRepository,
  ) {}

  open({ segmentIds, retryOf }: Pick<RunPlan, 'segmentIds' | 'retryOf'>): MemberReader {
    const profiles = this.connection.collection<ProfileRow>('profiles');
    const members = new SegmentMembers(profiles as never, segmentIds);
    return retryOf ? new RejectedMembers(members, this.runs, retryOf) : members;
  }
}

/** Members read at a time: few enough that they are gone before the garbage collector counts them as old. */
const pageSize = 1_000;

/**
 * One sorted cursor, not a query a page: with pages the database plans anew each time and, depending on how many are
 * members, reads all that are left each time.
 */
class SegmentMembers implements MemberReader {
  private readonly inSegments: Record<string, unknown>;

  constructor(
    private readonly profiles: Collection<ProfileRow>,
    segmentIds: readonly Types.ObjectId[],
  ) {
    const [only] = segmentIds;
    this.inSegments = segmentIds.length === 1 ? { segments: only } : { segments: { $in: segmentIds } };
  }

  read(range: IdRange, fields: readonly string[]): AsyncIterable<Member[]> {
    return this.find({ ...within('_id', range), ...this.inSegments }, fields);
  }

  /** Those of the given profiles that are still members, in the order of their ids. */
  among(profileIds: readonly string[], fields: readonly string[]): AsyncIterable<Member[]> {
    return this.find({ _id: { $in: profileIds }, ...this.inSegments }, fields);
  }

  count(): Promise<number> {
    return this.profiles.countDocuments(this.inSegments as never);
  }

  private find(filter: object, fields: readonly string[]): AsyncGenerator<Member[]> {
    const projection = Object.fromEntries(fields.map((field) => [`fields.${field}`, 1]));
    const cursor = this.profiles
      .find<Uint8Array>(filter as never, {
        projection: fields.length > 0 ? projection : { _id: 1 },
        raw: true,
      })
      .sort({ _id: 1 })
      .batchSize(pageSize);
    const names = new KnownNames();
    return rawPages(cursor, (bytes) => new RawMember(bytes, names));
  }
}

/** The keys of the document that was read before, which mostly are those of the next. */
class KnownNames {
  readonly ofRow: string[] = [];
  readonly ofFields: string[] = [];
}

/**
 * A member as the database sent it. Its values are read when they are asked for: as values, a page that waits for its
 * turn would outlive several rounds of the garbage collector, whose time was a quarter of a worker's.
 */
class RawMember implements Member {
  readonly id: string;
  private known: Member['fields'] | undefined;

  constructor(
    private readonly bytes: Buffer,
    private readonly names: KnownNames,
  ) {
    this.id = readId(bytes, names.ofRow);
  }

  get fields(): Member['fields'] {
    return (this.known ??= readRaw(
      this.bytes,
      (buffer) => this.parse(new RawDocument(buffer, this.names.ofRow)),
      (row) => (row as ProfileRow).fields ?? {},
    ));
  }

  private parse(row: RawDocument): Member['fields'] {
    while (row.advance()) if (row.key === 'fields') return row.values(this.names.ofFields);
    return {};
  }
}

/** Only members whose rows an earlier run rejected. */
class RejectedMembers implements MemberReader {
  constructor(
    private readonly members: SegmentMembers,
    private readonly runs: RunHistoryRepository,
    private readonly runId: Types.ObjectId,
  ) {}

  async *read(range: IdRange, fields: readonly string[]): AsyncGenerator<Member[]> {
    let { from } = range;
    for (;;) {
      const ids = await this.runs.rejectedProfileIds(this.runId, { from, to: range.to }, pageSize);
      const last = ids.at(-1);
      if (last === undefined) return;
      yield* this.members.among(ids, fields);
      from = last;
    }
  }

  async count(): Promise<number> {
    let total = 0;
    for await (const page of this.read({ from: null, to: null }, [])) total += page.length;
    return total;
  }
}
