const base = require('./jest.base.cjs');

module.exports = {
  ...base,
  testMatch: ['<rootDir>/{apps,libs,tools}/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/apps/admin/', '<rootDir>/libs/ui/'],
};
