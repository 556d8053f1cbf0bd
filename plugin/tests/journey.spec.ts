import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EdgesAnswer, Modem, NodesAnswer } from '../../collector/src/contract.js';
import { testIds } from '../src/lib/testIds';
import { violationsOf } from './accessibility';
import { startDemo, type Demo } from './demo';
import { expect, test } from './preview';

/** What a person does, on the whole product: simulated network, collector, database, pages. */
const ids = testIds.topology;
const app = '/a/plantgraph-network-app';
const pictures = join(__dirname, '..', '..', '.test-results', 'journey');

test.describe('a walk through the product', () => {
  test.skip(process.env['GRAFANA_URL'] !== undefined, 'needs the simulated network of the demo');
  test.describe.configure({ mode: 'serial', timeout: 300_000 });
  let demo: Demo;
  let host: { id: string; ip: string; device: string; port: string };
  let modem: Modem;

  test.beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    demo = await startDemo();
    await expect
      .poll(
        async () => (await demo.ask<EdgesAnswer>('/topology/edges')).edges.filter(({ sides }) => sides === 2).length,
        { timeout: 90_000, intervals: [3000] },
      )
      .toBeGreaterThan(15);
    await expect
      .poll(
        async () =>
          (await demo.ask<EdgesAnswer>('/topology/edges')).edges.filter(({ b }) => b.node.startsWith('host:')).length,
        { timeout: 90_000, intervals: [3000] },
      )
      .toBeGreaterThan(60);
    const { edges } = await demo.ask<EdgesAnswer>('/topology/edges?minConfidence=0.85');
    const placed = edges.find(
      ({ a, b, method }) => method === 'arp' && b.node.startsWith('host:') && a.node.startsWith('access-'),
    );
    const { nodes } = await demo.ask<NodesAnswer>('/topology/nodes');
    const node = nodes.find(({ id }) => id === placed?.b.node);
    host = {
      id: String(node?.id),
      ip: String(node?.address ?? node?.title),
      device: String(placed?.a.node),
      port: String(placed?.a.ifName),
    };
    const { modems } = await demo.ask<{ modems: Modem[] }>('/modems');
    modem = modems[0] as Modem;
  });

  test.afterAll(async () => {
    await demo?.stop();
  });

  test('opens the topology and the evidence of a link', async ({ page }) => {
    await page.goto(`${demo.url}${app}/topology`);
    await expect(page.getByTestId(ids.canvas)).toBeVisible();
    await page.getByTestId(ids.search).fill('dist-1');
    await page.keyboard.press('Enter');
    const details = page.getByTestId(ids.details);
    await expect(details).toBeVisible();
    await details
      .getByRole('button', { name: /core-1/ })
      .first()
      .click();
    await expect(details.getByRole('heading', { name: 'Evidence' })).toBeVisible();
    await expect(details).toContainText(/lldpRemTable|cdpCacheTable/);
    await page.screenshot({ path: join(pictures, 'topology.png') });
  });

  test('finds a host by its address and sees its port', async ({ page }) => {
    await page.goto(`${demo.url}${app}/find`);
    await page.getByLabel('Search for').fill(host.ip);
    await page.getByRole('button', { name: 'Find' }).click();
    await expect(page.getByText(`${host.device} ${host.port}`).first()).toBeVisible();
    await page.screenshot({ path: join(pictures, 'find.png') });
  });

  test('asks for the path to another building', async ({ page }) => {
    await page.goto(`${demo.url}${app}/path?from=${encodeURIComponent(host.id)}&to=b1-access-1-1`);
    await expect(page.getByRole('heading', { name: 'Best path' })).toBeVisible();
    await expect(page.getByRole('cell', { name: host.device, exact: true }).first()).toBeVisible();
    await expect(page.getByRole('cell', { name: 'b1-access-1-1', exact: true }).first()).toBeVisible();
    await page.screenshot({ path: join(pictures, 'path.png') });
  });

  test('asks what a switch going down would cost', async ({ page }) => {
    await page.goto(`${demo.url}${app}/impact?node=${host.device}`);
    await expect(page.getByText(new RegExp(`Without ${host.device}, .*hosts?.* lose the network`))).toBeVisible();
    await page.screenshot({ path: join(pictures, 'impact.png') });
  });

  test('opens a device from the map and asks why a link is missing', async ({ page }) => {
    await page.goto(`${demo.url}${app}/topology`);
    await page.getByTestId(ids.search).fill('dist-1');
    await page.keyboard.press('Enter');
    await page.getByTestId(ids.details).getByRole('link', { name: 'Open device' }).click();
    const ports = page.getByRole('region', { name: 'Ports and links' });
    await expect(ports.getByRole('link', { name: 'core-1' })).toBeVisible();
    const tables = page.getByRole('region', { name: 'How it was read' });
    await expect(tables.getByRole('cell', { name: /lldpRemTable/ })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Why it is taken for one node' })).toContainText(
      'core-1 names dist-1',
    );

    const why = page.getByTestId(testIds.device.why);
    await why.getByRole('combobox').fill('core-1');
    await page.getByRole('option', { name: /^core-1/ }).click();
    await expect(why.getByText(/^Yes: there is a link, dist-1 /)).toBeVisible();
    await page.goto(`${demo.url}${app}/device?id=${host.device}&to=core-1`);
    await expect(why.getByText(/^No direct link: .* joined through dist-/)).toBeVisible();
    await expect(why.getByRole('list', { name: 'The way between them' })).toContainText('dist-');
    await page.screenshot({ path: join(pictures, 'device.png'), fullPage: true });
    expect(await violationsOf(page, `[data-testid="${testIds.device.page}"]`)).toEqual([]);
    await page.goto(`${demo.url}${app}/device?id=${encodeURIComponent(host.id)}&to=core-1&theme=light`);
    await expect(why.getByText(/is not polled: it has no tables of its own/)).toBeVisible();
    await page.screenshot({ path: join(pictures, 'device-host-light.png'), fullPage: true });
    expect(await violationsOf(page, `[data-testid="${testIds.device.page}"]`)).toEqual([]);
  });

  test('sees what changed, and what is new only to us', async ({ page }) => {
    await page.goto(`${demo.url}${app}/changes`);
    await expect(page.getByTestId(testIds.changes.page)).toBeVisible();
    await page.getByRole('button', { name: 'Show them' }).click();
    await expect(page.getByTestId(testIds.changes.list).first()).toContainText(/core-1 .* is new/);
    await expect(page).toHaveURL(/first=1/);
    await page.getByRole('button', { name: /added$/ }).click();
    await expect(page.getByRole('heading', { name: 'Links that come and go' })).toBeVisible();
    await page.screenshot({ path: join(pictures, 'changes.png'), fullPage: true });
    expect(await violationsOf(page, `[data-testid="${testIds.changes.page}"]`)).toEqual([]);
    await page.goto(`${demo.url}${app}/changes?from=now-1h&to=now&subject=both&theme=light`);
    await expect(page.getByTestId(testIds.changes.page)).toBeVisible();
    await page.screenshot({ path: join(pictures, 'changes-light.png'), fullPage: true });
    expect(await violationsOf(page, `[data-testid="${testIds.changes.page}"]`)).toEqual([]);
  });

  test('measures a modem now and sees the new curve', async ({ page }) => {
    await page.goto(`${demo.url}${app}/modem?mac=${modem.mac}`);
    await expect(page.getByText(`node ${modem.fibreNode}`)).toBeVisible();
    const before = (await demo.ask<{ measurements: unknown[] }>(`/measurements?mac=${modem.mac}&test=rxmer`))
      .measurements.length;
    await page.getByRole('button', { name: 'Measure RxMER now' }).click();
    await expect(page.getByText(/RxMER: (running|queued)/)).toBeVisible();
    await expect(page.getByText('RxMER: done')).toBeVisible({ timeout: 90_000 });
    await expect(page.getByTestId('plantgraph-rxmer')).toBeVisible();
    await expect
      .poll(
        async () =>
          (await demo.ask<{ measurements: unknown[] }>(`/measurements?mac=${modem.mac}&test=rxmer`)).measurements
            .length,
      )
      .toBeGreaterThanOrEqual(before + 2);
    await page.getByRole('button', { name: 'Measure constellation now' }).click();
    await expect(page.getByText('Constellation: done')).toBeVisible({ timeout: 90_000 });
    await expect(page.getByTestId('plantgraph-constellation')).toBeVisible();
    await page.screenshot({ path: join(pictures, 'modem.png'), fullPage: true });
  });

  test('dashboards show the same, in the light too', async ({ page }) => {
    const heatMap = 'plantgraph-rxmer-modems';
    const drawn = { topology: ids.canvas, plant: heatMap, node: heatMap, modem: 'plantgraph-constellation' };
    for (const [name, testId] of Object.entries(drawn)) {
      await page.goto(`${demo.url}/d/plantgraph-${name}?theme=light`);
      await expect(page.getByTestId(testId)).toBeVisible();
      await expect(page.getByText('Reading', { exact: true })).toHaveCount(0);
      await page.screenshot({ path: join(pictures, `dashboard-${name}-light.png`), fullPage: true });
    }
  });
});
