import { Routes } from '@angular/router';
import { needs } from '../../core/auth/guards';
import { TextKey } from '../../core/i18n/text-key';

export const profilesRoutes: Routes = [
  {
    path: '',
    title: 'profiles.title' satisfies TextKey,
    loadComponent: async () => (await import('./profiles.page')).ProfilesPage,
  },
  {
    path: 'fields',
    title: 'profileFields.title' satisfies TextKey,
    loadComponent: async () => (await import('./profile-fields.page')).ProfileFieldsPage,
  },
  {
    path: 'imports',
    title: 'imports.title' satisfies TextKey,
    loadComponent: async () => (await import('./imports.page')).ImportsPage,
  },
  {
    path: 'imports/new',
    title: 'importForm.title' satisfies TextKey,
    canActivate: [needs('profile:import')],
    loadComponent: async () => (await import('./import-form.page')).ImportFormPage,
  },
  {
    path: 'imports/:id',
    title: 'import.title' satisfies TextKey,
    loadComponent: async () => (await import('./import.page')).ImportPage,
  },
  {
    path: ':id',
    title: 'profile.title' satisfies TextKey,
    loadComponent: async () => (await import('./profile.page')).ProfilePage,
  },
];
