// @ts-check
/*
 * Loaded into a worker before its program: each SIGWINCH moves its clock, by turns an hour back and right again.
 * (Nest ends an application on most other signals.)
 */
const HOUR_MS = 3_600_000;
const TrueDate = Date;
let offset = 0;

process.on('SIGWINCH', () => {
  offset = offset === 0 ? -HOUR_MS : 0;
});

const now = () => TrueDate.now() + offset;

globalThis.Date = new Proxy(TrueDate, {
  apply: () => new TrueDate(now()).toString(),
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});
