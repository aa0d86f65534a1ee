import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { RouterLink } from '@angular/router';
import { Api, ImportSummaryDto, listImports, ListImports$Params } from '@audience-relay/api-client';
import { Column, DataTableCell, EmptyState, PageHeader } from '@audience-relay/ui';
import { Session } from '../../core/auth/session';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { ListTable } from '../../shared/list/list-table';
import { PagedList } from '../../shared/list/paged-list';
import { Time } from '../../shared/time';
import { Status } from '../../shared/status/status';

@Component({
  selector: 'ar-imports-page',
  imports: [DataTableCell, EmptyState, ListTable, MatButton, MatIcon, PageHeader, RouterLink, Status, Time],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './imports.page.html',
})
export class ImportsPage {
  readonly #api = inject(Api);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly session = inject(Session);
  protected readonly list = new PagedList<ImportSummaryDto, ListImports$Params>(
    (query) => this.#api.invoke(listImports, query),
    { sort: '-startedAt' },
  );
  protected readonly columns = computed<Column[]>(() => [
    { key: 'source', label: this.texts.t('imports.column.file') },
    { key: 'status', label: this.texts.t('imports.column.status') },
    { key: 'read', label: this.texts.t('imports.column.rows'), align: 'end' },
    { key: 'rejected', label: this.texts.t('imports.column.rejected'), align: 'end' },
    { key: 'startedAt', label: this.texts.t('imports.column.started'), sortable: true },
    { key: 'by', label: this.texts.t('imports.column.by') },
  ]);
}
