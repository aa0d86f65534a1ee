type Variables = Readonly<Record<string, string | undefined>>;

/** The environment holds wrong values: one sentence for each. Caught by `main.ts`, which prints them and exits. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';

  constructor(readonly sentences: readonly string[]) {
    super(sentences.join('\n'));
  }
}

/**
 * Reads a process's settings from its environment. Reading goes on after a wrong value, so that a person sees all of
 * them at once; `check()` then throws. Sentences name the variable, never its value: it may be a secret.
 */
export class Environment {
  private readonly sentences: string[] = [];

  constructor(private readonly variables: Variables) {}

  /** A wrong value that only the caller can recognise. */
  refuse(sentence: string): void {
    this.sentences.push(sentence);
  }

  /** A value that may be absent. Empty is absent. */
  optional(name: string): string | undefined {
    const value = this.variables[name]?.trim();
    return value === '' ? undefined : value;
  }

  /** @param purpose Ends the sentence "NAME is not set: it must hold ...". */
  required(name: string, purpose: string): string {
    const value = this.optional(name);
    if (value === undefined) this.refuse(`${name} is not set: it must hold ${purpose}.`);
    return value ?? '';
  }

  text(name: string, fallback: string): string {
    return this.optional(name) ?? fallback;
  }

  integer(name: string, fallback: number, range: { min: number; max: number }): number {
    const value = this.optional(name);
    if (value === undefined) return fallback;
    const number = Number(value);
    if (Number.isInteger(number) && number >= range.min && number <= range.max) return number;
    this.refuse(`${name} must be a whole number from ${range.min} to ${range.max}.`);
    return fallback;
  }

  /** A TCP port; 0 lets the system choose. */
  port(name: string, fallback: number): number {
    return this.integer(name, fallback, { min: 0, max: 65535 });
  }

  oneOf<const Value extends string>(name: string, values: readonly Value[], fallback: Value): Value {
    const value = this.optional(name);
    if (value === undefined) return fallback;
    const known = values.find((candidate) => candidate === value);
    if (known === undefined) this.refuse(`${name} must be one of ${values.join(', ')}.`);
    return known ?? fallback;
  }

  flag(name: string, fallback: boolean): boolean {
    return this.oneOf(name, ['1', '0', 'true', 'false'], fallback ? '1' : '0').match(/^(1|true)$/) !== null;
  }

  /** An address with one of the given schemes (`mongodb:`). */
  url(name: string, schemes: readonly string[], purpose: string): string {
    const value = this.required(name, purpose);
    if (value !== '' && !schemes.some((scheme) => value.startsWith(`${scheme}//`)))
      this.refuse(
        `${name} must be an address that begins with ${schemes.map((s) => `${s}//`).join(' or ')}.`,
      );
    return value;
  }

  /** Throws if anything read so far was wrong. */
  check(): void {
    if (this.sentences.length > 0) throw new EnvironmentError(this.sentences);
  }
}
