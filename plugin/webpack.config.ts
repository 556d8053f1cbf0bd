import CopyWebpackPlugin from 'copy-webpack-plugin';
import type { Configuration, RuleSetRule } from 'webpack';
import VirtualModulesPlugin from 'webpack-virtual-modules';
import scaffold, { type Env } from './.config/webpack/webpack.config.ts';

const APP_ID = 'plantgraph-network-app';

/**
 * Grafana serves every nested panel below its own id, while all chunks lie in the app's folder. The public path
 * therefore ends in the app's id whichever module.js was loaded (grafana/plugin-tools issue 2172).
 */
const publicPath = new VirtualModulesPlugin({
  'node_modules/grafana-public-path.js': `
import amdMetaModule from 'amd-module';

const uri = amdMetaModule && amdMetaModule.uri;
__webpack_public_path__ = uri
  ? uri.slice(0, uri.lastIndexOf('/plugins/') + '/plugins/'.length) + '${APP_ID}/'
  : 'public/plugins/${APP_ID}/';
`,
});

/** The scaffold copies neither the licence of a workspace's root nor a nested panel's images. */
const copy = new CopyWebpackPlugin({
  patterns: [
    { from: 'README.md', to: '.' },
    { from: '../../LICENSE', to: '.' },
    { from: '../../CHANGELOG.md', to: '.' },
    // where runbook_url of the alert rules points
    { from: '../../docs/runbooks.md', to: '.' },
    { from: '**/plugin.json', to: '.' },
    { from: 'img/**', to: '.' },
    { from: 'panels/*/img/**', to: '.' },
  ],
});

const replaced = new Set(['VirtualModulesPlugin', 'CopyPlugin', 'CopyWebpackPlugin']);

/** The scaffold compiles JSX to React.createElement and so asks every file to import React. */
function withAutomaticJsx(rules: RuleSetRule[]): RuleSetRule[] {
  return rules.map((rule) => {
    const use = rule.use as { loader?: string; options?: { jsc?: object } } | undefined;
    if (use?.loader !== 'swc-loader') return rule;
    const jsc = { ...use.options?.jsc, transform: { react: { runtime: 'automatic' } } };
    return { ...rule, use: { ...use, options: { ...use.options, jsc } } };
  });
}

export default async function config(env: Env): Promise<Configuration> {
  const base = await scaffold(env);
  return {
    ...base,
    plugins: [
      ...(base.plugins ?? []).filter((plugin) => !replaced.has(plugin?.constructor.name ?? '')),
      publicPath,
      copy,
    ],
    module: { ...base.module, rules: withAutomaticJsx((base.module?.rules ?? []) as RuleSetRule[]) },
    resolve: { ...base.resolve, extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } },
    performance: { hints: false },
  };
}
