import type { Destination } from '@audience-relay/destinations/core';
import { file } from '@audience-relay/destinations/file';
import { sendgrid } from '@audience-relay/destinations/sendgrid';
import { webhook } from '@audience-relay/destinations/webhook';
import { makeRegistry } from './registry';

/** Every destination of this system. A plugin that is not well defined, or a key used twice, stops the start. */
export const destinations: readonly Destination[] = [sendgrid, webhook, file];

/** Finds a destination by its key. @throws DestinationError `unknown-destination` */
export const findDestination = makeRegistry(destinations);
