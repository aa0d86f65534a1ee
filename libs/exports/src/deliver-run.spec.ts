import fc from 'fast-check';
import { type ModelRun, ModelWorld } from './testing/model-world';

const email = (n: number) => `p${n}@x.org`;

/** Profile ids whose order differs between UTF-16 units and code points, among plain ones. */
const idOf = (n: number) => (n % 7 === 6 ? `id\u{1F600}${n}` : n % 7 === 5 ? `id\uFF41${n}` : `id${n}`);

/** The people of the list as they must be when the engine is done. */
function wanted(world: ModelWorld): string[] {
  return [...new Set([...world.profiles.values()].filter((mail) => /^p\d+@x\.org$/.test(mail)))].sort();
}

function fill(world: ModelWorld, count: number): void {
  for (let n = 0; n < count; n += 1) world.profiles.set(idOf(n), email(n));
}

interface Snapshot {
  /** Whom this export delivered: profile -> identity. */
  delivered: Map<string, string>;
  list: Set<string>;
}

function snapshot({ ledgerRows, list }: ModelWorld): Snapshot {
  const people = [...ledgerRows.values()].filter(({ profileId }) => !profileId.includes('\u0001'));
  return {
    delivered: new Map(people.map(({ profileId, identity }) => [profileId, identity])),
    list: new Set(list.keys()),
  };
}

/** The guard's promise, seen from outside: without approval nobody is taken off above the limit, nor the last. */
function expectGuarded(world: ModelWorld, run: ModelRun, { delivered, list }: Snapshot): void {
  const lost = [...delivered].filter(([id, identity]) => {
    const now = world.ledgerRows.get(id)?.identity;
    return list.has(identity) && !world.list.has(identity) && (now === undefined || !world.list.has(now));
  });
  const unmanaged = [...list].filter(
    (mail) => !world.list.has(mail) && ![...delivered.values()].includes(mail),
  );
  const off = lost.length + unmanaged.length;
  const { count, percent } = world.removalLimit;
  if (off > count) expect(off * 100).toBeLessThanOrEqual(percent * (delivered.size + unmanaged.length));
  if (off > 0 && run.approvedRemovals === null) expect(world.list.size).toBeGreaterThan(0);
  if (run.removals?.held && run.phase === 'send') expect([off, run.counts.removed]).toEqual([0, 0]);
}

