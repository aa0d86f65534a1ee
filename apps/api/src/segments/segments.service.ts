import { type SegmentRule, segmentsOfRule } from '@audience-relay/contracts';
import {
  ExportRepository,
  ProfileRepository,
  RuleContexts,
  type SegmentDefinition,
  SegmentMembersRepository,
  type SegmentRecord,
  SegmentRepository,
  type SegmentState,
} from '@audience-relay/data';
import { compileRule, draftRule, validateRule } from '@audience-relay/segments';
import { Injectable, Logger } from '@nestjs/common';
import type { Types } from 'mongoose';
import type { SignedInUser } from '../access/signed-in-user';
import {
  invalid,
  notFound,
  ProblemException,
  savedOrThrow,
  versionConflict,
} from '../problems/problem.exception';
import { CostlyReads } from '../lists/costly-reads';
import { toProfileDto } from '../profiles/profile.dto';
import type { CreateSegmentDto, PreviewSegmentDto, SegmentPreviewDto, UpdateSegmentDto } from './segment.dto';
import { SegmentRefreshRequests } from './segment-refresh-requests';

const nameLength = 100;

@Injectable()
export class SegmentsService {
  private readonly logger = new Logger(SegmentsService.name);

  constructor(
    private readonly segments: SegmentRepository,
    private readonly members: SegmentMembersRepository,
    private readonly profiles: ProfileRepository,
    private readonly contexts: RuleContexts,
    private readonly exports: ExportRepository,
    private readonly refreshes: SegmentRefreshRequests,
    private readonly costly: CostlyReads,
  ) {}

  async find(id: Types.ObjectId): Promise<SegmentRecord> {
    const segment = await this.segments.findById(id);
    if (!segment) throw notFound('This segment');
    return segment;
  }

  async create(
    { name, description = '', rule, state = 'active' }: CreateSegmentDto,
    by: SignedInUser,
  ): Promise<SegmentRecord> {
    const definition = { name, description, rule: await this.acceptable(rule, state), state };
    const segment = await this.insert(definition, by);
    return state === 'active' ? ((await this.refreshes.request(segment._id)) ?? segment) : segment;
  }

  async update(
    id: Types.ObjectId,
    { version, rule, ...changes }: UpdateSegmentDto,
    by: SignedInUser,
  ): Promise<SegmentRecord> {
    const before = await this.find(id);
    if (before.version !== version) throw versionConflict('This segment');
    const state = changes.state ?? before.state;
    const acceptable = await this.acceptable(rule ?? before.rule, state, id);

    const result = await this.segments.update(id, version, { ...changes, rule: acceptable }, by.id);
    const updated = savedOrThrow(result, 'This segment', nameTaken);
    const needsRefresh = state === 'active' && (rule !== undefined || before.state !== 'active');
    return needsRefresh ? ((await this.refreshes.request(id)) ?? updated) : updated;
  }

  /** Named after the original. Not active: two the same would only cost refreshes until one is changed. */
  async duplicate(id: Types.ObjectId, by: SignedInUser): Promise<SegmentRecord> {
    const { name, description, rule, state } = await this.find(id);
    for (let copy = 1; copy <= 100; copy += 1) {
      const suffix = copy === 1 ? ' (copy)' : ` (copy ${copy})`;
      const result = await this.segments.insert(
        {
          name: `${name.slice(0, nameLength - suffix.length)}${suffix}`,
          description,
          rule,
          state: state === 'draft' ? 'draft' : 'inactive',
        },
        by.id,
      );
      if ('saved' in result) return result.saved;
    }
    throw nameTaken();
  }

