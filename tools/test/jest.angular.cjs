require('./environment.cjs');
const path = require('node:path');

const root = path.resolve(__dirname, '../..');

/** What the two Angular test runs share: the console's and that of libs/ui. */
module.exports = (folder) => ({
  rootDir: root,
  roots: [path.join(root, folder)],
  testEnvironment: 'jsdom',
  testMatch: ['**/*.spec.ts'],
  setupFilesAfterEnv: [path.join(__dirname, 'setup-angular.cjs')],
  transform: {
    '^.+\\.(ts|mjs|esm\\.js|html)$': [
      'jest-preset-angular',
      { tsconfig: path.join(root, folder, 'tsconfig.spec.json'), stringifyContentPathRegex: '\\.html$' },
    ],
  },
  transformIgnorePatterns: ['node_modules/(?!.*\\.(mjs|esm\\.js)$)'],
  moduleNameMapper: { '^@audience-relay/(.*)$': '<rootDir>/libs/$1/src/index.ts' },
  moduleFileExtensions: ['ts', 'html', 'js', 'json', 'mjs'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.nx', '<rootDir>/.angular'],
  clearMocks: true,
});
