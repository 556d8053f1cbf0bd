import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const packageFolder = (name, from = require) => dirname(from.resolve(`${name}/package.json`));

/**
 * Bundles the page that stands in for Grafana. `define` is undefined in the bundle: SystemJS's AMD extra sets the
 * global, and the UMD packages inside would register with it and export nothing.
 */
export async function buildPreview() {
  const runtime = join(packageFolder('@grafana/runtime'), 'dist', 'esm', 'components');
  const ui = createRequire(require.resolve('@grafana/ui/package.json'));
  await build({
    entryPoints: { main: join(here, 'host', 'main.tsx') },
    outdir: join(here, 'dist'),
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    jsx: 'automatic',
    logLevel: 'warning',
    loader: { '.svg': 'dataurl', '.png': 'dataurl', '.ttf': 'empty', '.woff2': 'empty' },
    define: { define: 'undefined', 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    alias: {
      // Not exported by the package, though its own front end sets them.
      'grafana-runtime-plugin-page': join(runtime, 'PluginPage.mjs'),
      'grafana-runtime-panel-renderer': join(runtime, 'PanelRenderer.mjs'),
      'grafana-runtime-panel-data-error-view': join(runtime, 'PanelDataErrorView.mjs'),
      // One Emotion for Grafana's components and for ours.
      '@emotion/css': dirname(ui.resolve('@emotion/css/package.json')),
    },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildPreview();
