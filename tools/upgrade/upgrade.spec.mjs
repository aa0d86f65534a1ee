// @ts-check
/* Data of earlier versions is restored from its dump, and the program of today takes it over. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import mongoose from 'mongoose';
import { ensureBuilt } from '../start/build.mjs';
import { ROOT } from '../start/settings.mjs';
import { runEnded, startRun } from '../testbed/exports.mjs';
import { Testbed } from '../testbed/system.mjs';
import { fixtureVersions, readFixture, writeCollections } from './stored-data.mjs';

const log = () => undefined;

for (const version of fixtureVersions()) {
  describe(`data of version ${version}`, { timeout: 300_000 }, () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'audience-relay-upgrade-'));
    const { keys, collections, sandbox: journal } = readFixture(version);
    /** @type {Testbed} */
    let testbed;
    /** @type {import('../testbed/sandbox.mjs').Sandbox} */
    let sandbox;

    before(async () => {
      await ensureBuilt(path.join(dataDir, 'logs'));
      writeFileSync(path.join(dataDir, 'keys.json'), JSON.stringify(keys), { mode: 0o600 });
      writeFileSync(path.join(dataDir, 'sandbox.journal'), journal);
      testbed = await Testbed.start({ log, dataDir }, async (db, started) => {
        sandbox = await started.startSandbox();
        await writeCollections(db, collections);
        const files = path.join(dataDir, 'files');
        mkdirSync(path.join(files, 'out'), { recursive: true });
        const connections = db.collection('connections');
        await connections.updateMany(
          { destination: 'sendgrid' },
          { $set: { 'fields.baseUrl': sandbox.url } },
        );
        await connections.updateMany({ destination: 'file' }, { $set: { 'fields.directory': files } });
      });
      await testbed.startWorker();
    });
    after(async () => {
      await testbed?.stop();
      rmSync(dataDir, { recursive: true, force: true });
    });

    it('holds rows of every collection', () => {
      const counts = Object.entries(collections).map(([name, documents]) => `${name}: ${documents.length}`);
      assert.ok(counts.length >= 20);
      assert.deepEqual(
        counts.filter((count) => / 0$/.test(count)),
        [],
      );
    });

    it('is migrated before anything is served, and says so', async () => {
      const { code, output } = await migrate(testbed, '--status');
      assert.equal(code, 0, output);
      assert.match(output, /migrations, 0 not done\.\n$/);
    });

    it('has its rules in the words of today', async () => {
      const rules = await testbed.db
        .collection('segments')
        .find({}, { projection: { rule: 1 } })
        .toArray();
      const before = JSON.stringify(collections.segments);
      const text = JSON.stringify(rules);
      assert.ok(!text.includes('withinLastDays'));
      // Today and the 30 days before are the last 31 days, today counted as one.
      if (before.includes('"operator":"withinLastDays","value":30'))
        assert.ok(text.includes('"operator":"withinLast","value":31,"unit":"day"'));
    });

    it('is listed in full, by the person of then', async () => {
      const lists = {
        '/profiles': 'profiles',
        '/segments': 'segments',
        '/connections': 'connections',
        '/exports': 'exports',
        '/runs': 'runs',
        '/users': 'users',
        '/api-keys': 'apikeys',
        '/profiles/imports': 'imports',
      };
      for (const [route, name] of Object.entries(lists)) {
        const { total, items } = await testbed.call('GET', `${route}?limit=200`);
        assert.equal(total, collections[name].length, route);
        for (const { id } of items.slice(0, 20))
          if (route !== '/users' && route !== '/api-keys')
            await testbed.call('GET', `${route}/${encodeURIComponent(id)}`);
      }
    });

    it('has a run that was cut off, which ends right', async () => {
      const cut = collections.runs.find(({ status, lease }) => status === 'running' && lease);
      const run = await runEnded(testbed, String(cut._id));
      assert.equal(run.status, 'succeeded');
      assert.equal(run.counts.sent, 1);
      const reader = testbed.db.collection('exports');
      while ((await reader.findOne({ _id: cut.exportId }))?.activeRunId) await untilNext();
    });

    it('runs unchanged exports with 0 requests', async () => {
      const names = ['SendGrid, mirror, custom fields', 'Every night', 'Files'];
      for (const name of names) {
        const { _id } = collections.exports.find((each) => each.name === name);
        await sandbox.clearStats();
        const run = await runEnded(testbed, await startRun(testbed, String(_id)));
        assert.deepEqual(
          [name, run.status, run.requests, run.counts.sent, run.counts.removed, run.counts.changed],
          [name, 'succeeded', 0, 0, 0, 0],
        );
        assert.ok(run.counts.unchanged > 200, `${name}: ${run.counts.unchanged} unchanged`);
        assert.equal((await sandbox.stats()).puts, 0);
      }
    });

    it('refreshes its segments to the members of then', async () => {
      const before = collections.segments.filter(({ status }) => status === 'succeeded');
      // A rule that counts days finds other people on another day.
      for (const { _id, name, memberCount } of before
        .filter((each) => !JSON.stringify(each.rule).includes('withinLast'))
        .slice(0, 8)) {
        await testbed.call('POST', `/segments/${_id}/refresh`);
        /** @type {any} */
        let segment;
        do {
          await untilNext();
          segment = await testbed.call('GET', `/segments/${_id}`);
        } while (['queued', 'refreshing'].includes(segment.status));
        const stored = await testbed.db
          .collection('profiles')
          .countDocuments({ segments: new mongoose.mongo.ObjectId(String(_id)) });
        assert.deepEqual([name, segment.status, stored], [name, 'succeeded', segment.memberCount]);
        assert.ok(memberCount === null || segment.memberCount >= memberCount - 2);
      }
    });
  });
}

describe('data of a newer program', { timeout: 300_000 }, () => {
  it('is refused by API and worker, with what to do', async () => {
    await ensureBuilt(tmpdir());
    const testbed = await Testbed.start({ log });
    try {
      const newer = { _id: 99_999, name: 'of-tomorrow', startedAt: new Date(), finishedAt: new Date() };
      await testbed.db.collection('migrations').insertOne(/** @type {any} */ (newer));
      const refusal = /The data is newer than this program: migration 99999 \(of-tomorrow\)/;
      const { code, output } = await migrate(testbed);
      assert.equal(code, 1);
      assert.match(output, refusal);
      await testbed.killApi();
      await assert.rejects(testbed.startApi(), refusal);
      await assert.rejects(testbed.startWorker(), refusal);
    } finally {
      await testbed.stop();
    }
  });
});

/**
 * @param {Testbed} testbed
 * @param {string[]} args
 * @returns {Promise<{ code: unknown, output: string }>}
 */
function migrate({ services }, ...args) {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [path.join(ROOT, 'tools/start/migrate.mjs'), ...args],
      { env: { ...process.env, MONGODB_URI: services.mongodbUri } },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, output: stdout + stderr }),
    );
  });
}

function untilNext() {
  return new Promise((resolve) => setTimeout(resolve, 100));
}
