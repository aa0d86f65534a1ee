import { type ImportCounts, type ImportIssue, keptIssues } from './ports';
import type { Written } from './profile-writer';
import type { RowProblem } from './source-row';

/** Counts what becomes of the rows of one import, and keeps the first issues. */
export class ImportTally {
  readonly issues: ImportIssue[] = [];
  private readonly counted: Omit<ImportCounts, 'read'> = {
    created: 0,
    updated: 0,
    unchanged: 0,
    rejected: 0,
    warnings: 0,
  };

  get counts(): ImportCounts {
    const { created, updated, unchanged, rejected } = this.counted;
    return { read: created + updated + unchanged + rejected, ...this.counted };
  }

  add({ created, updated, unchanged }: Written): void {
    this.counted.created += created;
    this.counted.updated += updated;
    this.counted.unchanged += unchanged;
  }

  reject(line: number, problem: RowProblem): void {
    this.counted.rejected += 1;
    this.keep(line, 'rejected', problem);
  }

  warn(line: number, problems: readonly RowProblem[]): void {
    if (problems.length === 0) return;
    this.counted.warnings += 1;
    for (const problem of problems) this.keep(line, 'warning', problem);
  }

  private keep(line: number, kind: ImportIssue['kind'], { code, reason }: RowProblem): void {
    if (this.issues.length < keptIssues) this.issues.push({ line, kind, code, reason });
  }
}
