import type { Destination, ExportContext, RequestPreview } from '@audience-relay/destinations/core';
import { compileMapper, type MappingIssue } from './map-row';
import { maskIdentity } from './mask-identity';
import type { Member } from './ports';

export interface ExportPreview {
  /** The request that a run would make for these rows; null when none of them can be sent. */
  readonly request: RequestPreview | null;
  readonly rows: readonly {
    readonly profileId: string;
    /** Masked. */
    readonly identity: string | null;
    /** Why the row would be skipped; null = it would be sent. */
    readonly skipped: MappingIssue | null;
    readonly warnings: readonly MappingIssue[];
  }[];
}

/** Builds what a run would send for a few members, by the run's own code path. Nothing is sent or created. */
export async function previewExport(
  destination: Destination,
  context: ExportContext<Record<string, never>, Record<string, never>>,
  members: readonly Member[],
): Promise<ExportPreview> {
  const dry = { ...context, dryRun: true };
  const map = compileMapper(destination.mapping, context.mapping);
  const session = await destination.prepare(dry);
  const mapped = members.map((member) => ({ member, result: map(member) }));
  const records = mapped.flatMap(({ result }) =>
    result.row ? [destination.encode(result.row, session)] : [],
  );
  return {
    request: records.length > 0 ? destination.preview({ key: 'preview', records }, dry, session) : null,
    rows: mapped.map(({ member, result }) => {
      const identity = result.row ? result.row.identity : result.identity;
      return {
        profileId: member.id,
        identity: identity === null ? null : maskIdentity(identity),
        skipped: result.row ? null : result.issue,
        warnings: result.row ? result.warnings : [],
      };
    }),
  };
}
