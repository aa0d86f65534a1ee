import type { Response, Router } from 'express';
import express from 'express';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Sandbox } from '../sandbox';
import { exportContent, exportFiles } from './contacts-export';
import { receiveUpload } from './contacts-import';
import { errorsCsv } from './jobs';

/** The files behind the addresses that the API hands out. As with the service's storage, no key is asked. */
export function files(sandbox: Sandbox): Router {
  const router = express.Router();
  router.get('/errors/:id.csv', (request, response) => {
    const job = sandbox.account.jobs.get(request.params.id);
    if (!job || job.errors.length === 0) return notFound(response);
    response.type('text/csv').send(errorsCsv(job));
  });
  router.get('/exports/:id/:index.:type', async (request, response) => {
    const one = sandbox.account.exports.get(request.params.id);
    const contacts =
      one && one.readyAt <= sandbox.now()
        ? exportFiles(sandbox, one)[Number(request.params.index)]
        : undefined;
    if (!one || !contacts || request.params.type !== one.fileType) return notFound(response);
    response.type(one.fileType === 'csv' ? 'text/csv' : 'application/x-ndjson');
    await pipeline(Readable.from(exportContent(sandbox, one, contacts)), response);
  });
  router.put('/uploads/:id', async (request, response) => {
    response.status(await receiveUpload(sandbox, request.params.id, request)).end();
  });
  return router;
}

function notFound(response: Response): void {
  response.status(404).type('text/plain').send('No such file.\n');
}
