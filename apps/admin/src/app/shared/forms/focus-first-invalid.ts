/** Takes the person to what has to be put right. Waits for the messages to be rendered first. */
export function focusFirstInvalid(form: HTMLElement): void {
  setTimeout(() => {
    form
      .querySelector<HTMLElement>(
        // Groups are invalid too, with all that is in them: only what holds a single answer is looked into.
        'input.ng-invalid, textarea.ng-invalid, select.ng-invalid, mat-select.ng-invalid, :is(mat-checkbox, mat-radio-group).ng-invalid input',
      )
      ?.focus();
  });
}
