import { Routes } from '@angular/router';
import { TextKey } from '../../core/i18n/text-key';

export const apiKeysRoutes: Routes = [
  {
    path: '',
    title: 'apiKeys.title' satisfies TextKey,
    loadComponent: async () => (await import('./api-keys.page')).ApiKeysPage,
  },
];
