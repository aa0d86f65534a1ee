import type { Request, Response, Router } from 'express';
import express from 'express';
import type { Control } from './control';
import { ControlError, readFault, readKey, readLimit, readSettings } from './input';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * `/_control`: what tests and the page may do, over HTTP and without a key. So that no page of another site can do it
 * through a browser of this machine, the request must name a host that is allowed, and come from no other origin.
 *
 * @param hosts Names, beside those of this machine, under which the sandbox may be called.
 */
export function controlRoutes(control: Control, hosts: readonly string[]): Router {
  const allowed = new Set([...LOOPBACK, ...hosts]);
  const router = express.Router();
  router.use((request, response, next) => {
    const { host = '', origin } = request.headers;
    const name = host.replace(/:\d+$/, '').toLowerCase();
    if (allowed.has(name) && (origin === undefined || origin === `http://${host}`)) return next();
    const message = allowed.has(name)
      ? 'A page of another site may not control the sandbox.'
      : `The sandbox is not controlled under the name "${name}": add it to SANDBOX_HOSTS.`;
    response.status(403).json({ message });
  });
  router.use(express.json());
  router.get('/', (_request, response) => {
    response.json({ settings: control.settings, faults: control.faults(), keys: control.keys() });
  });
  router.post('/reset', async (_request, response) => {
    await control.reset();
    response.status(204).end();
  });
  router.patch('/settings', (request: Request<unknown, unknown, unknown>, response) => {
    response.json(control.changeSettings(readSettings(request.body)));
  });
  router.post('/keys', async (request: Request<unknown, unknown, unknown>, response) => {
    const { key, scopes } = readKey(request.body);
    await control.addKey(key, scopes);
    response.status(201).json({ key, scopes });
  });
  router.delete('/keys/:key', async (request, response) => {
    response.status((await control.removeKey(request.params.key)) ? 204 : 404).end();
  });
  router.get('/faults', (_request, response) => {
    response.json(control.faults());
  });
  router.post('/faults', (request: Request<unknown, unknown, unknown>, response) => {
    response.status(201).json(control.addFault(readFault(request.body)));
  });
  router.delete('/faults', (_request, response) => {
    control.clearFaults();
    response.status(204).end();
  });
  router.delete('/faults/:id', (request, response) => {
    response.status(control.removeFault(request.params.id) ? 204 : 404).end();
  });
  router.get('/stats', (_request, response) => {
    response.json(control.stats());
  });
  router.delete('/stats', (_request, response) => {
    control.clearStats();
    response.status(204).end();
  });
  router.get('/requests', (request, response) => {
    response.json(control.requests(readLimit(request.query['limit'], 200)));
  });
  router.get('/jobs', (request, response) => {
    response.json(control.jobs(readLimit(request.query['limit'], 50)));
  });
  router.get('/lists', (_request, response) => {
    response.json(control.lists());
  });
  router.get('/contacts', (request, response) => {
    const { list, search, after, limit } = request.query;
    const listId = typeof list === 'string' && list !== '' ? list : undefined;
    if (typeof search === 'string') {
      response.json({ items: control.search(search, { listId, limit: readLimit(limit, 50) }), next: null });
      return;
    }
    const from = typeof after === 'string' ? Number(after) : undefined;
    response.json(control.contacts({ listId, after: from, limit: readLimit(limit, 1_000) }));
  });
  router.get('/digest', (request, response) => {
    const { list } = request.query;
    response.json(control.digest(typeof list === 'string' && list !== '' ? list : undefined));
  });
  router.use((error: unknown, _request: Request, response: Response, next: (error: unknown) => void) => {
    if (error instanceof ControlError) response.status(400).json({ message: error.message });
    else if (error instanceof SyntaxError)
      response.status(400).json({ message: 'The body is not valid JSON.' });
    else next(error);
  });
  return router;
}
