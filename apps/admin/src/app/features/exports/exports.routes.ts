import { Routes } from '@angular/router';
import { needs } from '../../core/auth/guards';
import { TextKey } from '../../core/i18n/text-key';
import { keepChanges } from '../../core/unsaved-changes';

const form = {
  canActivate: [needs('export:write')],
  canDeactivate: [keepChanges],
  loadComponent: async () => (await import('./export-form.page')).ExportFormPage,
};

export const exportsRoutes: Routes = [
  {
    path: '',
    title: 'exports.title' satisfies TextKey,
    loadComponent: async () => (await import('./exports.page')).ExportsPage,
  },
  { path: 'new', title: 'exportForm.new' satisfies TextKey, ...form },
  {
    path: ':id',
    title: 'export.title' satisfies TextKey,
    loadComponent: async () => (await import('./export.page')).ExportPage,
  },
  { path: ':id/edit', title: 'exportForm.edit' satisfies TextKey, ...form },
];
