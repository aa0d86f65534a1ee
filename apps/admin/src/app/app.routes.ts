import { Routes } from '@angular/router';
import { needs, signedIn, signedOut } from './core/auth/guards';
import { TextKey } from './core/i18n/text-key';

export const routes: Routes = [
  {
    path: 'sign-in',
    title: 'signIn.title' satisfies TextKey,
    canActivate: [signedOut],
    loadComponent: async () => (await import('./features/sign-in/sign-in.page')).SignInPage,
  },
  {
    path: '',
    canActivate: [signedIn],
    loadComponent: async () => (await import('./shell/shell')).Shell,
    children: [
      { path: '', pathMatch: 'full', redirectTo: 'home' },
      {
        path: 'home',
        title: 'nav.home' satisfies TextKey,
        loadComponent: async () => (await import('./features/home/home.page')).HomePage,
      },
      {
        path: 'exports',
        loadChildren: async () => (await import('./features/exports/exports.routes')).exportsRoutes,
      },
      { path: 'runs', loadChildren: async () => (await import('./features/runs/runs.routes')).runsRoutes },
      {
        path: 'segments',
        loadChildren: async () => (await import('./features/segments/segments.routes')).segmentsRoutes,
      },
      {
        path: 'profiles',
        loadChildren: async () => (await import('./features/profiles/profiles.routes')).profilesRoutes,
      },
      {
        path: 'schedule',
        canActivate: [needs('schedule:read')],
        loadChildren: async () => (await import('./features/schedule/schedule.routes')).scheduleRoutes,
      },
      {
        path: 'alerts',
        canActivate: [needs('alert:read')],
        loadChildren: async () => (await import('./features/alerts/alerts.routes')).alertsRoutes,
      },
      {
        path: 'connections',
        canActivate: [needs('connection:manage')],
        loadChildren: async () =>
          (await import('./features/connections/connections.routes')).connectionsRoutes,
      },
      {
        path: 'users',
        canActivate: [needs('user:manage')],
        loadChildren: async () => (await import('./features/users/users.routes')).usersRoutes,
      },
      {
        path: 'api-keys',
        canActivate: [needs('api-key:manage')],
        loadChildren: async () => (await import('./features/api-keys/api-keys.routes')).apiKeysRoutes,
      },
      {
        path: 'audit',
        title: 'audit.title' satisfies TextKey,
        canActivate: [needs('audit:read')],
        loadComponent: async () => (await import('./features/audit/audit.page')).AuditPage,
      },
      {
        path: '**',
        title: 'notFound.title' satisfies TextKey,
        loadComponent: async () => (await import('./features/not-found/not-found.page')).NotFoundPage,
      },
    ],
  },
];
