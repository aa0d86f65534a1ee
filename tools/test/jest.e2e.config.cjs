const base = require('./jest.base.cjs');

module.exports = {
  ...base,
  testMatch: ['<rootDir>/{apps,libs,tools}/**/*.e2e-spec.ts'],
  testTimeout: 180_000,
  maxWorkers: 1,
};
