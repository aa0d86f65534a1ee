import { Routes } from '@angular/router';
import { needs } from '../../core/auth/guards';
import { TextKey } from '../../core/i18n/text-key';
import { keepChanges } from '../../core/unsaved-changes';

const form = {
  canActivate: [needs('segment:write')],
  canDeactivate: [keepChanges],
  loadComponent: async () => (await import('./segment-form.page')).SegmentFormPage,
};

export const segmentsRoutes: Routes = [
  {
    path: '',
    title: 'segments.title' satisfies TextKey,
    loadComponent: async () => (await import('./segments.page')).SegmentsPage,
  },
  { path: 'new', title: 'segmentForm.new' satisfies TextKey, ...form },
  {
    path: ':id',
    title: 'segment.title' satisfies TextKey,
    loadComponent: async () => (await import('./segment.page')).SegmentPage,
  },
  { path: ':id/edit', title: 'segmentForm.edit' satisfies TextKey, ...form },
];
