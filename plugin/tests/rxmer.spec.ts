import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './preview';

const heatMap = '[data-testid="plantgraph-rxmer-modems"]';

for (const theme of ['dark', 'light'] as const) {
  test(`a node's modems side by side have no accessibility violations (${theme})`, async ({ page, grafanaUrl }) => {
    await page.goto(`${grafanaUrl}/d/plantgraph-node?theme=${theme}`);
    await expect(page.locator(heatMap)).toBeVisible();
    const { violations } = await new AxeBuilder({ page })
      .include(heatMap)
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
      .analyze();
    expect(violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))).toEqual([]);
  });
}

test('the keyboard reads a row, opens its modem and comes back', async ({ page, grafanaUrl, isFixture }) => {
  test.skip(!isFixture, 'the modems are made up');
  const failures: string[] = [];
  page.on('pageerror', ({ message }) => failures.push(message));
  await page.goto(`${grafanaUrl}/d/plantgraph-node`);
  const picture = page.locator(heatMap).getByRole('img');
  await expect(picture).toHaveAccessibleName(/8 modems, coloured by the distance to the required MER/);
  await picture.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await expect(page.locator(heatMap)).toContainText('to required');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('plantgraph-rxmer').getByRole('img', { name: /RxMER of 3 captures/ })).toBeVisible();
  await page.getByRole('button', { name: /back to all modems/ }).click();
  await expect(picture).toBeVisible();
  expect(failures).toEqual([]);
});
