import { Routes } from '@angular/router';
import { signedIn, signedOut } from './core/auth/guards';
import { TextKey } from './core/i18n/text-key';

const title = (key: TextKey) => key;

export const routes: Routes = [
  {
    path: 'sign-in',
    title: title('signIn.title'),
    canActivate: [signedOut],
    loadComponent: async () => (await import('./features/sign-in/sign-in.page')).SignInPage,
  },
  {
    path: '',
    canActivate: [signedIn],
    loadComponent: async () => (await import('./shell/shell')).Shell,
    children: [
      { path: '', pathMatch: 'full', redirectTo: 'exports' },
      {
        path: '**',
        title: title('notFound.title'),
        loadComponent: async () => (await import('./features/not-found/not-found.page')).NotFoundPage,
      },
    ],
  },
];