  async remove(id: Types.ObjectId): Promise<void> {
    const exports = await this.exports.findNamesWithSegment(id);
    if (exports.length > 0) {
      throw new ProblemException(
        'in-use',
        `This segment is used by ${exports.length === 1 ? 'an export' : `${exports.length} exports`}. ` +
          'Take it out of them, or remove them, first.',
        { extra: { exports: exports.map((used) => ({ id: String(used.id), name: used.name })) } },
      );
    }
    const above = (await this.segments.findRules()).filter(({ rule }) =>
      segmentsOfRule(rule).includes(String(id)),
    );
    if (above.length > 0) {
      throw new ProblemException(
        'in-use',
        `The rules of other segments use this one: ${above.map(({ name }) => name).join(', ')}. ` +
          'Take it out of them, or remove them, first.',
        { extra: { segments: above.map((used) => ({ id: String(used._id), name: used.name })) } },
      );
    }
    if (!(await this.segments.remove(id))) throw notFound('This segment');
    // Nobody asks for these members any more, so nobody has to wait for it.
    this.members.clear(id).catch((error: unknown) => {
      this.logger.warn(`Members of removed segment ${String(id)} were not cleared: ${(error as Error).name}`);
    });
  }

  /** Refreshes now, whatever its state but draft. */
  async refresh(id: Types.ObjectId): Promise<SegmentRecord> {
    const requested = await this.refreshes.request(id);
    if (requested) return requested;
    await this.find(id);
    throw invalid({
      path: 'state',
      message: 'A draft has no members. Finish the rule and activate the segment.',
    });
  }

  async preview({ rule, sampleSize = 100 }: PreviewSegmentDto): Promise<SegmentPreviewDto> {
    const filter = compileRule(await this.acceptable(rule, 'active'), await this.contexts.read());
    return this.costly.run(async () => {
      const count = await this.members.countMatching(filter);
      const total = await this.profiles.count();
      const sample = sampleSize === 0 ? [] : await this.members.findMatching(filter, sampleSize);
      return { count, total, sample: sample.map(toProfileDto) };
    });
  }

  /**
   * A rule fit for the state: a draft's may be unfinished, any other must hold against the known fields and segments.
   * @param id The segment that it is for, if it exists already.
   */
  private async acceptable(
    rule: object,
    state: SegmentState,
    id: Types.ObjectId | null = null,
  ): Promise<SegmentRule> {
    const accepted = state === 'draft' ? draftRule(rule) : await this.validRule(rule);
    if (id) await this.refuseCircle(accepted, id);
    return accepted;
  }

  private async validRule(rule: object): Promise<SegmentRule> {
    const errors = validateRule(rule, await this.contexts.read());
    if (errors.length > 0) throw invalid(...errors);
    return rule as SegmentRule;
  }

  /** A segment that stands on itself, by way of others or not, could never be refreshed in order. */
  private async refuseCircle(rule: SegmentRule, id: Types.ObjectId): Promise<void> {
    const direct = segmentsOfRule(rule);
    if (direct.length === 0) return;
    const all = new Map((await this.segments.findRules()).map((each) => [String(each._id), each]));
    const way = wayTo(String(id), direct, (from) => segmentsOfRule(all.get(from)?.rule ?? rule));
    if (!way) return;
    const names = way.map((each) => all.get(each)?.name ?? each);
    throw invalid({
      path: 'rule',
      message: `The segment would stand on itself: ${names.join(' → ')}. Take one of them out.`,
    });
  }

  private async insert(definition: SegmentDefinition, by: SignedInUser): Promise<SegmentRecord> {
    return savedOrThrow(await this.segments.insert(definition, by.id), 'This segment', nameTaken);
  }
}

/** The first way by which one of some segments leads to another, itself included. */
function wayTo(
  end: string,
  starts: readonly string[],
  next: (from: string) => readonly string[],
): string[] | null {
  const seen = new Set<string>();
  const walk = (at: string): string[] | null => {
    if (at === end) return [at];
    if (seen.has(at)) return null;
    seen.add(at);
    for (const way of next(at).map(walk)) if (way) return [at, ...way];
    return null;
  };
  for (const way of starts.map(walk)) if (way) return [end, ...way];
  return null;
}

function nameTaken(): ProblemException {
  return new ProblemException('name-taken', 'There is a segment with this name. Choose another.', {
    errors: [{ path: 'name', message: 'There is a segment with this name.' }],
  });
}
