import { expect, test as base } from '@playwright/test';

/** Where the tests look: GRAFANA_URL, or the preview on made-up data that global-setup.ts started. */
export const test = base.extend<{ grafanaUrl: string; isFixture: boolean }>({
  isFixture: process.env['GRAFANA_URL'] === undefined,
  // Playwright reads the names of the fixtures it needs from the pattern.
  grafanaUrl: async ({}, provide) => {
    await provide((process.env['GRAFANA_URL'] ?? process.env['PREVIEW_URL'] ?? '').replace(/\/$/, ''));
  },
});

export { expect };
