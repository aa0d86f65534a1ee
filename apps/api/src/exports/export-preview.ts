import { ConnectionRepository, type ExportDefinition, RunMembersRepository } from '@audience-relay/data';
import { findDestination } from '@audience-relay/destinations/registry';
import { type ExportPreview, type Member, previewExport } from '@audience-relay/exports';
import { Injectable } from '@nestjs/common';
import { callDestination } from '../destinations/call-destination';
import { ProblemException } from '../problems/problem.exception';

const sampleSize = 5;

/** Shows what a run would send, by the run's own code, for a few members. Sends nothing, creates nothing. */
@Injectable()
export class ExportPreviewService {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly members: RunMembersRepository,
  ) {}

  async preview(definition: ExportDefinition): Promise<ExportPreview> {
    const { connectionId, destination, settings, mapping, segmentIds } = definition;
    const connection = connectionId && (await this.connections.open(connectionId));
    if (!connection)
      throw new ProblemException(
        'export-detached',
        'This export is detached from its connection. Attach it to one to preview it.',
      );
    const sources = [...Object.values(mapping.fields), ...mapping.custom.map(({ source }) => source)];
    const sample = await this.readSample(segmentIds, [...new Set(sources)]);

    const plugin = findDestination(destination);
    const context = {
      // Checked against the destination's specs when they were stored.
      connection: connection.values as Record<string, never>,
      settings: settings as Record<string, never>,
      mapping,
      runId: 'preview',
      dryRun: true,
    };
    return callDestination(plugin.name, (signal) => previewExport(plugin, { ...context, signal }, sample));
  }

  private async readSample(
    segmentIds: ExportDefinition['segmentIds'],
    fields: readonly string[],
  ): Promise<Member[]> {
    const members = this.members.open({ segmentIds, retryOf: null });
    for await (const page of members.read({ from: null, to: null }, fields)) return page.slice(0, sampleSize);
    return [];
  }
}
