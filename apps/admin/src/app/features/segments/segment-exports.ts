import { ExportDto } from '@audience-relay/api-client';

export interface SegmentExports {
  /** Exports that deliver the segment. */
  with: ExportDto[];
  /** Exports that do not. */
  without: ExportDto[];
}

/** Which exports deliver a segment and which do not, of those whose name, connection or type fits a search. */
export function segmentExports(
  exports: readonly ExportDto[],
  segmentId: string,
  search: string,
): SegmentExports {
  const wanted = search.trim().toLowerCase();
  const fitting = exports.filter(({ name, connection, destination }) =>
    [name, connection?.name ?? '', destination].some((text) => text.toLowerCase().includes(wanted)),
  );
  const delivers = ({ segments }: ExportDto) => segments.some(({ id }) => id === segmentId);
  return { with: fitting.filter(delivers), without: fitting.filter((item) => !delivers(item)) };
}
