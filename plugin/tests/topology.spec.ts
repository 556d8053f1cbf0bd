import type { Page } from '@playwright/test';
import { testIds } from '../src/lib/testIds';
import { violationsOf } from './accessibility';
import { expect, test } from './preview';

const ids = testIds.topology;

async function openMap(page: Page, url: string, theme: 'dark' | 'light' = 'dark'): Promise<void> {
  await page.goto(`${url}/d/plantgraph-topology?theme=${theme}`);
  await expect(page.getByTestId(ids.canvas)).toBeVisible();
  await expect(page.getByTestId(ids.status)).toContainText(/\d+ nodes/);
}

for (const theme of ['dark', 'light'] as const) {
  test(`the map, its details and its table have no accessibility violations (${theme})`, async ({
    page,
    grafanaUrl,
  }) => {
    const view = `[data-testid="${ids.view}"]`;
    await openMap(page, grafanaUrl, theme);
    expect(await violationsOf(page, view)).toEqual([]);
    await page.getByTestId(ids.search).fill('core');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId(ids.details)).toBeVisible();
    expect(await violationsOf(page, view)).toEqual([]);
    await page.getByRole('button', { name: 'Show as a table' }).click();
    expect(await violationsOf(page, view)).toEqual([]);
  });
}

test('the map is drawn and nothing on the page fails', async ({ page, grafanaUrl }) => {
  const failures: string[] = [];
  page.on('pageerror', ({ message }) => failures.push(message));
  await openMap(page, grafanaUrl);
  const inked = await page.getByTestId(ids.canvas).evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    let count = 0;
    for (let index = 3; index < data.length; index += 4) if ((data[index] ?? 0) > 0) count++;
    return count;
  });
  expect(inked).toBeGreaterThan(1000);
  expect(failures).toEqual([]);
});

test('a folded host is found, shown where it hangs, and leads to path and impact', async ({
  page,
  grafanaUrl,
  isFixture,
}) => {
  test.skip(!isFixture, 'the host is one of the made-up plant');
  await openMap(page, grafanaUrl);
  await page.getByTestId(ids.search).fill('10.1.2.11');
  await page.keyboard.press('Enter');
  const details = page.getByTestId(ids.details);
  await expect(details).toContainText('host:02:00:00:00:00:c9');
  await expect(page.getByTestId(ids.status)).toContainText('54 folded');
  await details.getByRole('link', { name: 'Path from here' }).click();
  await expect(page).toHaveURL(/\/a\/plantgraph-network-app\/path\?from=host/);
});

test('the keyboard alone reaches a node and its evidence', async ({ page, grafanaUrl }) => {
  await openMap(page, grafanaUrl);
  await page.getByRole('application').focus();
  await page.keyboard.press('Tab');
  await expect(page.getByTestId(ids.announcement)).not.toBeEmpty();
  await page.keyboard.press('Enter');
  const details = page.getByTestId(ids.details);
  await expect(details).toBeVisible();
  await details.getByRole('button', { name: /→|\(/ }).first().press('Enter');
  await expect(details.getByRole('heading', { name: 'Evidence' })).toBeVisible();
});

test('filters say what they hide', async ({ page, grafanaUrl }) => {
  await openMap(page, grafanaUrl);
  await page.getByRole('combobox', { name: 'Minimum confidence' }).click();
  await page.getByRole('option', { name: '≥ 0.95' }).click();
  await expect(page.getByTestId(ids.status)).toContainText(/hidden by filters: .* links/);
});
