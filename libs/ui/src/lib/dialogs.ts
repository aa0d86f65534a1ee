import { ComponentType } from '@angular/cdk/portal';
import { inject, Injectable } from '@angular/core';
import { DialogRole, MatDialog } from '@angular/material/dialog';
import { firstValueFrom } from 'rxjs';

export interface DialogOptions<Data> {
  data: Data;
  /** As in CSS; never wider than the screen. */
  width?: string;
  role?: DialogRole;
  /** True: it closes by its own buttons only. */
  mustAnswer?: boolean;
}

@Injectable({ providedIn: 'root' })
export class Dialogs {
  readonly #dialog = inject(MatDialog);

  /** Opens a dialog and waits for what it closes with; undefined = dismissed. */
  async open<Result, Data>(
    component: ComponentType<unknown>,
    { data, width = '480px', role = 'dialog', mustAnswer = false }: DialogOptions<Data>,
  ): Promise<Result | undefined> {
    const dialog = this.#dialog.open<unknown, Data, Result>(component, {
      data,
      role,
      disableClose: mustAnswer,
      width,
      maxWidth: '94vw',
      // A dialog takes the focus when its animation is over: without one, nobody can tab behind it.
      enterAnimationDuration: 0,
      exitAnimationDuration: 0,
    });
    const result = await firstValueFrom(dialog.afterClosed());
    // What had the focus may be gone, such as the row that was removed: the page then, not nowhere.
    if (document.activeElement === document.body)
      document.querySelector<HTMLElement>('main h1, main')?.focus();
    return result;
  }
}
