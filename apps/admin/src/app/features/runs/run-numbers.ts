import { inject, Injectable } from '@angular/core';
import { RunCounts, RunStatus } from '@audience-relay/contracts';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';

/** A run's numbers in words. */
@Injectable({ providedIn: 'root' })
export class RunNumbers {
  readonly #texts = inject(Texts);
  readonly #formats = inject(Formats);

  /** "498 of 500 sent, 2 rejected": against the members, as far as they are known. */
  results({
    counts,
    total,
    status,
  }: {
    counts: RunCounts;
    total?: number | null;
    status?: RunStatus;
  }): string {
    const { unchanged, sent: delivered, removed, rejected: refused, skipped } = counts;
    // "0 of 10,559 sent" beside "Succeeded" looks like a failure, and is none.
    if (status === 'succeeded' && unchanged > 0 && delivered + removed + refused + skipped === 0)
      return this.#texts.n('run.upToDate', unchanged);
    const rejected = this.#texts.t('run.rejectedCount', { count: this.#formats.number(counts.rejected) });
    const sent = this.#formats.number(counts.sent);
    const of = total ?? counts.members;
    return of > 0
      ? `${this.#texts.t('run.sentOf', { count: sent, total: this.#formats.number(of) })}, ${rejected}`
      : `${this.#texts.t('run.sentCount', { count: sent })}, ${rejected}`;
  }
}
