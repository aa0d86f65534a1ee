import { Routes } from '@angular/router';
import { TextKey } from '../../core/i18n/text-key';
import { keepChanges } from '../../core/unsaved-changes';

export const scheduleRoutes: Routes = [
  {
    path: '',
    title: 'schedule.title' satisfies TextKey,
    canDeactivate: [keepChanges],
    loadComponent: async () => (await import('./schedule.page')).SchedulePage,
  },
  {
    path: 'refreshes/:id',
    title: 'refresh.title' satisfies TextKey,
    loadComponent: async () => (await import('./refresh.page')).RefreshPage,
  },
];
