import type { FieldValue } from '@audience-relay/contracts';
import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Collection, Connection, Types } from 'mongoose';
import { RunWorkRepository, within } from './run-work.repository';
import type { IdRange, RunPlan } from './run.schema';

export interface RunMember {
  id: string;
  fields: Readonly<Record<string, FieldValue>>;
}

interface ProfileRow {
  _id: string;
  fields?: Record<string, FieldValue>;
}

/** Opens the members of a run: profiles that are in at least one of its segments, each once. */
@Injectable()
export class RunMembersRepository {
  constructor(
    @InjectConnection() private readonly connection: Connection,
    private readonly runs: RunWorkRepository,
  ) {}

  open({ segmentIds, retryOf }: Pick<RunPlan, 'segmentIds' | 'retryOf'>): RunMembers {
    const profiles = this.connection.collection<ProfileRow>('profiles');
    const members = new SegmentMembers(profiles as never, segmentIds);
    return retryOf ? new RejectedMembers(members, this.runs, retryOf) : members;
  }
}

export interface RunMembers {
  page(range: IdRange, fields: readonly string[], limit: number): Promise<RunMember[]>;
  count(): Promise<number>;
}

class SegmentMembers implements RunMembers {
  private readonly inSegments: Record<string, unknown>;

  constructor(
    private readonly profiles: Collection<ProfileRow>,
    segmentIds: readonly Types.ObjectId[],
  ) {
    const [only] = segmentIds;
    this.inSegments = segmentIds.length === 1 ? { segments: only } : { segments: { $in: segmentIds } };
  }

  async page(range: IdRange, fields: readonly string[], limit: number): Promise<RunMember[]> {
    return this.find({ ...within('_id', range), ...this.inSegments }, fields, limit);
  }

  /** Those of the given profiles that are still members, in the order of their ids. */
  async among(profileIds: readonly string[], fields: readonly string[]): Promise<RunMember[]> {
    return this.find({ _id: { $in: profileIds }, ...this.inSegments }, fields, profileIds.length);
  }

  count(): Promise<number> {
    return this.profiles.countDocuments(this.inSegments as never);
  }

  private async find(filter: object, fields: readonly string[], limit: number): Promise<RunMember[]> {
    if (limit === 0) return [];
    const projection = Object.fromEntries(fields.map((field) => [`fields.${field}`, 1]));
    const rows = await this.profiles
      .find(filter as never, { projection: fields.length > 0 ? projection : { _id: 1 } })
      .sort({ _id: 1 })
      .limit(limit)
      .batchSize(limit)
      .toArray();
    return rows.map((row) => ({ id: row._id, fields: row.fields ?? {} }));
  }
}

/** Only members whose rows an earlier run rejected. */
class RejectedMembers implements RunMembers {
  constructor(
    private readonly members: SegmentMembers,
    private readonly runs: RunWorkRepository,
    private readonly runId: Types.ObjectId,
  ) {}

  async page(range: IdRange, fields: readonly string[], limit: number): Promise<RunMember[]> {
    const found: RunMember[] = [];
    let rest = range;
    while (found.length < limit) {
      const ids = await this.runs.rejectedProfileIds(this.runId, rest, limit - found.length);
      const last = ids.at(-1);
      if (last === undefined) break;
      found.push(...(await this.members.among(ids, fields)));
      rest = { from: last, to: range.to };
    }
    return found;
  }

  async count(): Promise<number> {
    const size = 5_000;
    let total = 0;
    let range: IdRange = { from: null, to: null };
    for (;;) {
      const page = await this.page(range, [], size);
      total += page.length;
      if (page.length < size) return total;
      range = { from: page.at(-1)?.id ?? null, to: null };
    }
  }
}
