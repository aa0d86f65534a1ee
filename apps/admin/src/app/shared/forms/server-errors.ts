import { AbstractControl } from '@angular/forms';
import { Problem } from '../../core/http/problem';

/**
 * Puts the API's field errors on the controls that they are about, and returns the problem with those that have no
 * control. The error goes away with the next change of the value.
 */
export function placeErrors(form: AbstractControl, problem: Problem): Problem {
  const left = problem.errors.filter(({ path, message }) => {
    const control = form.get(path);
    if (!control || 'controls' in control) return true;
    control.setErrors({ server: message });
    control.markAsTouched();
    return false;
  });
  return { ...problem, errors: left };
}
