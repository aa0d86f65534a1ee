import {
  type ConnectionRecord,
  ConnectionRepository,
  type ExportDefinition,
  type ExportRecord,
  ExportRemovalRepository,
  ExportRepository,
  type Page,
  ProfileFieldRepository,
  SegmentRepository,
} from '@audience-relay/data';
import { destinations, findDestination } from '@audience-relay/destinations/registry';
import {
  defaultRemovalLimit,
  isAllowedOn,
  type ProblemFieldError,
  type Role,
} from '@audience-relay/contracts';
import { Injectable } from '@nestjs/common';
import { Types } from 'mongoose';
import type { SignedInUser } from '../access/signed-in-user';
import {
  invalid,
  notFound,
  ProblemException,
  savedOrThrow,
  versionConflict,
} from '../problems/problem.exception';
import { followRefresh, setSchedule } from '../schedules/set-schedule';
import { checkExport, type ExportWarning } from '@audience-relay/exports';
import { unlessTooCostly } from '../lists/costly-reads';
import { ExportAccess } from '../export-access/export-access';
import { type ExportTotals, ExportTotalsService, type TotalLimits } from './export-totals';
import type {
  AttachExportDto,
  CreateExportDto,
  ExportListQueryDto,
  TotalsQueryDto,
  UpdateExportDto,
} from './export.dto';
import { PlanCapacity } from './plan-capacity';

/** What people do with the definitions of exports. Saving never runs anything. */
@Injectable()
export class ExportsService {
  constructor(
    private readonly exports: ExportRepository,
    private readonly removals: ExportRemovalRepository,
    private readonly access: ExportAccess,
    private readonly connections: ConnectionRepository,
    private readonly segments: SegmentRepository,
    private readonly profileFields: ProfileFieldRepository,
    private readonly totals: ExportTotalsService,
    private readonly planCapacity: PlanCapacity,
  ) {}

  /** Searches names of exports and connections, and names of destinations. */
  async list(query: ExportListQueryDto): Promise<Page<ExportRecord>> {
    const { connectionId, segmentId, search, ...request } = query;
    const text = search?.trim();
    const filter = {
      connectionId: connectionId ? new Types.ObjectId(connectionId) : undefined,
      segmentId: segmentId ? new Types.ObjectId(segmentId) : undefined,
    };
    if (!text) return this.exports.findPage(request, filter);
    const wanted = text.toLowerCase();
    return this.exports.findPage(request, filter, {
      text,
      connectionIds: await this.connections.findIdsByName(text),
      destinations: destinations
        .filter(({ key, name }) => key.includes(wanted) || name.toLowerCase().includes(wanted))
        .map(({ key }) => key),
    });
  }

  async create(input: CreateExportDto, user: SignedInUser): Promise<ExportRecord> {
    return this.exports.insert(await this.definitionOf(input, user), user.id);
  }

  /** A checked definition, not yet stored: what creating stores and what a preview works on. */
  async definitionOf(input: CreateExportDto, user: SignedInUser): Promise<ExportDefinition> {
    const connection = await this.usableConnection(input.connectionId, user.role);
    const definition: ExportDefinition = {
      name: input.name,
      connectionId: connection._id,
      destination: connection.destination,
      settings: input.settings,
      settingsLabels: input.settingsLabels ?? {},
      mapping: { fields: input.mapping.fields, custom: input.mapping.custom ?? [] },
      segmentIds: input.segmentIds.map((id) => new Types.ObjectId(id)),
      mode: input.mode ?? 'upsert',
      removeStrangers: input.removeStrangers ?? false,
      scope: input.scope ?? 'changes',
      hardLimit: input.hardLimit ?? null,
      removalLimit: input.removalLimit ?? defaultRemovalLimit,
      rejectedLimit: input.rejectedLimit ?? null,
      schedule: input.schedule ? setSchedule(input.schedule, followRefresh) : followRefresh,
    };
    return this.checked(definition);
  }