describe('a run', () => {
  it('sends everyone once, in as few requests as the limits allow', async () => {
    const world = new ModelWorld();
    fill(world, 10);
    const run = await world.export('upsert');
    expect([...world.list.keys()].sort()).toEqual(wanted(world));
    expect(world.requests).toBe(3);
    expect(run.counts).toMatchObject({ members: 10, added: 10, sent: 10, rejected: 0, skipped: 0 });
  });

  it('sends nothing when nothing changed', async () => {
    const world = new ModelWorld();
    fill(world, 10);
    await world.export('upsert');
    const before = world.requests;
    const run = await world.export('upsert');
    expect(world.requests).toBe(before);
    expect(run.counts).toMatchObject({ members: 10, unchanged: 10, sent: 0 });
  });

  it('sends everyone again when asked to', async () => {
    const world = new ModelWorld();
    fill(world, 5);
    await world.export('upsert');
    const run = await world.export('upsert', 'everyone');
    expect(run.counts).toMatchObject({ members: 5, unchanged: 5, sent: 5 });
  });

  it('lists who cannot be sent and who is there twice; the lowest id wins', async () => {
    const world = new ModelWorld();
    world.profiles.set('a', ' P1@x.org ').set('b', 'p1@x.org').set('c', 'no address').set('d', '');
    const run = await world.export('upsert');
    expect([...world.list.keys()]).toEqual(['p1@x.org']);
    expect(run.counts).toMatchObject({ members: 4, added: 1, skipped: 3, sent: 1 });
    expect([...world.issues.keys()].sort()).toEqual([
      'b/duplicate-identity',
      'c/email-invalid',
      'd/email-missing',
    ]);
    expect(world.issues.get('b/duplicate-identity')?.identity).toBe('p***@x.org');
  });

  it('takes leavers off in mirror, and only those whom it delivered', async () => {
    const world = new ModelWorld();
    world.list.set('signup@x.org', '');
    fill(world, 9);
    await world.export('mirror');
    world.profiles.delete(idOf(3));
    world.profiles.delete(idOf(5));
    const run = await world.export('mirror');
    expect([...world.list.keys()].sort()).toEqual([...wanted(world), 'signup@x.org'].sort());
    expect(run.counts).toMatchObject({ removed: 2, unchanged: 7, sent: 0 });
  });

  it('takes the former address off when a member has a new one', async () => {
    const world = new ModelWorld();
    fill(world, 3);
    await world.export('mirror');
    world.profiles.set(idOf(1), 'p77@x.org');
    const run = await world.export('mirror');
    expect([...world.list.keys()].sort()).toEqual(wanted(world));
    expect(run.counts).toMatchObject({ changed: 1, removed: 1 });
  });

  it('keeps a person on the list who left under one profile and is a member under another', async () => {
    const world = new ModelWorld();
    world.profiles.set('a', 'p1@x.org').set('b', 'p1@x.org');
    await world.export('mirror');
    world.profiles.delete('a');
    await world.export('mirror');
    expect([...world.list.keys()]).toEqual(['p1@x.org']);
  });

  it('leaves those on the list whom another export delivers there, and takes them off when it does not', async () => {
    const world = new ModelWorld();
    fill(world, 6);
    await world.export('mirror');
    for (const n of [1, 2]) world.profiles.delete(idOf(n));
    // Under another profile, too: it is the address that counts.
    world.othersProfiles.set('somebody', ` ${email(1).toUpperCase()} `).set('nobody', 'no address');
    expect((await world.export('mirror')).counts).toMatchObject({ removed: 1 });
    expect(world.list.has(email(1))).toBe(true);
    expect(world.list.has(email(2))).toBe(false);
    world.othersProfiles.clear();
    expect((await world.export('mirror')).counts).toMatchObject({ removed: 1 });
    expect([...world.list.keys()].sort()).toEqual(wanted(world));
  });

  it('tries again to take off whom the destination first failed, and forgets whom it never finds', async () => {
    const world = new ModelWorld();
    world.asynchronous = true;
    fill(world, 6);
    await world.export('mirror');
    for (const n of [1, 2, 3]) world.profiles.delete(idOf(n));
    world.list.delete(email(2));
    world.faults = { keep: new Set([email(3)]) };
    expect((await world.export('mirror')).counts).toMatchObject({ removed: 1, rejected: 1 });
    world.faults = {};
    expect((await world.export('mirror')).counts).toMatchObject({ removed: 2, rejected: 0 });
    expect([...world.list.keys()].sort()).toEqual(wanted(world));
    expect(world.ledgerRows.size).toBe(3);
  });

  it('lists everybody whose removal the destination failed after having accepted it', async () => {
    const world = new ModelWorld();
    world.asynchronous = true;
    fill(world, 5);
    await world.export('mirror');
    for (const n of [1, 2]) world.profiles.delete(idOf(n));
    world.faults = { keep: new Set([email(1), email(2)]) };
    const run = await world.export('mirror');
    expect(run.counts).toMatchObject({ removed: 0, rejected: 2 });
    expect([...world.issues.values()]).toMatchObject(
      [1, 2].map((n) => ({
        profileId: idOf(n),
        kind: 'rejected',
        code: 'removal-failed',
        identity: 'p***@x.org',
      })),
    );
  });

  it('leaves leavers alone in upsert', async () => {
    const world = new ModelWorld();
    fill(world, 4);
    await world.export('upsert');
    world.profiles.delete(idOf(0));
    await world.export('upsert');
    expect(world.list.has(email(0))).toBe(true);
  });

  it.each([false, true])('sends the rest when rows are refused (unnamed: %s)', async (unnamed) => {
    const world = new ModelWorld();
    fill(world, 12);
    world.faults = { refuse: new Set([email(2), email(7)]), unnamed };
    const run = await world.export('upsert');
    expect([...world.list.keys()].sort()).toEqual(
      wanted(world).filter((mail) => mail !== email(2) && mail !== email(7)),
    );
    expect(run.counts).toMatchObject({ sent: 12, rejected: 2 });
    expect(world.ledgerRows.size).toBe(10);
    world.faults = {};
    const again = await world.export('upsert');
    expect(again.counts).toMatchObject({ sent: 2, added: 2, rejected: 0, unchanged: 10 });
  });

  it('takes back what the destination refused late, and sends it again next time', async () => {
    const world = new ModelWorld();
    world.asynchronous = true;
    fill(world, 9);
    world.faults = { refuseLate: new Set([email(4)]) };
    const run = await world.export('upsert');
    expect(run.counts).toMatchObject({ sent: 9, created: 8, rejected: 1 });
    expect([...world.issues.values()]).toMatchObject([
      { profileId: idOf(4), kind: 'rejected', code: 'late' },
    ]);
    world.faults = {};
    expect((await world.export('upsert')).counts).toMatchObject({ sent: 1, created: 1, unchanged: 8 });
  });
});

