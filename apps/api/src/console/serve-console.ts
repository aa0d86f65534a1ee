import express, { type RequestHandler, Router } from 'express';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Files whose name changes with their content: `main-QJ5NXZ2W.js`. */
const hashedName = /-[A-Z0-9]{8}\.\w+$/;

const neverStored = 'no-cache';
const storedForAYear = 'public, max-age=31536000, immutable';

/**
 * Serves the built console at `/`: its files as they are, and its page for every path that its router knows. What
 * belongs to the API goes on to the API.
 */
export function serveConsole(folder: string): RequestHandler {
  const page = 'index.html';
  const router = Router();
  router.use(
    express.static(folder, {
      index: false,
      setHeaders: (response, file) =>
        response.setHeader('Cache-Control', hashedName.test(file) ? storedForAYear : neverStored),
    }),
  );
  router.get('/{*path}', (request, response, next) => {
    // A missing file is missing; only a page may be any path.
    if (!request.accepts('html') || /\.\w+$/.test(request.path) || !existsSync(join(folder, page)))
      return next();
    response.setHeader('Cache-Control', neverStored);
    // Relative to a root, so that a folder above it may begin with a dot.
    response.sendFile(page, { root: folder });
  });
  return (request, response, next) =>
    /^\/api(\/|$)/.test(request.path) ? next() : router(request, response, next);
}
