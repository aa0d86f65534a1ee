import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Api, getImport } from '@audience-relay/api-client';
import { Notice, PageHeader, Progress } from '@audience-relay/ui';
import { interval } from 'rxjs';
import { Session } from '../../core/auth/session';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { ReasonTexts } from '../../shared/reason-texts';
import { Time } from '../../shared/time';
import { ImportIssues } from './import-issues';
import { Status } from '../../shared/status/status';
import { Loaded } from '../../core/http/loaded';
import { LoadState } from '../../shared/load-state';

const askEvery = 2_000;

/** How one import went: counts, reason, and the lines that were not taken. */
@Component({
  selector: 'ar-import-page',
  imports: [ImportIssues, LoadState, Status, MatButton, Notice, PageHeader, Progress, RouterLink, Time],
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

  protected readonly import = new Loaded({
    params: () => this.id(),
    loader: (id) => this.#api.invoke(getImport, { id }),
  });

  constructor() {
    interval(askEvery)
      .pipe(takeUntilDestroyed())
      .subscribe(() => {
        if (this.import.value()?.status === 'running' && !this.import.loading()) this.import.reload();
      });
  }
}
