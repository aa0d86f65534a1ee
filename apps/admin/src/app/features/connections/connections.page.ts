import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { RouterLink } from '@angular/router';
import {
  Api,
  ConnectionDto,
  listConnections,
  ListConnections$Params,
  testConnection,
} from '@audience-relay/api-client';
import { Column, DataTableCell, EmptyState, PageHeader, RowAction, RowMenu } from '@audience-relay/ui';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { ListTable } from '../../shared/list/list-table';
import { PagedList } from '../../shared/list/paged-list';
import { Time } from '../../shared/time';
import { ConnectionRemoval } from './connection-removal';
import { Status } from '../../shared/status/status';

@Component({
  selector: 'ar-connections-page',
  imports: [
    DataTableCell,
    EmptyState,
    ListTable,
    MatButton,
    MatIcon,
    RowMenu,
    PageHeader,
    RouterLink,
    Status,
    Time,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './connections.page.html',
})
export class ConnectionsPage {
  readonly #api = inject(Api);
  readonly #notify = inject(Notify);
  readonly #removal = inject(ConnectionRemoval);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly testing = signal<string | null>(null);

  protected readonly list = new PagedList<ConnectionDto, ListConnections$Params>(
    (query) => this.#api.invoke(listConnections, query),
    {
      sort: 'name',
    },
  );
  protected readonly columns = computed<Column[]>(() => [
    { key: 'name', label: this.texts.t('connections.column.name'), sortable: true },
    { key: 'destination', label: this.texts.t('connections.column.type'), sortable: true },
    { key: 'status', label: this.texts.t('connections.column.status') },
    { key: 'sharing', label: this.texts.t('connections.column.access') },
    { key: 'exports', label: this.texts.t('connections.column.exports'), align: 'end' },
    { key: 'createdAt', label: this.texts.t('connections.column.created'), sortable: true },
    { key: 'actions', label: this.texts.t('ui.actions'), hideLabel: true },
  ]);

  protected readonly rowActions = (item: ConnectionDto): RowAction[] => [
    { label: this.texts.t('ui.edit'), icon: 'edit', link: ['/connections', item.id] },
    { label: this.texts.t('ui.remove'), icon: 'remove', start: () => this.remove(item) },
  ];

  protected async test({ id, destinationName }: ConnectionDto): Promise<void> {
    this.testing.set(id);
    try {
      const { ok, message } = await this.#api.invoke(testConnection, { id });
      this.#notify.done(ok ? this.texts.t('connection.connectedTo', { name: destinationName }) : message);
      this.list.reload();
    } catch (error) {
      this.#notify.failed(error);
    } finally {
      this.testing.set(null);
    }
  }

  protected async remove(connection: ConnectionDto): Promise<void> {
    await this.#removal.remove(connection);
    this.list.reload();
  }
}
