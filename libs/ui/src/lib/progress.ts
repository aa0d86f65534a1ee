import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { MatProgressBar } from '@angular/material/progress-bar';

/** A bar with its words. The words are the live region: they are what a screen reader is told. */
@Component({
  selector: 'ar-progress',
  imports: [MatProgressBar],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <mat-progress-bar
      [mode]="percent() === null ? 'indeterminate' : 'determinate'"
      [value]="percent() ?? 0"
      [attr.aria-label]="label()"
    />
    <p aria-live="polite">{{ text() }}</p>
  `,
  styles: `
    :host {
      display: block;
    }
    mat-progress-bar {
      border-radius: 4px;
      overflow: hidden;
    }
    p {
      margin: 8px 0 0;
      font-variant-numeric: tabular-nums;
    }
  `,
})
export class Progress {
  /** What is progressing; for screen readers. */
  readonly label = input.required<string>();
  /** Numbers in words, such as "300 of 500 sent, 2 rejected". */
  readonly text = input.required<string>();
  readonly value = input<number | null>(null);
  /** Unknown (null) or 0 makes the bar indeterminate. */
  readonly total = input<number | null>(null);

  protected readonly percent = computed(() => {
    const value = this.value();
    const total = this.total();
    if (value === null || !total) return null;
    return Math.min(100, Math.round((value / total) * 100));
  });
}
