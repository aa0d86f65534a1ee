import { Routes } from '@angular/router';
import { TextKey } from '../../core/i18n/text-key';
import { keepChanges } from '../../core/unsaved-changes';

const form = {
  canDeactivate: [keepChanges],
  loadComponent: async () => (await import('./connection-form.page')).ConnectionFormPage,
};

export const connectionsRoutes: Routes = [
  {
    path: '',
    title: 'connections.title' satisfies TextKey,
    loadComponent: async () => (await import('./connections.page')).ConnectionsPage,
  },
  { path: 'new', title: 'connection.new' satisfies TextKey, ...form },
  { path: ':id', title: 'connection.title' satisfies TextKey, ...form },
];
