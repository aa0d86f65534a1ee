import { bootstrapApplication } from '@angular/platform-browser';
import { App } from './app/app';
import { appConfig } from './app/app.config';

bootstrapApplication(App, appConfig).catch((error: unknown) => {
  // Nothing of the console runs yet, so the page itself has to say it.
  document.body.textContent = 'Audience Relay could not start. Reload the page.';
  throw error;
});
