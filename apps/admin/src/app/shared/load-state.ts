import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { MatProgressBar } from '@angular/material/progress-bar';
import { Texts } from '../core/i18n/texts';
import { ProblemNotice } from './problem-notice';
import { Loaded } from '../core/http/loaded';

/** What a page says while its answer is awaited, and when it failed. As content: the header until there is an answer. */
@Component({
  selector: 'ar-load-state',
  imports: [MatProgressBar, ProblemNotice],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (empty()) {
      <ng-content />
    }
    @if (of().problem(); as problem) {
      <ar-problem-notice canRetry [problem]="problem" (retry)="of().reload()" />
    } @else if (empty() && of().loading()) {
      <mat-progress-bar mode="indeterminate" [attr.aria-label]="texts.t('ui.loading')" />
    }
  `,
  styles: `
    ar-problem-notice {
      margin-bottom: 16px;
    }
    mat-progress-bar {
      /* Most answers are there before anybody could read that they are awaited. */
      animation: appear 0s 0.3s both;
    }
    @keyframes appear {
      from {
        visibility: hidden;
      }
    }
  `,
})
export class LoadState {
  protected readonly texts = inject(Texts);
  readonly of = input.required<Pick<Loaded<unknown>, 'value' | 'problem' | 'loading' | 'reload'>>();
  protected readonly empty = computed(() => this.of().value() === undefined);
}
