import { inject, Injectable } from '@angular/core';
import { ConfirmDialog, Question } from './confirm-dialog';
import { Dialogs } from './dialogs';

@Injectable({ providedIn: 'root' })
export class Confirm {
  readonly #dialogs = inject(Dialogs);

  /** True when the person chose the verb; false on cancel, Escape or a click outside. */
  async ask(question: Question): Promise<boolean> {
    return (
      (await this.#dialogs.open<boolean, Question>(ConfirmDialog, { data: question, role: 'alertdialog' })) ??
      false
    );
  }
}
