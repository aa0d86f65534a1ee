import { Injectable } from '@nestjs/common';

interface Reads {
  /** The read under way, with whoever it answers. */
  running: Promise<unknown>;
  /** The read that begins when it has ended. */
  next: Promise<unknown> | null;
}

/**
 * Lets one read answer everybody who asks the same while they wait. Nobody is given what was read before they asked:
 * a read that is under way may have missed what the asker has just changed, so they share the one after it.
 */
@Injectable()
export class SharedReads {
  private readonly reads = new Map<string, Reads>();

  /** @param key Of what is read: everything on which the answer depends. */
  read<Answer>(key: string, read: () => Promise<Answer>): Promise<Answer> {
    const known = this.reads.get(key);
    if (!known) return this.begin(key, read);
    known.next ??= known.running.then(
      () => this.begin(key, read),
      () => this.begin(key, read),
    );
    return known.next as Promise<Answer>;
  }

  private begin<Answer>(key: string, read: () => Promise<Answer>): Promise<Answer> {
    const running = read();
    const reads: Reads = { running, next: null };
    this.reads.set(key, reads);
    const end = () => {
      // With a next one, that one takes the place.
      if (reads.next === null) this.reads.delete(key);
    };
    running.then(end, end);
    return running;
  }
}
