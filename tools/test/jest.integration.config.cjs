const base = require('./jest.base.cjs');

module.exports = {
  ...base,
  testMatch: ['<rootDir>/{apps,libs,tools}/**/*.int-spec.ts'],
  testTimeout: 60_000,
  maxWorkers: 2,
};
