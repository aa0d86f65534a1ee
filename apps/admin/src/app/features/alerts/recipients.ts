import { AbstractControl, FormControl, Validators } from '@angular/forms';

const maxRecipients = 20;

/** One address per line; commas and semicolons part them too, as people paste them. */
export function recipientsOf(text: string): string[] {
  return text
    .split(/[\n,;]/)
    .map((address) => address.trim())
    .filter((address) => address !== '');
}

/** `recipients`: none, too many, the same one twice, or one that is not an address. */
export function recipientsValidator({ value }: AbstractControl<string>): { recipients: true } | null {
  const recipients = recipientsOf(value);
  const distinct = new Set(recipients).size === recipients.length;
  const fits = recipients.length > 0 && recipients.length <= maxRecipients;
  const addresses = recipients.every((address) => Validators.email(new FormControl(address)) === null);
  return fits && distinct && addresses ? null : { recipients: true };
}
