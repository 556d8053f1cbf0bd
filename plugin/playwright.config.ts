import { defineConfig } from '@playwright/test';

/**
 * Browser tests. Without GRAFANA_URL they start the preview page on made-up data; with it, the same specs run on what
 * is there (the demo's preview, or a Grafana with the plugin and its provisioning). The browser is Debian's.
 */
export default defineConfig({
  testDir: './tests',
  globalSetup: './tests/global-setup.ts',
  testMatch: '*.spec.ts',
  outputDir: '../.test-results/plugin',
  timeout: 90_000,
  expect: { timeout: 20_000 },
  workers: 1,
  reporter: [['list'], ['json', { outputFile: '../.test-results/plugin.json' }]],
  use: {
    viewport: { width: 1600, height: 950 },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
