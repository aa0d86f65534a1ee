import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { Api, ApiKeyDto, listApiKeys, ListApiKeys$Params, revokeApiKey } from '@audience-relay/api-client';
import { Column, Confirm, DataTableCell, Dialogs, EmptyState, PageHeader } from '@audience-relay/ui';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { ListTable } from '../../shared/list/list-table';
import { PagedList } from '../../shared/list/paged-list';
import { Status } from '../../shared/status/status';
import { Time } from '../../shared/time';
import { ApiKeyDialog } from './api-key-dialog';
import { stateOf } from './api-key-state';

/** Which scripts may act, and as what. */
@Component({
  selector: 'ar-api-keys-page',
  imports: [DataTableCell, EmptyState, ListTable, MatButton, MatIcon, PageHeader, Status, Time],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './api-keys.page.html',
})
export class ApiKeysPage {
  readonly #api = inject(Api);
  readonly #dialogs = inject(Dialogs);
  readonly #confirm = inject(Confirm);
  readonly #notify = inject(Notify);
  protected readonly texts = inject(Texts);

  protected readonly list = new PagedList<ApiKeyDto, ListApiKeys$Params>(
    (query) => this.#api.invoke(listApiKeys, query),
    { sort: 'name' },
  );
  protected readonly columns = computed<Column[]>(() => [
    { key: 'name', label: this.texts.t('apiKeys.column.name'), sortable: true },
    { key: 'role', label: this.texts.t('apiKeys.column.role'), sortable: true },
    { key: 'status', label: this.texts.t('apiKeys.column.status') },
    { key: 'expiresAt', label: this.texts.t('apiKeys.column.expires'), sortable: true },
    { key: 'lastUsedAt', label: this.texts.t('apiKeys.column.lastUsed'), sortable: true },
    { key: 'createdAt', label: this.texts.t('apiKeys.column.made'), sortable: true },
    { key: 'actions', label: this.texts.t('ui.actions'), hideLabel: true },
  ]);
  protected readonly stateOf = (key: ApiKeyDto) => stateOf(key, Date.now());

  protected async add(): Promise<void> {
    await this.#dialogs.open<void, null>(ApiKeyDialog, { data: null });
    this.list.reload();
  }

  protected async revoke({ id, name }: ApiKeyDto): Promise<void> {
    const sure = await this.#confirm.ask({
      heading: this.texts.t('apiKeys.revokeQuestion.heading', { name }),
      text: this.texts.t('apiKeys.revokeQuestion.text'),
      confirm: this.texts.t('apiKeys.revoke'),
      danger: true,
    });
    if (!sure) return;
    try {
      await this.#api.invoke(revokeApiKey, { id });
      this.#notify.done(this.texts.t('apiKeys.revokedNow'));
    } catch (error) {
      this.#notify.failed(error);
    }
    this.list.reload();
  }
}
