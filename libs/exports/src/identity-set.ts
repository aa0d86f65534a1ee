import { hash } from 'node:crypto';

/**
 * A set of identities that costs 16 to 32 bytes each: 64 bits of a SHA-1 in an open-addressing table. Two people out
 * of a million share 64 bits once in 37 million runs.
 */
export class IdentitySet {
  private high = new Uint32Array(1 << 10);
  private low = new Uint32Array(1 << 10);
  private used = 0;

  get size(): number {
    return this.used;
  }

  /** @returns Whether it is new. */
  add(identity: string): boolean {
    const [high, low] = halves(identity);
    const place = this.find(high, low);
    if (this.high[place] !== 0 || this.low[place] !== 0) return false;
    this.high[place] = high;
    this.low[place] = low;
    this.used += 1;
    if (this.used * 2 > this.high.length) this.grow();
    return true;
  }

  has(identity: string): boolean {
    const place = this.find(...halves(identity));
    return this.high[place] !== 0 || this.low[place] !== 0;
  }

  private find(high: number, low: number): number {
    const mask = this.high.length - 1;
    let place = (high ^ low) & mask;
    while (
      (this.high[place] !== 0 || this.low[place] !== 0) &&
      (this.high[place] !== high || this.low[place] !== low)
    ) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private grow(): void {
    const { high, low } = this;
    this.high = new Uint32Array(high.length * 2);
    this.low = new Uint32Array(low.length * 2);
    for (let index = 0; index < high.length; index += 1) {
      const h = high[index] ?? 0;
      const l = low[index] ?? 0;
      if (h === 0 && l === 0) continue;
      const place = this.find(h, l);
      this.high[place] = h;
      this.low[place] = l;
    }
  }
}

/** The empty place is 0/0, so a hash of all zeros takes its neighbour's value. */
function halves(identity: string): [number, number] {
  // As a text of bytes: a hash made as a buffer costs four times as much.
  const digest = hash('sha1', identity, 'binary');
  return [numberAt(digest, 0), numberAt(digest, 4) || 1];
}

function numberAt(bytes: string, at: number): number {
  return (
    (bytes.charCodeAt(at) |
      (bytes.charCodeAt(at + 1) << 8) |
      (bytes.charCodeAt(at + 2) << 16) |
      (bytes.charCodeAt(at + 3) << 24)) >>>
    0
  );
}
