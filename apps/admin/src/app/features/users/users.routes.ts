import { Routes } from '@angular/router';
import { TextKey } from '../../core/i18n/text-key';

export const usersRoutes: Routes = [
  {
    path: '',
    title: 'users.title' satisfies TextKey,
    loadComponent: async () => (await import('./users.page')).UsersPage,
  },
];
