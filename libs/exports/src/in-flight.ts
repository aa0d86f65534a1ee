/** Batches under way, at most `limit` at once. The first failure stops new ones; the others still end. */
export class InFlight {
  private readonly running = new Set<Promise<void>>();
  private readonly errors: unknown[] = [];

  constructor(private readonly limit: number) {}

  get failed(): boolean {
    return this.errors.length > 0;
  }

  /** Waits until one more may start. */
  async place(): Promise<void> {
    while (this.running.size >= this.limit) await Promise.race(this.running);
  }

  start(batch: Promise<void>): void {
    const running: Promise<void> = batch
      .catch((error: unknown) => {
        this.errors.push(error);
      })
      .finally(() => this.running.delete(running));
    this.running.add(running);
  }

  /** Waits for all. @returns What failed. */
  async settle(): Promise<readonly unknown[]> {
    await Promise.all(this.running);
    return this.errors;
  }
}
