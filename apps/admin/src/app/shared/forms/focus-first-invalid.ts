/** Takes the person to what has to be put right. Waits for the messages to be rendered first. */
export function focusFirstInvalid(form: HTMLElement): void {
  setTimeout(() => {
    form
      .querySelector<HTMLElement>(
        'input.ng-invalid, textarea.ng-invalid, select.ng-invalid, mat-select.ng-invalid, .ng-invalid input',
      )
      ?.focus();
  });
}
