/**
 * Who may import whom: the whole rule of the house. What is absent here is a lint error.
 * Every project carries one tag, `lib:<name>` or `app:<name>`; destination plugins share `lib:destination-plugin`.
 */
const server = ['@nestjs/*', 'mongoose', 'bull'];

/**
 * @param {string} sourceTag
 * @param {string[]} onlyDependOnLibsWithTags
 * @param {string[]} [bannedExternalImports]
 */
const mayImport = (sourceTag, onlyDependOnLibsWithTags, bannedExternalImports = []) => ({
  sourceTag,
  onlyDependOnLibsWithTags,
  bannedExternalImports,
});

export const boundaries = {
  enforceBuildableLibDependency: false,
  banTransitiveDependencies: false,
  allow: [],
  depConstraints: [
    mayImport('lib:contracts', [], [...server, '@angular/*']),
    mayImport('lib:api-client', [], server),
    mayImport('lib:destinations-core', ['lib:contracts'], server),
    mayImport('lib:destination-plugin', ['lib:destinations-core'], server),
    mayImport('lib:destinations-testing', ['lib:destinations-core'], server),
    mayImport('lib:destinations-registry', ['lib:destinations-core', 'lib:destination-plugin'], server),
    mayImport('lib:segments', ['lib:contracts'], server),
    mayImport('lib:schedules', ['lib:contracts'], server),
    mayImport('lib:intake', ['lib:contracts'], server),
    mayImport('lib:exports', ['lib:contracts', 'lib:destinations-core'], server),
    mayImport(
      'lib:data',
      ['lib:contracts', 'lib:segments', 'lib:intake', 'lib:exports'],
      ['@angular/*', 'bull', '@nestjs/bull'],
    ),
    mayImport('lib:queue', ['lib:contracts', 'lib:exports'], ['@angular/*', 'mongoose']),
    mayImport('lib:observability', ['lib:contracts'], ['@angular/*']),
    mayImport('lib:ui', ['lib:contracts'], server),
    mayImport('app:admin', ['lib:contracts', 'lib:api-client', 'lib:ui'], server),
    mayImport('app:api', [
      'lib:contracts',
      'lib:data',
      'lib:queue',
      'lib:destinations-registry',
      'lib:segments',
      'lib:schedules',
      'lib:intake',
      'lib:exports',
      'lib:observability',
    ]),
    mayImport('app:worker', [
      'lib:contracts',
      'lib:data',
      'lib:queue',
      'lib:destinations-registry',
      'lib:segments',
      'lib:schedules',
      'lib:intake',
      'lib:exports',
      'lib:observability',
    ]),
    mayImport('app:sendgrid-sandbox', [], server),
  ],
};

/** Tests may also run the sandbox in-process, use the conformance suite, and drive a real plugin. */
export const boundariesInTests = {
  ...boundaries,
  allow: [
    '@audience-relay/sendgrid-sandbox',
    '@audience-relay/destinations/testing',
    '@audience-relay/destinations/sendgrid',
  ],
};
