import { inject, Injectable } from '@angular/core';
import { Api, ConnectionDto, ExportRefDto, removeConnection } from '@audience-relay/api-client';
import { Confirm, Dialogs } from '@audience-relay/ui';
import { problemOf } from '../../core/http/problem';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { Dependants, DependantsDialog } from './dependants-dialog';

/** Removes a connection: asks first, and when exports use it, offers to remove or detach those. */
@Injectable({ providedIn: 'root' })
export class ConnectionRemoval {
  readonly #api = inject(Api);
  readonly #texts = inject(Texts);
  readonly #notify = inject(Notify);
  readonly #confirm = inject(Confirm);
  readonly #dialogs = inject(Dialogs);

  /** True when it is gone. */
  async remove({ id, name }: ConnectionDto): Promise<boolean> {
    const sure = await this.#confirm.ask({
      heading: this.#texts.t('connection.remove.heading', { name }),
      text: this.#texts.t('connection.remove.text'),
      confirm: this.#texts.t('ui.remove'),
      danger: true,
    });
    return sure && this.#removeNow(id, name);
  }

  async #removeNow(id: string, name: string): Promise<boolean> {
    try {
      await this.#api.invoke(removeConnection, { id });
      this.#notify.done(this.#texts.t('connection.removed', { name }));
      return true;
    } catch (error) {
      const { code, extra } = problemOf(error);
      if (code !== 'in-use' || !Array.isArray(extra['exports'])) {
        this.#notify.failed(error);
        return false;
      }
      const freed = await this.#free({ name, exports: extra['exports'] as ExportRefDto[] });
      return freed && this.#removeNow(id, name);
    }
  }

  /** True when nothing uses the connection any more. */
  async #free(dependants: Dependants): Promise<boolean> {
    const options = { data: dependants, width: '560px' };
    return (await this.#dialogs.open<boolean, Dependants>(DependantsDialog, options)) ?? false;
  }
}
