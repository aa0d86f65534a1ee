import type { RequestHandler } from 'express';
import expressStaticGzip from 'express-static-gzip';
import { existsSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';

/** Files whose name changes with their content: `main-QJ5NXZ2W.js`, and their compressed twins. */
const hashedName = /-[A-Z0-9]{8}\.\w+(\.(br|gz))?$/;

const neverStored = 'no-cache';
const storedForAYear = 'public, max-age=31536000, immutable';

/**
 * Serves the built console at `/`: its files, as the build compressed them, and its page for every path that its
 * router knows. What belongs to the API goes on to the API.
 */
export function serveConsole(folder: string): RequestHandler {
  const page = 'index.html';
  if (!existsSync(join(folder, page))) return (_request, _response, next) => next();
  const files: RequestHandler = expressStaticGzip(folder, {
    enableBrotli: true,
    orderPreference: ['br', 'gz'],
    index: false,
    serveStatic: {
      setHeaders: (response: ServerResponse, file: string) =>
        response.setHeader('Cache-Control', hashedName.test(file) ? storedForAYear : neverStored),
    },
  });
  return (request, response, next) => {
    if (/^\/api(\/|$)/.test(request.path)) return next();
    // A missing file is missing; only a page may be any path.
    const isPage = request.method === 'GET' && request.accepts('html') && !/\.\w+$/.test(request.path);
    if (isPage) request.url = `/${page}`;
    files(request, response, next);
  };
}
