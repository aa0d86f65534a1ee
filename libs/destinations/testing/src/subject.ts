import type { Destination, FieldValues, MappedRow, Mapping } from '@audience-relay/destinations/core';

/** What the conformance suite needs to know of a plugin. */
export interface Subject {
  destination: Destination;
  /** Starts a service that the plugin can work with, empty. Called once. */
  start(): Promise<Service>;
  /** Default: every field, and one custom field of each type. */
  mapping?: Mapping;
  /**
   * Values of `connection.fields` that lead to another address, with this time limit. Failures of the network are
   * tried with it. Leave it out only for a plugin that uses no network.
   */
  connectionTo?(address: string, timeoutSeconds: number): FieldValues;
  /** Makes a row that the service refuses. Leave it out if the service takes every row. */
  spoil?(row: MappedRow): MappedRow;
}

/** A working service, and how to look into it from outside of the plugin. */
export interface Service {
  /** Values of `connection.fields`; those with a default may be left out. Secrets must have 8 characters or more. */
  connection: FieldValues;
  settings: FieldValues;
  /** Identities of the people that the target holds now. */
  stored(): Promise<readonly string[]>;
  stop(): Promise<void>;
}
