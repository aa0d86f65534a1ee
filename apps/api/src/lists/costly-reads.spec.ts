import { ProblemException } from '../problems/problem.exception';
import { CostlyReads } from './costly-reads';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const never = () => new Promise<never>(() => undefined);

async function codeOf(answer: Promise<unknown>): Promise<string> {
  const error: unknown = await answer.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProblemException)) throw new Error('This was not refused.');
  expect(error.details.retryAfter).toBeGreaterThan(0);
  return error.code;
}

it('runs two at once and the others after them, in order', async () => {
  const reads = new CostlyReads();
  let atOnce = 0;
  let most = 0;
  const order: number[] = [];
  const read = (index: number) => async () => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await Promise.resolve();
    atOnce -= 1;
    order.push(index);
  };
  await Promise.all([0, 1, 2, 3, 4].map((index) => reads.run(read(index))));
  expect(most).toBe(2);
  expect(order).toEqual([0, 1, 2, 3, 4]);
});

it('refuses one that gets no turn in time, and lets later ones in when there is room again', async () => {
  const reads = new CostlyReads();
  let finish = (): void => undefined;
  const first = reads.run(() => new Promise<void>((resolve) => (finish = resolve)));
  const second = codeOf(reads.run(never));
  const refused = codeOf(reads.run(() => Promise.resolve()));
  await jest.advanceTimersByTimeAsync(5_000);
  expect(await refused).toBe('previews-busy');
  finish();
  await first;
  expect(await reads.run(() => Promise.resolve('answer'))).toBe('answer');
  await jest.advanceTimersByTimeAsync(20_000);
  expect(await second).toBe('rule-too-costly');
});

it('keeps the turn of a read that is too slow until the database has ended it', async () => {
  const reads = new CostlyReads();
  const slow = [codeOf(reads.run(never)), codeOf(reads.run(never))];
  await jest.advanceTimersByTimeAsync(20_000);
  expect(await Promise.all(slow)).toEqual(['rule-too-costly', 'rule-too-costly']);
  const refused = codeOf(reads.run(() => Promise.resolve()));
  await jest.advanceTimersByTimeAsync(5_000);
  expect(await refused).toBe('previews-busy');
});

it('explains a time limit of the database, and passes other errors on, with their turns given back', async () => {
  const reads = new CostlyReads();
  const fail = (code: number) => () => Promise.reject(Object.assign(new Error('No.'), { code }));
  expect(await codeOf(reads.run(fail(50)))).toBe('rule-too-costly');
  for (let time = 0; time < 3; time += 1) await expect(reads.run(fail(2))).rejects.toThrow('No.');
});
