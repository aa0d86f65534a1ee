// @ts-check
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import mongoose from 'mongoose';
import { ROOT } from '../start/settings.mjs';

const { EJSON } = mongoose.mongo.BSON;
const folder = path.join(ROOT, 'tools/upgrade/fixtures');

/**
 * @typedef {object} StoredData what one version of the program stored
 * @property {string} version
 * @property {import('../start/keys.mjs').Keys} keys open its secrets, and serve nothing else
 * @property {Record<string, any[]>} collections
 * @property {string} sandbox the journal of the SendGrid sandbox
 */

/** @returns {string[]} the versions of which there is a fixture, oldest first */
export function fixtureVersions() {
  return readdirSync(folder)
    .map((name) => /^stored-(.+)\.json\.gz$/.exec(name)?.[1] ?? '')
    .filter(Boolean)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** @param {string} version */
export function fixtureFile(version) {
  return path.join(folder, `stored-${version}.json.gz`);
}

/**
 * @param {string} version
 * @returns {StoredData}
 */
export function readFixture(version) {
  return EJSON.parse(gunzipSync(readFileSync(fixtureFile(version))).toString(), { relaxed: false });
}

/** @param {StoredData} data */
export function writeFixture(data) {
  writeFileSync(fixtureFile(data.version), gzipSync(EJSON.stringify(data, { relaxed: false }), { level: 9 }));
}

/**
 * @param {mongoose.mongo.Db} db
 * @returns {Promise<Record<string, any[]>>} every collection
 */
export async function readCollections(db) {
  /** @type {Record<string, any[]>} */
  const collections = {};
  for (const { name } of await db.listCollections().toArray())
    collections[name] = await db.collection(name).find().sort({ _id: 1 }).toArray();
  return collections;
}

/**
 * @param {mongoose.mongo.Db} db
 * @param {Record<string, any[]>} collections
 */
export async function writeCollections(db, collections) {
  for (const [name, documents] of Object.entries(collections))
    if (documents.length > 0) await db.collection(name).insertMany(documents, { ordered: false });
}
