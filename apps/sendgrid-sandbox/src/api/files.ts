import type { Router } from 'express';
import express from 'express';
import type { Sandbox } from '../sandbox';
import { errorsCsv } from './jobs';

/** The files behind the addresses that the API hands out. As with the service's storage, no key is asked. */
export function files(sandbox: Sandbox): Router {
  const router = express.Router();
  router.get('/errors/:id.csv', (request, response) => {
    const job = sandbox.account.jobs.get(request.params.id);
    if (!job || job.errors.length === 0) {
      response.status(404).type('text/plain').send('No such file.\n');
      return;
    }
    response.type('text/csv').send(errorsCsv(job));
  });
  return router;
}
