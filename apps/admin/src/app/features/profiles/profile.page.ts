import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal } from '@angular/core';
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
  ProfileFieldDto,
} from '@audience-relay/api-client';
import { Confirm, PageHeader } from '@audience-relay/ui';
import { Session } from '../../core/auth/session';
import { Problem, problemOf } from '../../core/http/problem';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { ProblemNotice } from '../../shared/problem-notice';
import { Time } from '../../shared/time';
import { fieldText } from './field-text';

/** One person: every value that is known, and the segments they were in. */
@Component({
  selector: 'ar-profile-page',
  imports: [MatButton, MatIcon, PageHeader, ProblemNotice, RouterLink, Time],
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

  protected readonly profile = signal<ProfileDto | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  readonly #fields = signal<ProfileFieldDto[]>([]);
  readonly #segmentNames = signal<Map<string, string>>(new Map());
  protected readonly values = computed(() => {
    const profile = this.profile();
    if (!profile) return [];
    return this.#fields().map(({ key, label, type }) => ({
      key,
      label,
      text: fieldText(profile.fields[key], type, this.texts, this.formats),
    }));
  });
  protected readonly segments = computed(() =>
    (this.profile()?.segmentIds ?? []).map((id) => ({ id, name: this.#segmentNames().get(id) ?? id })),
  );

  constructor() {
    effect(() => void this.load(this.id()));
  }

  protected async load(id: string): Promise<void> {
    try {
      const [profile, fields, segments] = await Promise.all([
        this.#api.invoke(getProfile, { id }),
        this.#api.invoke(listProfileFields),
        this.#api.invoke(listSegments, { limit: 200 }),
      ]);
      if (id !== this.id()) return;
      this.problem.set(null);
      this.#fields.set(fields.items);
      this.#segmentNames.set(new Map(segments.items.map((segment) => [segment.id, segment.name])));
      this.profile.set(profile);
    } catch (error) {
      if (id === this.id()) this.problem.set(problemOf(error));
    }
  }

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
