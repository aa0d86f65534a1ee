import { countTodayInLastDays } from './0001-count-today-in-last-days';
import type { Migration } from './migration';

/**
 * Every change of a stored form, in order. Append only: one that has landed keeps its number, its name and its effect
 * for ever, because databases somewhere have it behind them. How to add one: CONTRIBUTING.md, "Stored forms".
 */
export const migrations: readonly Migration[] = [countTodayInLastDays];