  async update(
    id: Types.ObjectId,
    { version, schedule, segmentIds, mapping, ...rest }: UpdateExportDto,
    user: SignedInUser,
  ): Promise<ExportRecord> {
    const stored = await this.access.findEditable(id, user);
    const changes: Partial<ExportDefinition> = withoutAbsent({
      ...rest,
      mapping: mapping && { fields: mapping.fields, custom: mapping.custom ?? [] },
      segmentIds: segmentIds?.map((segmentId) => new Types.ObjectId(segmentId)),
      schedule: schedule && setSchedule(schedule, stored.schedule),
    });
    if (stored.version !== version) throw versionConflict('This export');
    // The name of a target belongs to the target that was chosen with it.
    if (rest.settings && !rest.settingsLabels) changes.settingsLabels = labelsOfSame(stored, rest.settings);
    const { settings } = await this.checked({ ...stored, ...changes });
    const result = await this.exports.update(id, version, { ...changes, settings }, user.id);
    return savedOrThrow(result, 'This export');
  }

  async duplicate(id: Types.ObjectId, name: string | undefined, user: SignedInUser): Promise<ExportRecord> {
    const original = await this.access.findEditable(id, user);
    const copy: ExportDefinition = {
      name: name ?? `${original.name.slice(0, 93)} (copy)`,
      connectionId: original.connectionId,
      destination: original.destination,
      settings: original.settings,
      settingsLabels: original.settingsLabels,
      mapping: original.mapping,
      segmentIds: original.segmentIds,
      mode: original.mode,
      // Two such exports to one list would each take off whom the other put there.
      removeStrangers: false,
      scope: original.scope,
      hardLimit: original.hardLimit,
      removalLimit: original.removalLimit,
      rejectedLimit: original.rejectedLimit,
      // Two exports that deliver the same by themselves are seldom what was meant.
      schedule: { ...original.schedule, kind: 'off', nextAt: null },
    };
    return this.exports.insert(copy, user.id);
  }

  /** Takes it off its connection: everything is kept, nothing runs. */
  async detach(id: Types.ObjectId, version: number, user: SignedInUser): Promise<ExportRecord> {
    await this.access.find(id);
    const result = await this.exports.update(id, version, { connectionId: null }, user.id);
    return savedOrThrow(result, 'This export');
  }

  async attach(id: Types.ObjectId, input: AttachExportDto, user: SignedInUser): Promise<ExportRecord> {
    const stored = await this.access.find(id);
    const connection = await this.usableConnection(input.connectionId, user.role);
    if (connection.destination !== stored.destination)
      throw invalid({
        path: 'connectionId',
        message: `${connection.name} leads to another destination than this export was made for.`,
      });
    const result = await this.exports.update(
      id,
      input.version,
      { connectionId: connection._id, schedule: setSchedule(stored.schedule, stored.schedule) },
      user.id,
    );
    return savedOrThrow(result, 'This export');
  }

  /** Removes the export with its runs, their issues and batches, and its ledger. What was delivered stays there. */
  async remove(id: Types.ObjectId, user: SignedInUser): Promise<void> {
    const stored = await this.access.findEditable(id, user);
    await this.removals.begin(stored);
    if (!(await this.exports.removeIdle(id))) {
      await this.removals.cancel(id);
      const now = await this.access.find(id);
      throw new ProblemException(
        'run-active',
        'A run of this export is under way. Cancel it, or wait until it has ended.',
        { extra: { activeRunId: now.activeRunId && String(now.activeRunId) } },
      );
    }
    await this.removals.finish(id);
  }

  /** For the form, before anything is saved. */
  async totalsFor(
    { segmentIds, connectionId, hardLimit, exportId }: TotalsQueryDto,
    user: SignedInUser,
  ): Promise<ExportTotals> {
    const ids = segmentIds.map((id) => new Types.ObjectId(id));
    if (!connectionId) return this.totals.count(ids);
    // The account at the destination is asked, with the connection's credentials.
    const connection = await this.usableConnection(connectionId, user.role);
    const stored = exportId ? await this.access.findEditable(new Types.ObjectId(exportId), user) : null;
    return this.totalsOf({
      ...(stored && { _id: stored._id, ledger: stored.ledger }),
      segmentIds: ids,
      destination: connection.destination,
      hardLimit: hardLimit ?? null,
      connectionId: connection._id,
    });
  }