describe('unmanaged contacts, where they are to go too', () => {
  function withUnmanaged(members: number, unmanaged: number): ModelWorld {
    const world = new ModelWorld();
    world.removeUnmanaged = true;
    fill(world, members);
    for (let n = 0; n < unmanaged; n += 1) world.list.set(`signup${n}@x.org`, '');
    return world;
  }

  it('are taken off: whoever is on the list and no member, and nobody else', async () => {
    const world = withUnmanaged(9, 7);
    world.list.set(email(4), 'put there by hand');
    const run = await world.export('mirror');
    expect([...world.list.keys()].sort()).toEqual(wanted(world));
    expect(run.counts).toMatchObject({ added: 9, removed: 7, rejected: 0 });
    expect(run.unmanaged).toBe(7);
    expect(world.ledgerRows.size).toBe(9);
    const again = await world.export('mirror');
    expect([again.counts.removed, again.unmanaged]).toEqual([0, 0]);
  });

  it('are counted apart from people who left', async () => {
    const world = withUnmanaged(9, 0);
    await world.export('mirror');
    world.profiles.delete(idOf(2));
    for (const mail of ['a@x.org', 'b@x.org']) world.list.set(mail, '');
    const run = await world.export('mirror');
    expect([run.counts.removed, run.unmanaged]).toEqual([3, 2]);
    expect([...world.list.keys()].sort()).toEqual(wanted(world));
  });

  it.each(['upsert' as const, 'mirror' as const])('stay where nobody asked for it, in %s', async (mode) => {
    const world = withUnmanaged(3, 2);
    world.removeUnmanaged = mode === 'upsert';
    const run = await world.export(mode);
    expect(world.list.has('signup0@x.org')).toBe(true);
    expect([run.counts.removed, run.unmanaged]).toEqual([0, null]);
  });

  it('are never members who cannot be sent, however odd their addresses', async () => {
    const world = withUnmanaged(4, 1);
    world.profiles.set('odd', ' Ærlig.Ødegård@X.org ').set('twice', email(1)).set('none', '');
    for (const mail of ['ærlig.ødegård@x.org', email(1)]) world.list.set(mail, '');
    const run = await world.export('mirror');
    expect([...world.list.keys()].sort()).toEqual([...wanted(world), 'ærlig.ødegård@x.org'].sort());
    expect(run.counts).toMatchObject({ skipped: 3, removed: 1 });
  });

  it('are never members of another export to the same list', async () => {
    const world = withUnmanaged(3, 2);
    world.othersProfiles.set('q1', 'other@x.org');
    world.list.set('other@x.org', '');
    const run = await world.export('mirror');
    expect([...world.list.keys()].sort()).toEqual(['other@x.org', ...wanted(world)].sort());
    expect([run.counts.removed, run.unmanaged]).toEqual([2, 2]);
  });

  it('are left alone when nobody can be delivered, until a person approves', async () => {
    const world = withUnmanaged(0, 5);
    world.profiles.set('a', 'no address');
    const run = await world.export('mirror');
    expect(world.list.size).toBe(5);
    expect([run.counts.removed, run.unmanaged, run.removals?.held]).toEqual([0, 5, true]);
    expect((await world.approve(run)).counts.removed).toBe(5);
    expect(world.list.size).toBe(0);
  });

  it('are waited for without an attempt while the destination gathers them', async () => {
    const world = withUnmanaged(5, 9);
    world.faults = { gathering: 6 };
    const run = await world.export('mirror');
    expect(run.epoch).toBe(7);
    expect(run.counts).toMatchObject({ added: 5, sent: 5, removed: 9 });
    expect(run.listing).toBeNull();
  });

  it('are forgotten when they were found and then not to go any more', async () => {
    const world = withUnmanaged(5, 4);
    world.asynchronous = true;
    world.faults = { keep: new Set([0, 1, 2, 3].map((n) => `signup${n}@x.org`)) };
    const run = await world.export('mirror');
    expect(run.counts).toMatchObject({ removed: 0, rejected: 4 });
    expect(world.ledgerRows.size).toBe(9);
    world.faults = {};
    world.removeUnmanaged = false;
    expect((await world.export('mirror')).counts.removed).toBe(0);
    expect([world.ledgerRows.size, world.list.size]).toEqual([5, 9]);
  });

  it.each([false, true])(
    'are counted once each, wherever the worker dies (asynchronous: %s)',
    async (asynchronous) => {
      for (let at = 1, crashed = true; crashed; at += 1) {
        const world = withUnmanaged(6, 8);
        world.asynchronous = asynchronous;
        await world.export('mirror');
        world.profiles.delete(idOf(1));
        world.profiles.set(idOf(2), 'p50@x.org');
        for (let n = 0; n < 8; n += 1) world.list.set(`late${n}@x.org`, '');
        const before = world.steps;
        world.faults = { crashAt: new Set([before + at, before + at + 9]), gathering: at % 3 };
        const run = await world.export('mirror');
        crashed = world.steps > before + at;
        expect([...world.list.keys()].sort()).toEqual(wanted(world));
        expect(run.unmanaged).toBe(8);
        expect(run.counts).toMatchObject({ changed: 1, unchanged: 4, sent: 1, rejected: 0 });
        // Whoever dies after the destination took a removal and before it is written down asks again, and is answered that
        // nobody of that name is there: removed for good, and counted by nobody.
        if (asynchronous) expect(run.counts.removed).toBe(10);
        else expect(run.counts.removed).toBeLessThanOrEqual(10);
        world.faults = {};
        expect((await world.export('mirror')).counts).toMatchObject({ sent: 0, removed: 0 });
        expect([...world.ledgerRows.keys()].sort()).toEqual([...world.profiles.keys()].sort());
      }
    },
  );
});

