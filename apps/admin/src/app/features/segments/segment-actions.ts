import { inject, Injectable } from '@angular/core';
import { Router } from '@angular/router';
import {
  Api,
  downloadSegmentMembers,
  duplicateSegment,
  ExportRefDto,
  refreshSegment,
  removeSegment,
  SegmentDto,
} from '@audience-relay/api-client';
import { Confirm } from '@audience-relay/ui';
import { download } from '../../core/download';
import { problemOf } from '../../core/http/problem';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';

/** What one can do with a segment, from the list and from its page. Each says itself how it went. */
@Injectable({ providedIn: 'root' })
export class SegmentActions {
  readonly #api = inject(Api);
  readonly #router = inject(Router);
  readonly #texts = inject(Texts);
  readonly #formats = inject(Formats);
  readonly #notify = inject(Notify);
  readonly #confirm = inject(Confirm);

  /** The segment as it is now, or null when it could not be refreshed. */
  async refresh({ id, name }: SegmentDto): Promise<SegmentDto | null> {
    try {
      const queued = await this.#api.invoke(refreshSegment, { id });
      this.#notify.done(this.#texts.t('segment.refreshing', { name }));
      return queued;
    } catch (error) {
      this.#notify.failed(error);
      return null;
    }
  }

  async duplicate({ id }: SegmentDto): Promise<void> {
    try {
      const copy = await this.#api.invoke(duplicateSegment, { id });
      await this.#router.navigate(['/segments', copy.id, 'edit']);
    } catch (error) {
      this.#notify.failed(error);
    }
  }

  async download({ id, name }: SegmentDto): Promise<void> {
    try {
      download(await this.#api.invoke(downloadSegmentMembers, { id }), `${name}.csv`);
    } catch (error) {
      this.#notify.failed(error);
    }
  }

  /** True when it is gone. A segment that exports use stays, and they are named. */
  async remove({ id, name }: SegmentDto): Promise<boolean> {
    const sure = await this.#confirm.ask({
      heading: this.#texts.t('segment.remove.heading', { name }),
      text: this.#texts.t('segment.remove.text'),
      confirm: this.#texts.t('ui.remove'),
      danger: true,
    });
    if (!sure) return false;
    try {
      await this.#api.invoke(removeSegment, { id });
      this.#notify.done(this.#texts.t('segment.removed', { name }));
      return true;
    } catch (error) {
      const { code, extra } = problemOf(error);
      if (code === 'in-use' && Array.isArray(extra['exports'])) {
        const names = (extra['exports'] as ExportRefDto[]).map((used) => used.name);
        this.#notify.refused(this.#texts.t('segment.inUse', { name, exports: this.#formats.list(names) }));
      } else this.#notify.failed(error);
      return false;
    }
  }
}
