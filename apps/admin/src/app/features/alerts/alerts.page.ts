import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { RouterLink } from '@angular/router';
import { AlertDto, Api, listAlerts, ListAlerts$Params } from '@audience-relay/api-client';
import { Column, DataTableCell, EmptyState, PageHeader } from '@audience-relay/ui';
import { Session } from '../../core/auth/session';
import { Texts } from '../../core/i18n/texts';
import { ListTable } from '../../shared/list/list-table';
import { PagedList } from '../../shared/list/paged-list';
import { ReasonTexts } from '../../shared/reason-texts';
import { Status } from '../../shared/status/status';
import { Time } from '../../shared/time';

/** Exports that began to fail or to reject too much, or that work again: one line per change. */
@Component({
  selector: 'ar-alerts-page',
  imports: [DataTableCell, EmptyState, ListTable, MatButton, MatIcon, PageHeader, RouterLink, Status, Time],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './alerts.page.html',
})
export class AlertsPage {
  readonly #api = inject(Api);
  protected readonly texts = inject(Texts);
  protected readonly session = inject(Session);
  protected readonly reasons = inject(ReasonTexts);
  protected readonly ways = ['email', 'webhook'] as const;

  protected readonly list = new PagedList<AlertDto, ListAlerts$Params>(
    (query) => this.#api.invoke(listAlerts, query),
    { sort: '-at' },
  );
  protected readonly columns = computed<Column[]>(() => [
    { key: 'at', label: this.texts.t('alerts.column.at'), sortable: true },
    { key: 'kind', label: this.texts.t('alerts.column.kind'), sortable: true },
    { key: 'export', label: this.texts.t('alerts.column.export'), sortable: true },
    { key: 'message', label: this.texts.t('alerts.column.message') },
    { key: 'told', label: this.texts.t('alerts.column.told') },
  ]);

  protected onlyHere({ email, webhook }: AlertDto): boolean {
    return email.state === 'off' && webhook.state === 'off';
  }
}