describe('the removal guard', () => {
  /** Delivered, then the rule finds nobody, the address is mapped to an empty field, and so on. */
  const collapses = {
    'nobody is in the segments': (world: ModelWorld) => world.profiles.clear(),
    'no address is left': (world: ModelWorld) => setAll(world, ''),
    'every address is garbage': (world: ModelWorld) => setAll(world, 'nothing'),
    'most people left': (world: ModelWorld) => {
      for (const id of [...world.profiles.keys()].slice(1)) world.profiles.delete(id);
    },
    'every address is another and is refused': (world: ModelWorld) => {
      const others = [...world.profiles.keys()].map((id, n) => [id, `p${500 + n}@x.org`] as const);
      for (const [id, mail] of others) world.profiles.set(id, mail);
      world.faults = { ...world.faults, refuse: new Set(others.map(([, mail]) => mail)) };
    },
  };

  function setAll(world: ModelWorld, mail: string): void {
    for (const id of world.profiles.keys()) world.profiles.set(id, mail);
  }

  it('takes nobody off in 1,000 collapses, sends the additions, and takes off exactly whom a person approved', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(collapses)),
        fc.integer({ min: 12, max: 40 }),
        fc.integer({ min: 0, max: 5 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }),
        fc.boolean(),
        async (collapse, people, joiners, crashes, asynchronous) => {
          const world = new ModelWorld();
          world.asynchronous = asynchronous;
          fill(world, people);
          await world.export('mirror');
          const before = [...world.list.keys()];
          const crashAt = () => new Set(crashes.map((at) => world.steps + at));
          world.faults = { crashAt: crashAt() };
          collapse(world);
          const joined = Array.from({ length: joiners }, (_, n) => `p${100 + n}@x.org`);
          for (const [n, mail] of joined.entries()) world.profiles.set(idOf(100 + n), mail);

          const held = await world.export('mirror');
          expect(held.removals?.held).toBe(true);
          expect(held.counts.removed).toBe(0);
          expect([...world.list.keys()].sort()).toEqual([...before, ...joined].sort());

          const { refuse } = world.faults;
          world.faults = { crashAt: crashAt(), ...(refuse && { refuse }) };
          const approved = await world.approve(held);
          expect(approved.removals?.held).toBe(false);
          const members = new Set(world.profiles.values());
          expect([...world.list.keys()].sort()).toEqual(
            [...before, ...joined].filter((mail) => members.has(mail)).sort(),
          );
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('takes nobody else off than was approved, whoever leaves while the approved run dies and goes on', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 29 }), { minLength: 12, maxLength: 25 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 0, max: 29 })), {
          maxLength: 9,
        }),
        fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 6 }),
        fc.boolean(),
        async (leaving, alsoLeaving, crashes, asynchronous) => {
          const world = new ModelWorld();
          world.asynchronous = asynchronous;
          fill(world, 30);
          await world.export('mirror');
          for (const n of leaving) world.profiles.delete(idOf(n));
          const held = await world.export('mirror');
          expect(held.removals).toMatchObject({ held: true, people: leaving.length, delivered: 30 });
          const from = world.steps;
          world.faults = {
            crashAt: new Set(crashes.map((at) => from + at)),
            happens: new Map(alsoLeaving.map(([at, n]) => [from + at, () => world.profiles.delete(idOf(n))])),
          };
          const run = await world.approve(held);
          const off = Array.from({ length: 30 }, (_, n) => n).filter((n) => !world.list.has(email(n)));
          if (run.removals?.held) expect(off).toEqual([]);
          else expect(off).toEqual([...leaving].sort((a, b) => a - b));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never takes off more than the limit when the collapse comes at any step of a run that dies', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(collapses)),
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        async (collapse, at, crashes, leavers, asynchronous) => {
          const world = new ModelWorld();
          world.asynchronous = asynchronous;
          fill(world, 40);
          await world.export('mirror');
          for (let n = 0; n < leavers; n += 1) world.profiles.delete(idOf(n));
          const people = snapshot(world);
          world.faults = {
            crashAt: new Set(crashes.map((step) => world.steps + step)),
            happens: new Map([[world.steps + at, () => collapse(world)]]),
          };
          expectGuarded(world, await world.export('mirror'), people);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('holds unmanaged contacts of a first run, and lets few of a later one go', async () => {
    const world = new ModelWorld();
    world.removeUnmanaged = true;
    fill(world, 30);
    for (let n = 0; n < 15; n += 1) world.list.set(`signup${n}@x.org`, '');
    const first = await world.export('mirror');
    expect(first.removals).toMatchObject({
      held: true,
      people: 0,
      unmanaged: 15,
      delivered: 0,
      remaining: 30,
    });
    expect(world.list.size).toBe(45);
    expect((await world.approve(first)).counts.removed).toBe(15);
    for (let n = 0; n < 7; n += 1) world.list.set(`late${n}@x.org`, '');
    expect((await world.export('mirror')).counts.removed).toBe(7);
    expect([...world.list.keys()].sort()).toEqual(wanted(world));
  });

  it('does not take changed addresses for people who leave', async () => {
    const world = new ModelWorld();
    fill(world, 20);
    await world.export('mirror');
    for (let n = 0; n < 20; n += 1) world.profiles.set(idOf(n), `p${200 + n}@x.org`);
    const run = await world.export('mirror');
    expect(run.removals).toMatchObject({ held: false, people: 0, formerIdentities: 20, delivered: 20 });
    expect(run.counts).toMatchObject({ changed: 20, removed: 20 });
    expect([...world.list.keys()].sort()).toEqual(wanted(world));
  });

  it.each([
    [{ percent: 20, count: 10 }, 10, false],
    [{ percent: 20, count: 10 }, 11, true],
    [{ percent: 50, count: 0 }, 20, false],
    [{ percent: 50, count: 0 }, 21, true],
    [{ percent: 100, count: 0 }, 39, false],
    [{ percent: 100, count: 99 }, 40, true],
  ])('with the limit %o and %i of 40 leaving holds: %s', async (limit, leaving, held) => {
    const world = new ModelWorld();
    world.removalLimit = limit;
    fill(world, 40);
    await world.export('mirror');
    for (let n = 0; n < leaving; n += 1) world.profiles.delete(idOf(n));
    const run = await world.export('mirror');
    expect([run.removals?.held, run.counts.removed]).toEqual([held, held ? 0 : leaving]);
  });

  it('lists for the person who decides whom it would take off, masked', async () => {
    const world = new ModelWorld();
    fill(world, 3);
    await world.export('mirror');
    world.profiles.clear();
    await world.export('mirror');
    expect([...world.issues.values()]).toMatchObject(
      [0, 1, 2].map((n) => ({
        kind: 'removal',
        code: 'removal-left',
        profileId: idOf(n),
        identity: 'p***@x.org',
      })),
    );
  });

  it.each([
    ['somebody came back', (world: ModelWorld) => world.profiles.set(idOf(3), email(3))],
    ['somebody else left', (world: ModelWorld) => world.profiles.delete(idOf(29))],
  ])('holds again when an approval does not fit any more: %s', async (_name, change) => {
    const world = new ModelWorld();
    fill(world, 30);
    await world.export('mirror');
    for (let n = 0; n < 20; n += 1) world.profiles.delete(idOf(n));
    const held = await world.export('mirror');
    change(world);
    const again = await world.approve(held);
    expect([again.removals?.held, again.counts.removed, world.list.size]).toEqual([true, 0, 30]);
    expect(again.removals?.digest).not.toBe(held.removals?.digest);
    expect((await world.approve(again)).removals?.held).toBe(false);
    expect([...world.list.keys()].sort()).toEqual(wanted(world));
  });
});

