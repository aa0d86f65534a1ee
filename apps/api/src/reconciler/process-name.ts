import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** This process among all that work on the same database. */
export const processName = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
