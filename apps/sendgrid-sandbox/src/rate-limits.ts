import type { RateRule } from './settings';

const MINUTE = 60_000;

interface RateState {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** As the header gives it: seconds left, or the second since 1970. */
  reset: number;
}

/** Counts requests per endpoint in fixed clock minutes, as the service was recorded to do. */
export class RateLimits {
  private readonly windows = new Map<string, { minute: number; used: number }>();

  constructor(private readonly now: () => number) {}

  take(endpoint: string, rule: Required<RateRule>): RateState {
    const now = this.now();
    const minute = Math.floor(now / MINUTE);
    let window = this.windows.get(endpoint);
    if (!window || window.minute !== minute) this.windows.set(endpoint, (window = { minute, used: 0 }));
    window.used += 1;
    const secondsLeft = 60 - (Math.floor(now / 1_000) % 60);
    return {
      allowed: window.used <= rule.limit,
      limit: rule.limit,
      remaining: Math.max(0, rule.limit - window.used),
      reset: resetValue(now, secondsLeft, rule.reset),
    };
  }

  clear(): void {
    this.windows.clear();
  }
}

export function resetValue(now: number, secondsLeft: number, form: 'seconds' | 'epoch'): number {
  return form === 'epoch' ? Math.floor(now / 1_000) + secondsLeft : secondsLeft;
}
