import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import angular from 'angular-eslint';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import { boundaries, boundariesInTests } from './tools/build/boundaries.mjs';
import { importRules } from './tools/build/import-rules.mjs';

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', '**/.angular', 'libs/api-client/src/generated', '.nx'] },
  eslint.configs.recommended,
  { plugins: { '@nx': nx, imports: importRules } },
  {
    files: ['**/*.{ts,mjs}'],
    rules: { 'imports/layers': 'error' },
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': ['error', boundaries],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
        {
          selector: 'MemberExpression[property.name=/^toLocale(Lower|Upper)Case$/]',
          message: "It depends on the machine's locale: use toLowerCase or toUpperCase.",
        },
      ],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.{spec,int-spec,e2e-spec}.ts', '**/testing/**/*.ts'],
    rules: { '@nx/enforce-module-boundaries': ['error', boundariesInTests] },
  },
  {
    // Nest reads constructor parameter types at run time, so their imports must not become type-only.
    files: ['apps/{api,worker}/**/*.ts', 'libs/{queue,observability,data}/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  {
    // Adapters depend on the engine's ports, never on the engine.
    files: ['libs/{data,queue}/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: '@audience-relay/exports', message: 'Import its ports: @audience-relay/exports/ports.' },
          ],
        },
      ],
    },
  },
  {
    // These let null pass unchecked where the schema does not allow it: the decorators of validation/ do not.
    files: ['apps/api/**/*.ts'],
    ignores: ['apps/api/src/validation/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'class-validator',
              importNames: ['IsOptional', 'ValidateIf', 'ValidateNested'],
              message: 'Use Optional, Nullable, Nested or NestedList from validation/field.decorators.',
            },
            {
              name: '@nestjs/swagger',
              importNames: ['PartialType'],
              message: 'Use partialOf from validation/field.decorators.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['apps/admin/**/*.ts', 'libs/ui/**/*.ts'],
    extends: [...angular.configs.tsRecommended],
    processor: angular.processInlineTemplates,
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  {
    files: ['apps/admin/**/*.html', 'libs/ui/**/*.html'],
    extends: [...angular.configs.templateRecommended, ...angular.configs.templateAccessibility],
  },
  {
    files: ['**/*.{mjs,cjs,js}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        AbortSignal: 'readonly',
        AbortController: 'readonly',
        performance: 'readonly',
        require: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
        setImmediate: 'readonly',
      },
    },
  },
  prettier,
);
