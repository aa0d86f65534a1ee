import { ConnectionRepository, type ConnectionValue } from '@audience-relay/data';
import type { Destination } from '@audience-relay/destinations/registry';
import { Injectable } from '@nestjs/common';
import type { Types } from 'mongoose';
import { callDestination } from '../destinations/call-destination';
import { ProblemException } from '../problems/problem.exception';
import type { TestResultDto } from './connection.dto';

interface Outcome extends TestResultDto {
  /** The destination gave no answer: this says nothing about the credentials. */
  unanswered: boolean;
}

const nothingKnown = { account: null, missingScopes: [], warnings: [], stored: null, storedLimit: null };

/** Asks the destination whether credentials work. A refusal is a result, not an error. */
@Injectable()
export class ConnectionTester {
  constructor(private readonly connections: ConnectionRepository) {}

  async test(
    destination: Destination,
    values: Readonly<Record<string, ConnectionValue>>,
  ): Promise<TestResultDto> {
    const { unanswered: _, ...result } = await this.ask(destination, values);
    return result;
  }

  /** Tests a stored connection and keeps the result as its state. */
  async testStored(
    id: Types.ObjectId,
    destination: Destination,
    values: Readonly<Record<string, ConnectionValue>>,
  ): Promise<TestResultDto> {
    const { unanswered, ...result } = await this.ask(destination, values);
    if (result.ok) await this.connections.markOk(id, { account: result.account ?? undefined });
    else if (unanswered) await this.connections.markUnanswered(id, result.message);
    else await this.connections.markAttention(id, result.message);
    return result;
  }

  /** The result for credentials that cannot be tried at all. */
  untestable(message: string): TestResultDto {
    return { ok: false, ...nothingKnown, message };
  }

  private async ask(
    destination: Destination,
    values: Readonly<Record<string, ConnectionValue>>,
  ): Promise<Outcome> {
    try {
      // The values were checked against the destination's own specs.
      const connection = values as Record<string, never>;
      const found = await callDestination(destination.name, (signal) =>
        destination.test({ connection, signal }),
      );
      const ok = found.missingScopes.length === 0;
      return {
        ok,
        account: found.account ?? null,
        missingScopes: [...found.missingScopes],
        warnings: [...(found.warnings ?? [])],
        stored: found.stored ?? null,
        storedLimit: found.storedLimit ?? null,
        message: ok
          ? `Connected to ${found.account ?? destination.name}.`
          : `The credentials work, but lack these rights: ${found.missingScopes.join(', ')}.`,
        unanswered: false,
      };
    } catch (error) {
      if (!(error instanceof ProblemException)) throw error;
      const unanswered = error.code === 'destination-unavailable';
      return { ok: false, ...nothingKnown, message: error.detail, unanswered };
    }
  }
}