describe('any order of joins, changes, leaves, crashes and failures', () => {
  const person = fc.integer({ min: 0, max: 24 });
  const change = fc.oneof(
    fc.record({ do: fc.constant('put' as const), id: person, mail: person }),
    fc.record({ do: fc.constant('put' as const), id: person, mail: fc.constant(-1) }),
    fc.record({ do: fc.constant('leave' as const), id: person }),
  );
  const faults = fc.record({
    crashes: fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 6 }),
    failures: fc.array(
      fc.tuple(
        fc.integer({ min: 1, max: 120 }),
        fc.constantFrom('retryable' as const, 'rate-limited' as const),
      ),
      { maxLength: 4 },
    ),
    refuse: fc.array(person, { maxLength: 3 }),
    keep: fc.array(person, { maxLength: 2 }),
    gathering: fc.integer({ min: 0, max: 3 }),
    byHand: fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 6 }),
    unnamed: fc.boolean(),
  });
  const rounds = fc.array(fc.tuple(fc.array(change, { maxLength: 30 }), faults), {
    minLength: 1,
    maxLength: 4,
  });

  it.each([
    ['upsert', 'upsert', false],
    ['mirror', 'mirror', false],
    ['mirror with unmanaged contacts', 'mirror', true],
  ] as const)('converges in %s', async (_name, mode, removeUnmanaged) => {
    await fc.assert(
      fc.asyncProperty(
        rounds,
        fc.boolean(),
        fc.constantFrom('changes', 'everyone'),
        async (all, asynchronous, scope) => {
          const world = new ModelWorld();
          world.asynchronous = asynchronous;
          world.removeUnmanaged = removeUnmanaged;
          let step = 0;
          const everDelivered = new Set<string>();
          for (const [changes, { crashes, failures, refuse, keep, gathering, byHand, unnamed }] of all) {
            for (const one of changes) {
              if (one.do === 'leave') world.profiles.delete(idOf(one.id));
              else world.profiles.set(idOf(one.id), one.mail < 0 ? 'nothing' : email(one.mail));
            }
            world.faults = {
              crashAt: new Set(crashes.map((at) => step + at)),
              failAt: new Map(failures.map(([at, kind]) => [step + at, kind])),
              refuse: new Set(refuse.map(email)),
              keep: new Set(keep.map(email)),
              gathering,
              unnamed,
            };
            // Some of them are members, or will be.
            if (removeUnmanaged)
              for (const n of byHand) if (!world.list.has(email(n))) world.list.set(email(n), '');
            const made = world.requests;
            const expected = world.expected();
            const people = snapshot(world);
            const run = await world.export(mode, scope);
            if (mode === 'mirror') expectGuarded(world, run, people);
            step = world.steps;
            // Counted right before it is made: at most those that a crash or a failure kept from arriving are too many.
            const arrived = world.requests - made;
            expect(run.requests).toBeGreaterThanOrEqual(arrived);
            if (crashes.length + failures.length === 0) {
              expect(run.requests).toBe(arrived);
              expect(run.failedRequests).toBe(0);
            }

            const refused = new Set(refuse.map(email));
            const mails = wanted(world);
            for (const mail of mails) if (!refused.has(mail)) expect(world.list.has(mail)).toBe(true);
            const { counts } = run;
            expect(counts.members).toBe(world.profiles.size);
            expect(counts).toMatchObject(expected);
            expect(counts.sent).toBe(
              counts.added + counts.changed + (scope === 'everyone' ? counts.unchanged : 0),
            );
            for (const mail of world.list.keys()) everDelivered.add(mail);
          }
          // Once nothing fails any more, list and ledger are what they must be, and a further run has nothing to do.
          world.faults = {};
          await world.approve(await world.export(mode));
          await world.approve(await world.export(mode));
          const requests = world.requests;
          const last = await world.export(mode);
          expect(world.requests).toBe(requests);
          expect(last.counts.sent + last.counts.removed).toBe(0);
          if (mode === 'mirror') expect([...world.list.keys()].sort()).toEqual(wanted(world));
          else
            expect([...world.list.keys()].sort()).toEqual(
              [...new Set([...everDelivered, ...wanted(world)])].sort(),
            );
          const trusted = [...world.ledgerRows.values()].filter(({ hash }) => hash !== '');
          for (const { identity } of trusted) expect(world.list.has(identity)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  const happening = fc.tuple(fc.integer({ min: 1, max: 60 }), change);

  it.each(['upsert', 'mirror'] as const)('converges in %s when people change during runs', async (mode) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.array(happening, { maxLength: 20 }), faults), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (all, asynchronous) => {
          const world = new ModelWorld();
          world.asynchronous = asynchronous;
          fill(world, 12);
          const everDelivered = new Set<string>();
          for (const [happenings, { crashes, failures, refuse }] of all) {
            const from = world.steps;
            const happens = new Map(
              happenings.map(([at, one]) => {
                const mail = one.do === 'put' && one.mail >= 0 ? email(one.mail) : 'nothing';
                const happen = () => {
                  for (const known of world.list.keys()) everDelivered.add(known);
                  if (one.do === 'leave') world.profiles.delete(idOf(one.id));
                  else world.profiles.set(idOf(one.id), mail);
                };
                return [from + at, happen];
              }),
            );
            world.faults = {
              happens,
              crashAt: new Set(crashes.map((at) => from + at)),
              failAt: new Map(failures.map(([at, kind]) => [from + at, kind])),
              refuse: new Set(refuse.map(email)),
            };
            const people = snapshot(world);
            const run = await world.export(mode);
            const { counts } = run;
            if (mode === 'mirror') expectGuarded(world, run, people);
            expect(counts.added + counts.changed + counts.unchanged + counts.skipped).toBe(counts.members);
            for (const mail of world.list.keys()) everDelivered.add(mail);
          }
          world.faults = {};
          await world.approve(await world.export(mode));
          await world.approve(await world.export(mode));
          const last = await world.export(mode);
          expect(last.counts.sent + last.counts.removed).toBe(0);
          const listed = [...world.list.keys()].sort();
          if (mode === 'mirror') expect(listed).toEqual(wanted(world));
          else for (const mail of wanted(world)) expect(listed).toContain(mail);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('sends somebody who left and came back between two claims of the run that died over them', async () => {
    const world = new ModelWorld();
    fill(world, 3);
    // The rows of the batch are in the ledger, and the worker dies before the request is made.
    world.faults = { crashAt: new Set([6]), happens: new Map([[6, () => world.profiles.delete(idOf(1))]]) };
    await world.export('upsert');
    expect(world.list.has(email(1))).toBe(false);
    expect(world.ledgerRows.has(idOf(1))).toBe(true);
    world.faults = {};
    world.profiles.set(idOf(1), email(1));
    await world.export('upsert');
    expect([...world.list.keys()].sort()).toEqual(wanted(world));
  });
});
