import { HttpErrorResponse } from '@angular/common/http';
import { ChangeDetectionStrategy, Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { FormControl, FormGroup, ReactiveFormsModule, Validators } from '@angular/forms';
import { FormSaving } from './form-saving';

@Component({
  imports: [ReactiveFormsModule],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<form [formGroup]="form">
    <input class="other" formControlName="other" />
    <input class="name" formControlName="name" />
  </form>`,
})
class NamedForm {
  readonly form = new FormGroup({
    other: new FormControl(''),
    name: new FormControl('', Validators.required),
  });
  readonly saving = new FormSaving(this.form);
}

describe('saving a form', () => {
  const rendered = () => new Promise((resolve) => setTimeout(resolve));

  function open(name: string) {
    const fixture = TestBed.createComponent(NamedForm);
    const { form, saving } = fixture.componentInstance;
    const element = fixture.nativeElement as HTMLElement;
    document.body.append(element);
    form.controls.name.setValue(name);
    fixture.detectChanges();
    return { form, saving, focused: () => element.querySelector(':focus')?.className.split(' ')[0] };
  }

  const refusal = (code: string, errors: object[] = []) =>
    new HttpErrorResponse({ status: 409, error: { code, detail: 'No.', errors } });

  it('should send nothing before the form is valid, and lead to what is wrong', async () => {
    const { form, saving, focused } = open('');
    const send = jest.fn(() => Promise.resolve());
    await saving.save(send);
    await rendered();
    expect(send).not.toHaveBeenCalled();
    expect(form.touched).toBe(true);
    expect(focused()).toBe('name');
  });

  it('should be busy while it sends, and no longer', async () => {
    const { saving } = open('a');
    let sent = () => {};
    const saved = saving.save(() => new Promise((resolve) => (sent = resolve)));
    expect(saving.busy()).toBe(true);
    sent();
    await saved;
    expect([saving.busy(), saving.problem()]).toEqual([false, null]);
  });

  it('should say at the field what is about a field, once', async () => {
    const { form, saving, focused } = open('a');
    const error = refusal('validation-failed', [{ path: 'name', message: 'Taken.' }]);
    await saving.save(() => Promise.reject(error));
    await rendered();
    expect(form.controls.name.errors).toEqual({ server: 'Taken.' });
    expect([saving.busy(), saving.problem()]).toEqual([false, null]);
    expect(focused()).toBe('name');
  });

  it('should show what is about no field, also beside what is', async () => {
    const { form, saving } = open('a');
    await saving.save(() => Promise.reject(refusal('version-conflict')));
    expect(saving.problem()).toMatchObject({ code: 'version-conflict', detail: 'No.' });
    const both = [
      { path: 'name', message: 'Taken.' },
      { path: 'elsewhere', message: 'Wrong.' },
    ];
    await saving.save(() => Promise.reject(refusal('validation-failed', both)));
    expect(saving.problem()?.errors).toEqual([{ path: 'elsewhere', message: 'Wrong.' }]);
    expect(form.controls.name.errors).toEqual({ server: 'Taken.' });
  });

  it('should let the form place what it knows better', async () => {
    const { form, saving } = open('a');
    await saving.save(
      () => Promise.reject(refusal('name-taken')),
      ({ code }) => form.controls.name.setErrors({ server: code }),
    );
    expect(form.controls.name.errors).toEqual({ server: 'name-taken' });
    expect(saving.problem()).toBeNull();
  });
});
