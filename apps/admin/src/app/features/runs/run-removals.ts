import { ChangeDetectionStrategy, Component, computed, inject, input, output, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import {
  Api,
  approveRemovals,
  RemovalChangeDto,
  rejectRemovals,
  reviewRemovals,
  RunDto,
  RunRemovalsDto,
} from '@audience-relay/api-client';
import { Confirm, Notice } from '@audience-relay/ui';
import { Session } from '../../core/auth/session';
import { Loaded } from '../../core/http/loaded';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { Time } from '../../shared/time';

/** What a held run would take off its target: how many, what may be why, and a person's decision. */
@Component({
  selector: 'ar-run-removals',
  imports: [MatButton, Notice, RouterLink, Time],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './run-removals.html',
  styles: `
    .card {
      margin-bottom: 20px;
    }
  `,
})
export class RunRemovals {
  readonly #api = inject(Api);
  readonly #confirm = inject(Confirm);
  readonly #notify = inject(Notify);
  readonly #router = inject(Router);
  readonly #session = inject(Session);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);

  readonly run = input.required<RunDto>();
  readonly removals = input.required<RunRemovalsDto>();
  /** Whether the person may edit the export. */
  readonly canEdit = input.required<boolean>();
  /** The run as it is after a decision. */
  readonly changed = output<RunDto>();

  protected readonly busy = signal(false);
  /** What helps to decide; the numbers are enough without it. */
  protected readonly review = new Loaded({
    params: () => (this.#session.may('run:read-rejected') ? this.run().id : undefined),
    loader: (id) => this.#api.invoke(reviewRemovals, { id }),
  });
  protected readonly canDecide = computed(() => this.canEdit() && this.#session.may('run:approve-removals'));
  protected readonly numbers = computed(() => {
    const { unmanaged, formerIdentities } = this.removals();
    return [
      'people' as const,
      ...(unmanaged > 0 ? (['unmanaged'] as const) : []),
      ...(formerIdentities > 0 ? (['formerIdentities'] as const) : []),
      'delivered' as const,
      'remaining' as const,
    ];
  });

  protected wordsOf({ kind, name, id }: RemovalChangeDto): string {
    return this.texts.t(`removals.change.${kind}`, { name: name ?? id ?? '' });
  }

  protected linkOf({ kind, id }: RemovalChangeDto): string[] | null {
    if (id === null) return null;
    if (kind === 'segment') return ['/segments', id];
    return kind === 'import' ? ['/profiles/imports', id] : null;
  }

  protected async approve(): Promise<void> {
    const { people, unmanaged, digest } = this.removals();
    const count = this.formats.number(people + unmanaged);
    const sure = await this.#confirm.ask({
      heading: this.texts.t('removals.approveQuestion.heading', { count }),
      text: this.texts.t('removals.approveQuestion.text'),
      confirm: this.texts.t('removals.approve'),
      danger: true,
    });
    if (!sure) return;
    await this.#do(async () => {
      const { id } = await this.#api.invoke(approveRemovals, { id: this.run().id, body: { digest } });
      await this.#router.navigate(['/runs', id]);
    });
  }

  protected async reject(): Promise<void> {
    const sure = await this.#confirm.ask({
      heading: this.texts.t('removals.rejectQuestion.heading'),
      text: this.texts.t('removals.rejectQuestion.text'),
      confirm: this.texts.t('removals.reject'),
    });
    if (!sure) return;
    await this.#do(async () =>
      this.changed.emit(await this.#api.invoke(rejectRemovals, { id: this.run().id })),
    );
  }

  async #do(work: () => Promise<void>): Promise<void> {
    this.busy.set(true);
    try {
      await work();
    } catch (error) {
      this.#notify.failed(error);
    } finally {
      this.busy.set(false);
    }
  }
}
