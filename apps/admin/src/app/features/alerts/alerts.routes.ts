import { Routes } from '@angular/router';
import { needs } from '../../core/auth/guards';
import { TextKey } from '../../core/i18n/text-key';
import { keepChanges } from '../../core/unsaved-changes';

export const alertsRoutes: Routes = [
  {
    path: '',
    title: 'alerts.title' satisfies TextKey,
    loadComponent: async () => (await import('./alerts.page')).AlertsPage,
  },
  {
    path: 'settings',
    title: 'alertSettings.title' satisfies TextKey,
    canActivate: [needs('alert:manage')],
    canDeactivate: [keepChanges],
    loadComponent: async () => (await import('./alert-settings.page')).AlertSettingsPage,
  },
];
