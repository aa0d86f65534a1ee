/**
 * The part of SGQL, SendGrid's query language, that contact searches use in practice:
 * comparisons, IN, LIKE, IS NULL, CONTAINS, lower(), NOT, AND, OR and parentheses.
 */
export type SgqlValue = string | number | readonly string[] | undefined;

/** Looks up a field of the contact at hand; undefined when it has no value. */
export type FieldReader = (field: string) => SgqlValue;

export interface SgqlQuery {
  matches(read: FieldReader): boolean;
  /** Addresses that every match must have, where the query says so; they spare a walk over all contacts. */
  emails?: readonly string[];
}

export class SgqlError extends Error {}

type Token = { kind: 'word' | 'text' | 'number' | 'sign' | 'end'; text: string };
type Test = SgqlQuery['matches'];
type Operand = { field: string; lower: boolean };

const TOKEN =
  /\s*(?:'((?:[^']|'')*)'|"((?:[^"]|"")*)"|(-?\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_.]*)|(<=|>=|!=|<>|[=<>(),]))/y;

/** @throws SgqlError saying what cannot be read */
export function parseSgql(query: string): SgqlQuery {
  return new Parser(tokenize(query)).parse();
}

function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  while (query.slice(at).trim() !== '') {
    const match = TOKEN.exec(query);
    if (!match) throw new SgqlError(`cannot read the query at position ${at}`);
    const [, single, double, number, word, sign] = match;
    // A quote inside a text is written twice.
    if (single !== undefined) tokens.push({ kind: 'text', text: single.replaceAll("''", "'") });
    else if (double !== undefined) tokens.push({ kind: 'text', text: double.replaceAll('""', '"') });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else tokens.push({ kind: 'sign', text: sign as string });
    at = TOKEN.lastIndex;
  }
  tokens.push({ kind: 'end', text: 'the end' });
  return tokens;
}

class Parser {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  parse(): SgqlQuery {
    const query = this.either();
    if (this.peek().kind !== 'end') throw new SgqlError(`unexpected ${this.peek().text}`);
    return query;
  }

  private either(): SgqlQuery {
    let query = this.both();
    while (this.takeWord('OR')) {
      const [left, right] = [query, this.both()];
      const emails = left.emails && right.emails && [...left.emails, ...right.emails];
      query = { matches: (read) => left.matches(read) || right.matches(read), emails };
    }
    return query;
  }

  private both(): SgqlQuery {
    let query = this.single();
    while (this.takeWord('AND')) {
      const [left, right] = [query, this.single()];
      query = {
        matches: (read) => left.matches(read) && right.matches(read),
        emails: left.emails ?? right.emails,
      };
    }
    return query;
  }

  private single(): SgqlQuery {
    if (this.takeWord('NOT')) {
      const { matches } = this.single();
      return { matches: (read) => !matches(read) };
    }
    if (this.takeSign('(')) {
      const query = this.either();
      this.expectSign(')');
      return query;
    }
    if (this.takeWord('CONTAINS')) return { matches: this.contains() };
    return this.comparison();
  }

  private contains(): Test {
    this.expectSign('(');
    const field = this.field();
    this.expectSign(',');
    const wanted = this.literal();
    this.expectSign(')');
    return (read) => {
      const value = read(field);
      return Array.isArray(value) && value.includes(wanted);
    };
  }

  private comparison(): SgqlQuery {
    const operand = this.operand();
    const get = (read: FieldReader): SgqlValue => {
      const value = read(operand.field);
      return operand.lower && typeof value === 'string' ? value.toLowerCase() : value;
    };
    if (this.takeWord('IS')) {
      const negated = this.takeWord('NOT');
      if (!this.takeWord('NULL')) throw new SgqlError('IS must be followed by NULL or NOT NULL');
      return { matches: (read) => (get(read) === undefined) !== negated };
    }
    const negated = this.takeWord('NOT');
    if (this.takeWord('IN')) return this.oneOf(operand, get, negated);
    if (this.takeWord('LIKE')) {
      const pattern = likePattern(this.literal());
      return { matches: (read) => pattern.test(String(get(read) ?? '')) !== negated };
    }
    if (negated) throw new SgqlError('NOT must be followed by IN or LIKE');
    return this.compare(operand, get);
  }

  private oneOf(operand: Operand, get: (read: FieldReader) => SgqlValue, negated: boolean): SgqlQuery {
    this.expectSign('(');
    const values = [this.literal()];
    while (this.takeSign(',')) values.push(this.literal());
    this.expectSign(')');
    const wanted = new Set(values);
    return {
      matches: (read) => wanted.has(String(get(read) ?? '')) !== negated,
      emails: operand.field === 'email' && !negated ? values : undefined,
    };
  }

  private compare(operand: Operand, get: (read: FieldReader) => SgqlValue): SgqlQuery {
    const sign = this.next().text;
    const token = this.peek();
    const wanted = this.literal();
    const tests: Readonly<Record<string, (order: number) => boolean>> = {
      '=': (order) => order === 0,
      '!=': (order) => order !== 0,
      '<>': (order) => order !== 0,
      '<': (order) => order < 0,
      '<=': (order) => order <= 0,
      '>': (order) => order > 0,
      '>=': (order) => order >= 0,
    };
    const test = tests[sign];
    if (!test) throw new SgqlError(`unexpected ${sign}`);
    const numeric = token.kind === 'number';
    return {
      matches: (read) => {
        const value = get(read);
        if (value === undefined) return false;
        return test(numeric ? Number(value) - Number(wanted) : order(String(value), wanted));
      },
      emails: operand.field === 'email' && sign === '=' ? [wanted] : undefined,
    };
  }

  private operand(): Operand {
    if (!this.takeWord('LOWER')) return { field: this.field(), lower: false };
    this.expectSign('(');
    const field = this.field();
    this.expectSign(')');
    return { field, lower: true };
  }

  private field(): string {
    const token = this.next();
    if (token.kind !== 'word') throw new SgqlError(`expected a field, found ${token.text}`);
    return token.text;
  }

  private literal(): string {
    if (this.takeWord('LOWER')) {
      this.expectSign('(');
      const text = this.literal().toLowerCase();
      this.expectSign(')');
      return text;
    }
    const token = this.next();
    if (token.kind !== 'text' && token.kind !== 'number') {
      throw new SgqlError(`expected a value in quotes, found ${token.text}`);
    }
    return token.text;
  }

  private peek(): Token {
    return this.tokens[this.at] as Token;
  }

  private next(): Token {
    const token = this.peek();
    if (token.kind === 'end') throw new SgqlError('the query ends too early');
    this.at += 1;
    return token;
  }

  private takeWord(word: string): boolean {
    const token = this.peek();
    if (token.kind !== 'word' || token.text.toUpperCase() !== word) return false;
    this.at += 1;
    return true;
  }

  private takeSign(sign: string): boolean {
    const token = this.peek();
    if (token.kind !== 'sign' || token.text !== sign) return false;
    this.at += 1;
    return true;
  }

  private expectSign(sign: string): void {
    if (!this.takeSign(sign)) throw new SgqlError(`expected ${sign}, found ${this.peek().text}`);
  }
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** `%` stands for any characters, `_` for one. */
function likePattern(pattern: string): RegExp {
  const source = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${source}$`, 's');
}
