import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';
import { Router, RouterLink } from '@angular/router';
import {
  Api,
  eraseProfile,
  getProfile,
  listProfileFields,
  listSegments,
  ProfileDto,
} from '@audience-relay/api-client';
import { Confirm, PageHeader } from '@audience-relay/ui';
import { Session } from '../../core/auth/session';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { Time } from '../../shared/time';
import { fieldText } from './field-text';
import { Loaded } from '../../core/http/loaded';
import { LoadState } from '../../shared/load-state';
import { everyPage } from '../../shared/list/every-page';

/** One person: every value that is known, and the segments they were in. */
@Component({
  selector: 'ar-profile-page',
  imports: [LoadState, MatButton, MatIcon, PageHeader, RouterLink, Time],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './profile.page.html',
})
export class ProfilePage {
  readonly #api = inject(Api);
  readonly #router = inject(Router);
  readonly #confirm = inject(Confirm);
  readonly #notify = inject(Notify);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly session = inject(Session);

  /** From the address. */
  readonly id = input.required<string>();

  protected readonly profile = new Loaded({
    params: () => this.id(),
    loader: (id) => this.#api.invoke(getProfile, { id }),
  });
  readonly #fields = new Loaded({ loader: () => this.#api.invoke(listProfileFields) });
  readonly #segments = new Loaded({
    loader: () => everyPage((query) => this.#api.invoke(listSegments, query)),
  });
  protected readonly values = computed(() => {
    const profile = this.profile.value();
    if (!profile) return [];
    return (this.#fields.value()?.items ?? []).map(({ key, label, type }) => ({
      key,
      label,
      text: fieldText(profile.fields[key], type, this.texts, this.formats),
    }));
  });
  protected readonly segments = computed(() => {
    const names = new Map(this.#segments.value()?.map(({ id, name }) => [id, name]));
    return (this.profile.value()?.segmentIds ?? []).map((id) => ({ id, name: names.get(id) ?? id }));
  });

  protected async erase({ id }: ProfileDto): Promise<void> {
    const sure = await this.#confirm.ask({
      heading: this.texts.t('profile.eraseQuestion.heading'),
      text: this.texts.t('profile.eraseQuestion.text'),
      confirm: this.texts.t('profile.erase'),
      danger: true,
    });
    if (!sure) return;
    try {
      await this.#api.invoke(eraseProfile, { id });
      this.#notify.done(this.texts.t('profile.erased'));
      await this.#router.navigate(['/profiles']);
    } catch (error) {
      this.#notify.failed(error);
    }
  }
}
