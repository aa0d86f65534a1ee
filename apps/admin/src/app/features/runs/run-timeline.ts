import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RunDto } from '@audience-relay/api-client';
import { Formats } from '../../core/i18n/formats';
import { TextKey } from '../../core/i18n/text-key';
import { Texts } from '../../core/i18n/texts';
import { ReasonTexts } from '../../shared/reason-texts';

interface Step {
  label: TextKey;
  at: string;
  reason: string | null;
  /** How long the step before it took. */
  after: string | null;
}

/** When a run came into which state, and why. */
@Component({
  selector: 'ar-run-timeline',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <ol>
      @for (step of steps(); track step.label) {
        <li>
          <strong>{{ texts.t(step.label) }}</strong>
          <time [attr.datetime]="step.at">{{ formats.dateTime(step.at) }}</time>
          @if (step.after) {
            <span class="muted">{{ texts.t('run.after', { duration: step.after }) }}</span>
          }
          @if (step.reason) {
            <p>{{ step.reason }}</p>
          }
        </li>
      }
    </ol>
  `,
  styles: `
    ol {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      position: relative;
      display: grid;
      grid-template-columns: 1fr auto;
      gap: 0 12px;
      padding: 0 0 16px 22px;
    }
    li:last-child {
      padding-bottom: 0;
    }
    li::before {
      content: '';
      position: absolute;
      top: 6px;
      left: 2px;
      width: 9px;
      height: 9px;
      border-radius: 50%;
      background: var(--mat-sys-primary);
    }
    li:not(:last-child)::after {
      content: '';
      position: absolute;
      top: 18px;
      bottom: -4px;
      left: 6px;
      width: 1px;
      background: var(--mat-sys-outline-variant);
    }
    time,
    .muted {
      font: var(--mat-sys-body-small);
      font-variant-numeric: tabular-nums;
      text-align: end;
    }
    p {
      grid-column: 1 / -1;
      margin: 2px 0 0;
      color: var(--mat-sys-on-surface-variant);
    }
    .muted {
      grid-column: 1 / -1;
      text-align: start;
    }
  `,
})
export class RunTimeline {
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  readonly #reasons = inject(ReasonTexts);
  readonly run = input.required<RunDto>();

  protected readonly steps = computed<Step[]>(() => {
    const { status, reason, queuedAt, startedAt, sentAt, finishedAt, updatedAt } = this.run();
    const times: { label: TextKey; at: string | null; reason?: string }[] = [
      { label: 'status.run.queued', at: queuedAt },
      { label: 'run.started', at: startedAt },
      { label: 'run.allSent', at: sentAt },
    ];
    const why = reason ? this.#reasons.say(reason) : undefined;
    if (finishedAt) times.push({ label: `status.run.${status}`, at: finishedAt, reason: why });
    else if (status === 'waiting' || status === 'confirming')
      times.push({ label: `status.run.${status}`, at: updatedAt, reason: why });

    let before: string | null = null;
    return times.flatMap(({ label, at, reason: said }) => {
      if (at === null) return [];
      const after: string | null = before && this.formats.duration(before, at);
      before = at;
      return [{ label, at, after, reason: said ?? null }];
    });
  });
}
