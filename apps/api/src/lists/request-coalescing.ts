import { Injectable } from '@nestjs/common';

interface Reads {
  /** The read under way, with whoever it answers. */
  running: Promise<unknown>;
  /** The read that begins when it has ended. */
  next: Promise<unknown> | null;
}

/**
 * Lets one read answer all requests for the same that arrive while it waits. No request gets what was read before it
 * arrived: a read that is under way may miss what the caller has just changed, so such requests share the next one.
 */
@Injectable()
export class RequestCoalescing {
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
