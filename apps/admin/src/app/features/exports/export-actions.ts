import { inject, Injectable } from '@angular/core';
import { Router } from '@angular/router';
import { DeliveryScope } from '@audience-relay/contracts';
import {
  Api,
  attachExport,
  detachExport,
  duplicateExport,
  ExportDto,
  removeExport,
  RunDto,
  startRun,
} from '@audience-relay/api-client';
import { Confirm, Dialogs } from '@audience-relay/ui';
import { problemOf } from '../../core/http/problem';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { AttachDialog } from './attach-dialog';

/** What one can do with an export, from the list and from its page. Each says itself how it went. */
@Injectable({ providedIn: 'root' })
export class ExportActions {
  readonly #api = inject(Api);
  readonly #texts = inject(Texts);
  readonly #notify = inject(Notify);
  readonly #confirm = inject(Confirm);
  readonly #dialogs = inject(Dialogs);
  readonly #router = inject(Router);

  /** Starts a run and shows it. If one is under way already, shows that one. */
  async run(item: ExportDto, scope?: DeliveryScope): Promise<void> {
    try {
      const run: RunDto = await this.#api.invoke(startRun, { id: item.id, body: scope ? { scope } : {} });
      this.#notify.done(this.#texts.t('exports.started'));
      await this.#router.navigate(['/runs', run.id]);
    } catch (error) {
      const { code, extra } = problemOf(error);
      this.#notify.failed(error);
      if (code === 'run-active' && typeof extra['activeRunId'] === 'string')
        await this.#router.navigate(['/runs', extra['activeRunId']]);
    }
  }

  async duplicate({ id }: ExportDto): Promise<void> {
    await this.#try(async () => {
      const copy: ExportDto = await this.#api.invoke(duplicateExport, { id, body: {} });
      this.#notify.done(this.#texts.t('exports.duplicated', { name: copy.name }));
      await this.#router.navigate(['/exports', copy.id, 'edit']);
    });
  }

  /** The export as it is now, or null when nothing changed. */
  async detach({ id, name, version }: ExportDto): Promise<ExportDto | null> {
    const sure = await this.#confirm.ask({
      heading: this.#texts.t('exports.detachQuestion.heading', { name }),
      text: this.#texts.t('exports.detachQuestion.text'),
      confirm: this.#texts.t('exports.detach'),
    });
    if (!sure) return null;
    return this.#try(async () => {
      const detached = await this.#api.invoke(detachExport, { id, body: { version } });
      this.#notify.done(this.#texts.t('exports.detached', { name }));
      return detached;
    });
  }

  async attach(item: ExportDto): Promise<ExportDto | null> {
    const connectionId = await this.#dialogs.open<string, ExportDto>(AttachDialog, { data: item });
    if (!connectionId) return null;
    return this.#try(async () => {
      const { id, name, version } = item;
      const attached = await this.#api.invoke(attachExport, { id, body: { connectionId, version } });
      this.#notify.done(this.#texts.t('exports.attached', { name }));
      return attached;
    });
  }

  /** True when it is gone. */
  async remove({ id, name }: ExportDto): Promise<boolean> {
    const sure = await this.#confirm.ask({
      heading: this.#texts.t('exports.remove.heading', { name }),
      text: this.#texts.t('exports.remove.text'),
      confirm: this.#texts.t('ui.remove'),
      danger: true,
    });
    if (!sure) return false;
    const removed = await this.#try(async () => {
      await this.#api.invoke(removeExport, { id });
      this.#notify.done(this.#texts.t('exports.removed', { name }));
      return true;
    });
    return removed ?? false;
  }

  async #try<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      this.#notify.failed(error);
      return null;
    }
  }
}
