import { assertValidDefinition, DestinationError, type Destination } from '@audience-relay/destinations/core';

/**
 * A finder by key over destinations that are all well defined and of different keys.
 * @throws Error that names what is wrong, so that a process with a broken plugin does not start
 */
export function makeRegistry(destinations: readonly Destination[]): (key: string) => Destination {
  const byKey = new Map<string, Destination>();
  for (const destination of destinations) {
    assertValidDefinition(destination);
    const twin = byKey.get(destination.key);
    if (twin)
      throw new Error(`Two destinations have the key "${twin.key}": ${twin.name} and ${destination.name}.`);
    byKey.set(destination.key, destination);
  }
  return (key) => {
    const destination = byKey.get(key);
    if (destination) return destination;
    const known = [...byKey.keys()].join(', ');
    const message = `There is no destination "${key}". Known ones: ${known}.`;
    throw new DestinationError({ kind: 'permanent', code: 'unknown-destination', message });
  };
}
