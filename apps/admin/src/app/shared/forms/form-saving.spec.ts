import { HttpErrorResponse } from '@angular/common/http';
import { ChangeDetectionStrategy, Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { FormControl, FormGroup, ReactiveFormsModule, Validators } from '@angular/forms';
import { Texts } from '../../core/i18n/texts';
import { Conflict } from '../conflict';
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
  readonly options = { latest: () => Promise.resolve({ version: 2 }), take: jest.fn(), keep: jest.fn() };
  readonly saving = new FormSaving<{ version: number }>(this.form, { conflict: this.options });
}

describe('saving a form', () => {
  const rendered = () => new Promise((resolve) => setTimeout(resolve));

  function open(name: string, chosen: 'mine' | 'theirs' = 'mine') {
    TestBed.configureTestingModule({
      providers: [
        { provide: Conflict, useValue: { ask: () => Promise.resolve(chosen) } },
        { provide: Texts, useValue: { t: (key: string) => key } },
      ],
    });
    const fixture = TestBed.createComponent(NamedForm);
    const { form, saving, options } = fixture.componentInstance;
    const element = fixture.nativeElement as HTMLElement;
    document.body.append(element);
    form.controls.name.setValue(name);
    fixture.detectChanges();
    return { form, saving, options, focused: () => element.querySelector(':focus')?.className.split(' ')[0] };
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
    await saving.save(() => Promise.reject(refusal('last-administrator')));
    expect(saving.problem()).toMatchObject({ code: 'last-administrator', detail: 'No.' });
    const both = [
      { path: 'name', message: 'Taken.' },
      { path: 'elsewhere', message: 'Wrong.' },
    ];
    await saving.save(() => Promise.reject(refusal('validation-failed', both)));
    expect(saving.problem()?.errors).toEqual([{ path: 'elsewhere', message: 'Wrong.' }]);
    expect(form.controls.name.errors).toEqual({ server: 'Taken.' });
  });

  it('should say at the name that it is taken', async () => {
    const { form, saving } = open('a');
    await saving.save(() => Promise.reject(refusal('name-taken')));
    expect(form.controls.name.errors).toEqual({ server: 'problems.name-taken' });
    expect(saving.problem()).toBeNull();
  });

  it('should hold nothing unsaved once it is stored, before it goes on', async () => {
    const { form, saving } = open('a');
    form.markAsDirty();
    const done = jest.fn(() => form.dirty);
    await saving.save(() => Promise.resolve('stored'), done);
    expect(done).toHaveBeenCalledWith('stored');
    expect(done).toHaveReturnedWith(false);
  });

  describe('that someone else has changed in the meantime', () => {
    const refuseOnce = () =>
      jest
        .fn<Promise<string>, []>()
        .mockRejectedValueOnce(refusal('version-conflict'))
        .mockResolvedValue('stored');

    it('should save mine on top of theirs when I choose mine', async () => {
      const { saving, options } = open('a', 'mine');
      const send = refuseOnce();
      const done = jest.fn();
      await saving.save(send, done);
      expect(options.keep).toHaveBeenCalledWith({ version: 2 });
      expect(options.take).not.toHaveBeenCalled();
      expect(send).toHaveBeenCalledTimes(2);
      expect(done).toHaveBeenCalledWith('stored');
    });

    it('should load theirs and send nothing when I choose theirs', async () => {
      const { saving, options } = open('a', 'theirs');
      const send = refuseOnce();
      const done = jest.fn();
      await saving.save(send, done);
      expect(options.take).toHaveBeenCalledWith({ version: 2 });
      expect(send).toHaveBeenCalledTimes(1);
      expect(done).not.toHaveBeenCalled();
      expect([saving.busy(), saving.problem()]).toEqual([false, null]);
    });
  });
});
