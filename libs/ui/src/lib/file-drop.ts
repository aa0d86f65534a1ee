import { ChangeDetectionStrategy, Component, input, output, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatIcon } from '@angular/material/icon';

/** One file, dropped or chosen. The button does all that dropping does. */
@Component({
  selector: 'ar-file-drop',
  imports: [MatButton, MatIcon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: {
    '[class.over]': 'over()',
    '(dragover)': 'dragged($event)',
    '(dragleave)': 'over.set(false)',
    '(drop)': 'dropped($event)',
  },
  template: `
    <mat-icon svgIcon="upload" aria-hidden="true" />
    <p class="heading">{{ heading() }}</p>
    <p class="text">{{ text() }}</p>
    <input #file type="file" hidden [accept]="accept()" (change)="chosen(file)" />
    <button matButton="outlined" type="button" (click)="file.click()">{{ button() }}</button>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      align-items: center;
      padding: 40px 16px;
      text-align: center;
      border: 2px dashed var(--mat-sys-outline-variant);
      border-radius: var(--ar-radius);
      background: var(--mat-sys-surface-container-lowest);
    }
    :host(.over) {
      border-color: var(--mat-sys-primary);
      background: var(--mat-sys-surface-container);
    }
    mat-icon {
      width: 36px;
      height: 36px;
      color: var(--mat-sys-primary);
    }
    .heading {
      margin: 12px 0 0;
      font: var(--mat-sys-title-medium);
    }
    .text {
      margin: 4px 0 16px;
      max-width: 52ch;
      color: var(--mat-sys-on-surface-variant);
    }
  `,
})
export class FileDrop {
  readonly heading = input.required<string>();
  readonly text = input<string>('');
  readonly button = input.required<string>();
  /** As the `accept` attribute of a file input. */
  readonly accept = input('');
  readonly file = output<File>();

  protected readonly over = signal(false);

  protected dragged(event: DragEvent): void {
    event.preventDefault();
    this.over.set(true);
  }

  protected dropped(event: DragEvent): void {
    event.preventDefault();
    this.over.set(false);
    const file = event.dataTransfer?.files[0];
    if (file) this.file.emit(file);
  }

  protected chosen(input: HTMLInputElement): void {
    const file = input.files?.[0];
    // The same file may be chosen again after a mistake in it was mended.
    input.value = '';
    if (file) this.file.emit(file);
  }
}
