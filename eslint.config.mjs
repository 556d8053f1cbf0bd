import importX from 'eslint-plugin-import-x';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import prettier from 'eslint-config-prettier';

/** One zone: files under `target` may not import files under `from`. */
const closed = (target, from, message, except) => ({ target, from, message, ...(except ? { except } : {}) });

const collector = (folder) => `./collector/src/${folder}`;

const collectorZones = [
  closed(collector('pnm'), collector('topology'), 'topology and pnm meet in the database, not in code'),
  closed(collector('topology'), collector('pnm'), 'topology and pnm meet in the database, not in code'),
  ...[
    'commands',
    'compose.ts',
    'topology',
    'pnm',
    'inventory',
    'snmp',
    'jobs',
    'db',
    'http',
    'config',
    'simulator',
  ].map((from) => closed(collector('lib'), collector(from), 'lib knows nobody')),
  ...['topology', 'pnm', 'inventory', 'snmp', 'jobs', 'db', 'http', 'config', 'compose.ts'].map((target) =>
    closed(collector(target), collector('simulator'), 'only commands and tests import the simulator'),
  ),
  ...['topology', 'pnm', 'inventory', 'snmp', 'jobs', 'db', 'http', 'config', 'simulator'].map((target) =>
    closed(collector(target), collector('commands'), 'commands are the outermost layer'),
  ),
  ...['topology', 'pnm', 'inventory', 'jobs', 'db', 'http'].map((from) =>
    closed(collector('snmp'), collector(from), 'snmp knows no subject'),
  ),
];

const pluginZones = [
  closed('./plugin/src/panels', './plugin/src/api', 'a panel draws what its query returned and fetches nothing'),
  closed('./plugin/src/panels', './plugin/src/app', 'panels never import pages'),
];

export default tseslint.config(
  { ignores: ['**/node_modules', '**/dist', 'plugin/.config', '.cache', '.plantgraph', 'docs'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.js', '**/*.mjs'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver': {
        typescript: { noWarnOnMultipleProjects: true, project: ['collector/tsconfig.json', 'plugin/tsconfig.json'] },
      },
    },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': [
        'error',
        { basePath: import.meta.dirname, zones: [...collectorZones, ...pluginZones] },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'no barrel files: export by name from where it is defined' },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['plugin/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: reactHooks.configs.recommended.rules,
  },
  prettier,
);
