import type { Destination } from '@audience-relay/destinations/core';
import { sendgrid } from '@audience-relay/destinations/sendgrid';
import { makeRegistry } from './registry';

/** Every destination of this system. A plugin that is not well defined, or a key used twice, stops the start. */
export const destinations: readonly Destination[] = [sendgrid];

/** Finds a destination by its key. @throws DestinationError `unknown-destination` */
export const findDestination = makeRegistry(destinations);
