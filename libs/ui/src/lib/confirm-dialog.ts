import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule } from '@angular/material/dialog';
import { UI_TEXTS } from './ui-texts';

/** One question before something that cannot be taken back (or surprises). */
export interface Question {
  heading: string;
  text: string;
  /** The verb on the button: what will happen, never "OK". */
  confirm: string;
  /** Default: the general "Cancel". */
  cancel?: string;
  danger?: boolean;
}

@Component({
  selector: 'ar-confirm-dialog',
  imports: [MatButton, MatDialogModule],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h2 mat-dialog-title>{{ question.heading }}</h2>
    <mat-dialog-content>{{ question.text }}</mat-dialog-content>
    <mat-dialog-actions align="end">
      <button matButton [mat-dialog-close]="false" [attr.cdkFocusInitial]="question.danger ? '' : null">
        {{ question.cancel ?? texts().cancel }}
      </button>
      <button matButton="filled" [class.danger-button]="question.danger" [mat-dialog-close]="true">
        {{ question.confirm }}
      </button>
    </mat-dialog-actions>
  `,
})
export class ConfirmDialog {
  protected readonly texts = inject(UI_TEXTS);
  protected readonly question = inject<Question>(MAT_DIALOG_DATA);
}
