import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import {
  Api,
  listUsers,
  ListUsers$Params,
  removeUser,
  updateUser,
  UserDto,
} from '@audience-relay/api-client';
import { Column, Confirm, DataTableCell, Dialogs, PageHeader, RowAction, RowMenu } from '@audience-relay/ui';
import { Session } from '../../core/auth/session';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { ListTable } from '../../shared/list/list-table';
import { PagedList } from '../../shared/list/paged-list';
import { Status } from '../../shared/status/status';
import { Time } from '../../shared/time';
import { UserDialog } from './user-dialog';

/** Who may sign in, and as what. */
@Component({
  selector: 'ar-users-page',
  imports: [DataTableCell, ListTable, MatButton, MatIcon, RowMenu, PageHeader, Status, Time],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './users.page.html',
})
export class UsersPage {
  readonly #api = inject(Api);
  readonly #dialogs = inject(Dialogs);
  readonly #confirm = inject(Confirm);
  readonly #notify = inject(Notify);
  protected readonly texts = inject(Texts);
  protected readonly session = inject(Session);

  protected readonly list = new PagedList<UserDto, ListUsers$Params>(
    (query) => this.#api.invoke(listUsers, query),
    {
      sort: 'name',
    },
  );
  protected readonly columns = computed<Column[]>(() => [
    { key: 'name', label: this.texts.t('users.column.name'), sortable: true },
    { key: 'email', label: this.texts.t('users.column.email'), sortable: true },
    { key: 'role', label: this.texts.t('users.column.role'), sortable: true },
    { key: 'status', label: this.texts.t('users.column.status') },
    { key: 'lastSignInAt', label: this.texts.t('users.column.lastSignIn'), sortable: true },
    { key: 'actions', label: this.texts.t('ui.actions'), hideLabel: true },
  ]);

  protected readonly rowActions = (user: UserDto): RowAction[] => {
    const edit: RowAction = { label: this.texts.t('ui.edit'), icon: 'edit', start: () => this.edit(user) };
    if (user.id === this.session.user()?.id) return [edit];
    return [
      edit,
      user.disabled
        ? { label: this.texts.t('users.enable'), icon: 'check', start: () => this.setDisabled(user, false) }
        : { label: this.texts.t('users.disable'), icon: 'cancel', start: () => this.setDisabled(user, true) },
      { label: this.texts.t('ui.remove'), icon: 'remove', start: () => this.remove(user) },
    ];
  };

  protected async edit(user: UserDto | null): Promise<void> {
    if (await this.#dialogs.open<boolean, UserDto | null>(UserDialog, { data: user })) this.list.reload();
  }

  protected async setDisabled({ id, name, version }: UserDto, disabled: boolean): Promise<void> {
    if (disabled) {
      const sure = await this.#confirm.ask({
        heading: this.texts.t('users.disableQuestion.heading', { name }),
        text: this.texts.t('users.disableQuestion.text'),
        confirm: this.texts.t('users.disable'),
        danger: true,
      });
      if (!sure) return;
    }
    await this.#change(() => this.#api.invoke(updateUser, { id, body: { version, disabled } }));
  }

  protected async remove({ id, name }: UserDto): Promise<void> {
    const sure = await this.#confirm.ask({
      heading: this.texts.t('users.removeQuestion.heading', { name }),
      text: this.texts.t('users.removeQuestion.text'),
      confirm: this.texts.t('ui.remove'),
      danger: true,
    });
    if (sure) await this.#change(() => this.#api.invoke(removeUser, { id }));
  }

  async #change(change: () => Promise<unknown>): Promise<void> {
    try {
      await change();
      this.#notify.done(this.texts.t('users.saved'));
    } catch (error) {
      this.#notify.failed(error);
    }
    this.list.reload();
  }
}
