import { Routes } from '@angular/router';
import { TextKey } from '../../core/i18n/text-key';

export const runsRoutes: Routes = [
  {
    path: '',
    title: 'runs.title' satisfies TextKey,
    loadComponent: async () => (await import('./runs.page')).RunsPage,
  },
  {
    path: ':id',
    title: 'run.title' satisfies TextKey,
    loadComponent: async () => (await import('./run.page')).RunPage,
  },
];
