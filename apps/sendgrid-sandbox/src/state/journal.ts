import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, rename, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Operation } from './operation';

const NEWLINE = 0x0a;

/** An operation with the raw bytes of its payload, if it has one. */
export interface Entry {
  operation: Operation;
  payload?: Buffer;
}

/**
 * The file that keeps the account: one line of JSON per operation, followed by its payload where it has one.
 * A line is written before its request is answered, so whatever was accepted outlives `kill -9`. A line cut
 * short by that is dropped when the file is read again.
 */
export class Journal {
  private file: FileHandle | undefined;
  private queue: Buffer[] = [];
  private writing: Promise<void> = Promise.resolve();
  private scheduled: Promise<void> | undefined;
  /** Size of the file when it was last compacted or opened, in bytes. */
  private settledBytes = 0;
  private bytes = 0;

  constructor(private readonly path: string) {}

  /** How many bytes were added since the file was last as short as it can be. */
  get grownBytes(): number {
    return this.bytes - this.settledBytes;
  }

  get size(): number {
    return this.bytes;
  }

  /** Reads the file from its beginning and opens it for more. */
  async open(replay: (entry: Entry) => void): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    const size = await stat(this.path).then(
      (found) => found.size,
      () => 0,
    );
    const whole = size > 0 ? await readEntries(this.path, replay) : 0;
    if (whole < size) await truncate(this.path, whole);
    this.file = await open(this.path, 'a');
    this.bytes = whole;
  }

  /** Queues an operation. Operations are written in the order of these calls. */
  append(entry: Entry): void {
    for (const piece of encode(entry)) {
      this.queue.push(piece);
      this.bytes += piece.length;
    }
  }

  /** Resolves when everything appended so far is in the file. */
  flushed(): Promise<void> {
    if (this.queue.length === 0) return this.writing;
    this.scheduled ??= this.writing.then(() => {
      this.scheduled = undefined;
      this.writing = this.write();
      return this.writing;
    });
    return this.scheduled;
  }

  /**
   * Replaces the file by a shorter one that gives the same account. Nothing may be appended meanwhile.
   * Yields to the event loop between entries, so reads are served.
   */
  async replace(entries: Iterable<Entry>): Promise<void> {
    await this.flushed();
    const temporary = `${this.path}.tmp`;
    const shorter = await open(temporary, 'w');
    let bytes = 0;
    for (const entry of entries) {
      const pieces = encode(entry);
      await shorter.writev(pieces);
      for (const piece of pieces) bytes += piece.length;
    }
    await shorter.sync();
    await shorter.close();
    await this.file?.close();
    await rename(temporary, this.path);
    this.file = await open(this.path, 'a');
    this.bytes = bytes;
    this.settledBytes = bytes;
  }

  async close(): Promise<void> {
    await this.flushed();
    await this.file?.close();
    this.file = undefined;
  }

  private async write(): Promise<void> {
    const pieces = this.queue;
    this.queue = [];
    try {
      for (const piece of pieces) await this.file?.appendFile(piece);
    } catch (error) {
      throw new Error(`cannot write the state file ${this.path}`, { cause: error });
    }
  }
}

function encode({ operation, payload }: Entry): Buffer[] {
  if (!payload) return [Buffer.from(`${JSON.stringify(operation)}\n`)];
  const line = JSON.stringify({ ...operation, bytes: payload.length });
  return [Buffer.from(`${line}\n`), payload, Buffer.from('\n')];
}

/** Hands on every whole entry and returns where the last one ends. */
async function readEntries(path: string, replay: (entry: Entry) => void): Promise<number> {
  let rest: Buffer = Buffer.alloc(0);
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let needed = 0;
  let consumed = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    waiting.push(chunk as Buffer);
    waitingBytes += (chunk as Buffer).length;
    if (rest.length + waitingBytes < needed) continue;
    rest = Buffer.concat([rest, ...waiting]);
    waiting = [];
    waitingBytes = 0;
    for (;;) {
      const taken = takeEntry(rest, path);
      if ('needed' in taken) {
        needed = taken.needed;
        break;
      }
      replay(taken.entry);
      consumed += taken.bytes;
      rest = rest.subarray(taken.bytes);
    }
  }
  return consumed;
}

function takeEntry(buffer: Buffer, path: string): { entry: Entry; bytes: number } | { needed: number } {
  const end = buffer.indexOf(NEWLINE);
  if (end < 0) return { needed: buffer.length + 1 };
  const { bytes, ...operation } = parseLine(buffer.toString('utf8', 0, end), path);
  if (bytes === undefined) return { entry: { operation: operation as Operation }, bytes: end + 1 };
  const total = end + 1 + bytes + 1;
  if (buffer.length < total) return { needed: total };
  const payload = buffer.subarray(end + 1, end + 1 + bytes);
  return { entry: { operation: operation as Operation, payload }, bytes: total };
}

function parseLine(line: string, path: string): Operation & { bytes?: number } {
  try {
    return JSON.parse(line) as Operation & { bytes?: number };
  } catch (error) {
    throw new Error(`the state file ${path} is damaged; delete it to start with an empty account`, {
      cause: error,
    });
  }
}
