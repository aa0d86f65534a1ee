// @ts-check
import './environment.cjs';
import path from 'node:path';
import { defineConfig } from '@playwright/test';
import { ROOT } from '../start/settings.mjs';

const results = path.join(ROOT, 'dist/results');

/** One file after the other: they share one system. What a failed test saw lies in dist/results/traces. */
export default defineConfig({
  testDir: ROOT,
  testMatch: ['apps/**/*.e2e-spec.ts'],
  outputDir: path.join(results, 'traces'),
  workers: 1,
  timeout: 180_000,
  reporter: [
    ['list'],
    ['json', { outputFile: process.env.TEST_REPORT ?? path.join(results, 'report.json') }],
  ],
  use: {
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH,
      args: ['--no-sandbox', '--disable-background-networking'],
    },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
});
