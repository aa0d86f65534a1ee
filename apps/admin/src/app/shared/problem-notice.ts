import {
  booleanAttribute,
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  output,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Notice } from '@audience-relay/ui';
import { Problem } from '../core/http/problem';
import { ProblemTexts } from '../core/http/problem-texts';
import { Texts } from '../core/i18n/texts';

/** A problem in the page: what happened, which fields are wrong, and a way on. */
@Component({
  selector: 'ar-problem-notice',
  imports: [MatButton, Notice],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <ar-notice tone="danger" [heading]="words.heading(problem())">
      @if (words.detail(problem()); as detail) {
        <div>{{ detail }}</div>
      }
      @if (fields().length > 0) {
        <ul>
          @for (error of fields(); track error.path) {
            <li>{{ error.message }}</li>
          }
        </ul>
      }
      @if (canRetry()) {
        <button arAction matButton type="button" (click)="retry.emit()">{{ texts.t('ui.tryAgain') }}</button>
      }
      <ng-content />
    </ar-notice>
  `,
  styles: `
    :host {
      display: block;
    }
    ul {
      margin: 4px 0 0;
      padding-left: 20px;
    }
  `,
})
export class ProblemNotice {
  protected readonly words = inject(ProblemTexts);
  protected readonly texts = inject(Texts);
  readonly problem = input.required<Problem>();
  /** Shows "Try again". */
  readonly canRetry = input(false, { transform: booleanAttribute });
  readonly retry = output();

  protected readonly fields = computed(() => this.problem().errors.slice(0, 8));
}
