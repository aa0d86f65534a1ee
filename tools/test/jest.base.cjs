require('./environment.cjs');
const path = require('node:path');

const root = path.resolve(__dirname, '../..');

/** What every Node test run shares: the compiler of the build, and the path aliases. */
module.exports = {
  rootDir: root,
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': ['@swc/jest', { ...require('../build/swc.json'), module: { type: 'commonjs' } }],
  },
  moduleNameMapper: {
    '^@audience-relay/sendgrid-sandbox$': '<rootDir>/apps/sendgrid-sandbox/src/server.ts',
    '^@audience-relay/exports/ports$': '<rootDir>/libs/exports/src/ports.ts',
    '^@audience-relay/destinations/(.*)$': '<rootDir>/libs/destinations/$1/src/index.ts',
    '^@audience-relay/(.*)$': '<rootDir>/libs/$1/src/index.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.nx', '<rootDir>/.angular'],
  clearMocks: true,
};
