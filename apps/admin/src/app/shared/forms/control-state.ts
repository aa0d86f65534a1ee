import { computed, effect, Signal, signal } from '@angular/core';
import { AbstractControl } from '@angular/forms';

export interface ControlState<Value> {
  value: Value;
  touched: boolean;
  invalid: boolean;
  dirty: boolean;
}

/** A control's state as a signal: what is read from the control itself is not shown when only that changes. */
export function controlState<Value>(
  control: () => AbstractControl<Value> | null,
): Signal<ControlState<Value> | null> {
  const turn = signal(0);
  effect((onCleanup) => {
    const events = control()?.events.subscribe(() => turn.update((before) => before + 1));
    onCleanup(() => events?.unsubscribe());
  });
  return computed(() => {
    turn();
    const now = control();
    return now && { value: now.value, touched: now.touched, invalid: now.invalid, dirty: now.dirty };
  });
}