  /** How many people, and what deserves attention about their number. */
  async totalsOf(target: Counted): Promise<ExportTotals> {
    const totals = await this.totals.count(target.segmentIds, limitsOf(target));
    const ofPlan = await this.planCapacity.warn(target, () => Promise.resolve(totals.members));
    return ofPlan ? { ...totals, warnings: [...totals.warnings, ofPlan] } : totals;
  }

  /** What concerns the account at the destination is only for who may use it. */
  async warningsOf(target: ExportRecord, { role }: Pick<SignedInUser, 'role'>): Promise<ExportWarning[]> {
    const mayUse = await this.access.editableOn(target.connectionId ? [target.connectionId] : [], role);
    if (!mayUse(target.connectionId)) return [];
    const [ofTotals, ofPlan, ofTarget] = await Promise.all([
      unlessTooCostly(this.totals.warnings(target.segmentIds, limitsOf(target)), []),
      unlessTooCostly(
        this.planCapacity.warn(target, () => this.totals.countOnce(target.segmentIds)),
        null,
      ),
      this.sharedTarget(target),
    ]);
    return [...ofTotals, ...(ofPlan ? [ofPlan] : []), ...ofTarget];
  }

  /** Of exports to one target, those in mirror mode take people off: that somebody must know who adds another. */
  private async sharedTarget({ _id, connectionId, settings, mode }: ExportRecord): Promise<ExportWarning[]> {
    if (!connectionId) return [];
    const wanted = JSON.stringify(settings);
    const others = (await this.exports.findOnConnection(connectionId)).filter(
      (other) => !other._id.equals(_id) && JSON.stringify(other.settings) === wanted,
    );
    if (others.length === 0 || (mode !== 'mirror' && others.every((other) => other.mode !== 'mirror')))
      return [];
    const names = others.map(({ name }) => name).join(', ');
    const message =
      `${names} delivers to the same target. Whoever leaves this export stays there for as long as the other ` +
      'delivers them, and whoever leaves all of them is taken off by those in mirror mode.';
    return [{ code: 'target-shared', message }];
  }

  /** @throws ProblemException `validation-failed` with every mistake. */
  private async checked(definition: ExportDefinition): Promise<ExportDefinition> {
    const [profileFields, found] = await Promise.all([
      this.profileFields.findDefinitions(),
      this.segments.findByIds(definition.segmentIds),
    ]);
    const { settings, errors } = checkExport(
      findDestination(definition.destination),
      profileFields,
      definition,
    );
    const known = new Set(found.map(({ _id }) => String(_id)));
    const unknown = definition.segmentIds.flatMap((id, index): ProblemFieldError[] =>
      known.has(String(id)) ? [] : [{ path: `segmentIds.${index}`, message: 'This segment does not exist.' }],
    );
    if (errors.length + unknown.length > 0) throw invalid(...errors, ...unknown);
    return { ...definition, settings };
  }

  private async usableConnection(id: string, role: Role): Promise<ConnectionRecord> {
    const connection = await this.connections.findById(new Types.ObjectId(id));
    if (!connection) throw notFound('This connection');
    if (!isAllowedOn(role, 'export:write', connection.sharing))
      throw new ProblemException(
        'forbidden',
        'This connection is not shared with contributors. Ask an administrator to share it.',
      );
    return connection;
  }
}

/** What of an export the counting needs; without an id it is not stored yet. */
type Counted = Pick<ExportDefinition, 'segmentIds' | 'destination' | 'hardLimit' | 'connectionId'> &
  Partial<Pick<ExportRecord, '_id' | 'ledger'>>;

function limitsOf({ _id, destination, hardLimit, connectionId }: Counted): TotalLimits {
  const { name, limits } = findDestination(destination);
  return { destinationName: name, limits, hardLimit, connectionId, exportId: _id };
}

/** The names of those targets that stay chosen. */
function labelsOfSame(
  { settings, settingsLabels }: ExportRecord,
  changed: ExportDefinition['settings'],
): ExportDefinition['settingsLabels'] {
  return Object.fromEntries(Object.entries(settingsLabels).filter(([key]) => settings[key] === changed[key]));
}

/** A member that was not sent is not a change. */
function withoutAbsent<Value extends object>(value: Value): Partial<Value> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as Partial<Value>;
}
