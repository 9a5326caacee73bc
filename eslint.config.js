import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'
import svelteConfig from './svelte.config.js'

const nodeScripts = ['scripts/**/*.mjs', 'test/**/*.mjs', '*.js', '*.ts']

/** The only files that may speak Electron's raw messages: each parses what arrives and checks the sender. */
const bridges = ['src-main/main/ui-bridge.ts', 'src-main/main/slot-windows/**', 'src-main/preload/**']

const rawIpc = {
  paths: [
    {
      name: 'electron',
      importNames: ['ipcMain', 'ipcRenderer'],
      message: 'Raw messages belong in the bridge files; use a contract.',
    },
  ],
}

const impure = [
  { selector: 'MemberExpression[object.name="Date"][property.name="now"]', message: 'Time is passed in.' },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Time is passed in.' },
  { selector: 'MemberExpression[object.name="performance"]', message: 'Time is passed in.' },
  {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    message: 'Randomness is passed in.',
  },
  {
    selector: 'CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate|queueMicrotask)$/]',
    message: 'Scheduling belongs outside the domain.',
  },
  { selector: ':function[async=true]', message: 'The domain is synchronous.' },
  { selector: 'AwaitExpression', message: 'The domain is synchronous.' },
  { selector: 'NewExpression[callee.name="Promise"]', message: 'The domain is synchronous.' },
]

export default ts.config(
  {
    ignores: [
      'node_modules/',
      'out/',
      'dist/',
      '.runtime/',
      'test/results/',
      'test/app/shots/',
      'src-main/contracts/wire/spec/',
      'resources/demo/*/assembly/',
      'src-main/*.d.ts',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.svelte'],
    extends: [...ts.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      // Contracts name calls without arguments or result as functions of void; branded ids name their brand once.
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      'no-undef': 'off',
    },
  },
  { files: ['**/*.ts', '**/*.svelte'], rules: { eqeqeq: 'error', 'no-console': 'error' } },
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        projectService: true,
        extraFileExtensions: ['.svelte'],
        parser: ts.parser,
        svelteConfig,
      },
    },
  },
  { files: ['src-main/**', 'src-renderer/**'], rules: { 'no-restricted-imports': ['error', rawIpc] } },
  { files: bridges, rules: { 'no-restricted-imports': 'off' } },
  { files: ['src-main/domain/**'], rules: { 'no-restricted-syntax': ['error', ...impure] } },
  {
    files: ['src-main/cli/**', 'test/bench/**', 'test/prove/**', 'test/support/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**'],
    rules: {
      // Assertions on fakes name methods without calling them, and fixtures may assert what they know.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  // Passes code to a page.
  { files: ['scripts/icons/**'], languageOptions: { globals: globals.browser } },
  { files: nodeScripts, languageOptions: { globals: globals.node } },
)
