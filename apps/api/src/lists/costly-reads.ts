import { problemCodes } from '@audience-relay/contracts';
import { Injectable } from '@nestjs/common';
import { ProblemException } from '../problems/problem.exception';

/** More at once would take the database from lists and runs. */
const maxAtOnce = 2;

/** How long a read may wait for its turn, in milliseconds. */
const maxWaitMs = 5_000;

/** How long a read may take, in milliseconds. */
const maxReadMs = 20_000;

/** The database's own code for a read that exceeded its time limit. */
const timeLimitExceeded = 50;

/**
 * One bound for all reads whose cost depends on a rule: previews and counts. So a storm of them slows down themselves,
 * not lists. Those that cannot get a turn, or take too long, are refused with an answer of their own.
 */
@Injectable()
export class CostlyReads {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** @throws ProblemException `previews-busy`, `rule-too-costly` */
  async run<Result>(read: () => Promise<Result>): Promise<Result> {
    await this.takeTurn();
    // The turn lasts as long as the database works, even if nobody waits for the result any more.
    const reading = read().finally(() => this.giveTurn());
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(tooCostly()), maxReadMs);
    });
    try {
      return await Promise.race([reading, tooLate]);
    } catch (error) {
      throw (error as { code?: unknown } | null)?.code === timeLimitExceeded ? tooCostly() : error;
    } finally {
      clearTimeout(timer);
    }
  }

  private async takeTurn(): Promise<void> {
    if (this.running < maxAtOnce) {
      this.running += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const begin = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(begin), 1);
        reject(
          new ProblemException(
            'previews-busy',
            'Too many previews and counts are under way. Try again in a few seconds.',
            { retryAfter: maxWaitMs / 1000 },
          ),
        );
      }, maxWaitMs);
      this.waiting.push(begin);
    });
  }

  /** To the next in the queue, or back. */
  private giveTurn(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running -= 1;
  }
}

function tooCostly(): ProblemException {
  return new ProblemException(
    'rule-too-costly',
    `Counting took longer than ${maxReadMs / 1000} seconds: the rule is too costly. Simplify it, or try again later.`,
    { retryAfter: 60 },
  );
}

/** For what only adds to an answer: without it where the database is too busy to count. */
export async function unlessTooCostly<Result>(reading: Promise<Result>, otherwise: Result): Promise<Result> {
  try {
    return await reading;
  } catch (error) {
    const refused = error instanceof ProblemException && problemCodes[error.code] === 503;
    if (refused) return otherwise;
    throw error;
  }
}
