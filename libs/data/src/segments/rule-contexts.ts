import type { RuleContext } from '@audience-relay/segments';
import { Injectable } from '@nestjs/common';
import { ProfileFieldRepository } from '../profiles/profile-field.repository';
import { WorkspaceSettingsRepository } from '../workspace/workspace-settings.repository';
import { SegmentRepository } from './segment.repository';

/** What rules are evaluated with, as it is now. */
@Injectable()
export class RuleContexts {
  constructor(
    private readonly fields: ProfileFieldRepository,
    private readonly segments: SegmentRepository,
    private readonly workspace: WorkspaceSettingsRepository,
  ) {}

  async read(now = new Date()): Promise<RuleContext> {
    const [fields, ids, { timeZone }] = await Promise.all([
      this.fields.findDefinitions(),
      this.segments.findIds(),
      this.workspace.read(),
    ]);
    return { fields, segments: new Map(ids.map((id) => [id.toHexString(), id])), now, timeZone };
  }
}
