const dayMs = 24 * 60 * 60_000;

/** When clocks change by less, every hour still has each of its minutes once or right after the jump. */
const hourMs = 60 * 60_000;

/** What the wall clocks of a time zone show, and when. Wall times are dates read as if they were UTC. */
export class WallClock {
  private static readonly known = new Map<string, WallClock>();

  private readonly format: Intl.DateTimeFormat;

  /** @param timeZone IANA name. A clock is costly to create, so there is one for each. */
  static of(timeZone: string): WallClock {
    const clock = WallClock.known.get(timeZone) ?? new WallClock(timeZone);
    WallClock.known.set(timeZone, clock);
    return clock;
  }

  private constructor(timeZone: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** What the clock shows at a moment, to the second. */
  at(time: Date): Date {
    const parts = Object.fromEntries(
      this.format.formatToParts(time).map(({ type, value }) => [type, Number(value)]),
    ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
    return new Date(Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second));
  }

  /** How far the clock is set back, at most, in the day before and the day after a moment, in milliseconds. */
  setBackAround(time: Date): number {
    const before = this.offsetAt(time.getTime() - dayMs);
    return Math.max(0, before - this.offsetAt(time.getTime() + dayMs));
  }

  /**
   * The moments at which something due at a wall time runs, soonest first. When clocks go forward over it, that is
   * right after the jump; when it comes twice, its first.
   * @param everyHour It is due in every hour that passes: not in an hour that the clock leaves out, twice in one
   * that it shows twice.
   */
  momentsOf(wall: Date, everyHour: boolean): number[] {
    const shown = wall.getTime();
    const before = this.offsetAt(shown - dayMs);
    const after = this.offsetAt(shown + dayMs);
    const moments = [...new Set([shown - before, shown - after])].filter(
      (moment) => moment + this.offsetAt(moment) === shown,
    );
    if (moments.length === 0) {
      return everyHour && after - before >= hourMs ? [] : [this.changeBetween(shown - after, shown - before)];
    }
    return everyHour && before - after >= hourMs ? moments : moments.slice(0, 1);
  }

  /** Milliseconds that the clock is ahead of UTC. */
  private offsetAt(moment: number): number {
    const second = Math.floor(moment / 1000) * 1000;
    return this.at(new Date(second)).getTime() - second;
  }

  /** The moment between two at which the clock is changed. */
  private changeBetween(from: number, to: number): number {
    const old = this.offsetAt(from);
    let [last, first] = [from, to];
    while (first - last > 1000) {
      const middle = Math.floor((last + first) / 2000) * 1000;
      if (this.offsetAt(middle) === old) last = middle;
      else first = middle;
    }
    return first;
  }
}
