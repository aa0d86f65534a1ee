import { ChangeDetectionStrategy, Component, effect, inject, input, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Api, getImport, ImportDto } from '@audience-relay/api-client';
import { Notice, PageHeader, Progress } from '@audience-relay/ui';
import { interval } from 'rxjs';
import { Session } from '../../core/auth/session';
import { Problem, problemOf } from '../../core/http/problem';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { ProblemNotice } from '../../shared/problem-notice';
import { ReasonTexts } from '../../shared/reason-texts';
import { Time } from '../../shared/time';
import { ImportIssues } from './import-issues';
import { Status } from '../../shared/status/status';

const askEvery = 2_000;

/** How one import went: counts, reason, and the lines that were not taken. */
@Component({
  selector: 'ar-import-page',
  imports: [ImportIssues, Status, MatButton, Notice, PageHeader, ProblemNotice, Progress, RouterLink, Time],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './import.page.html',
})
export class ImportPage {
  readonly #api = inject(Api);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly session = inject(Session);
  protected readonly reasons = inject(ReasonTexts);
  protected readonly tiles = ['read', 'created', 'updated', 'unchanged', 'rejected', 'warnings'] as const;

  /** From the address. */
  readonly id = input.required<string>();

  protected readonly import = signal<ImportDto | null>(null);
  protected readonly problem = signal<Problem | null>(null);

  constructor() {
    effect(() => void this.load(this.id()));
    interval(askEvery)
      .pipe(takeUntilDestroyed())
      .subscribe(() => {
        if (this.import()?.status === 'running') void this.load(this.id());
      });
  }

  protected async load(id: string): Promise<void> {
    try {
      const found = await this.#api.invoke(getImport, { id });
      if (id !== this.id()) return;
      this.problem.set(null);
      this.import.set(found);
    } catch (error) {
      if (id === this.id()) this.problem.set(problemOf(error));
    }
  }
}
