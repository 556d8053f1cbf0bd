import { Type } from '@sinclair/typebox';
import { Secret } from '../lib/secret.js';
import { requireEditor } from './auth.js';
import { healthRoutes } from './health.js';
import { createMetrics } from './metrics.js';
import { HttpError } from './problem.js';
import { buildServer, httpComponent } from './server.js';

const token = 'tok-en';
const bearer = { authorization: `Bearer ${token}` };
const grafana = (role: string, login = 'ann') => ({
  ...bearer,
  'x-grafana-context': JSON.stringify({ Login: login, OrgID: 1, OrgRole: role }),
});

async function build(requestsPerMinute = 1000, problem: () => string | undefined = () => undefined) {
  const metrics = createMetrics({ version: '0' });
  const app = await buildServer({ token: new Secret(token), requestsPerMinute, metrics });
  await app.register(healthRoutes, {
    metrics,
    checks: [{ name: 'db', problem }],
    version: { version: '0', schema: () => '1', edition: () => 'none' },
  });
  app.get('/item/:id', async () => ({}));
  app.get('/who', async (request) => request.user);
  app.post('/change', async (request) => requireEditor(request));
  app.get('/fails', async () => {
    throw new Error('select * from secrets');
  });
  app.get('/known', async () => {
    throw new HttpError(409, 'PNM_BUSY', 'busy');
  });
  app.get(
    '/typed',
    { schema: { querystring: Type.Object({ n: Type.Integer() }, { additionalProperties: false }) } },
    async (request) => request.query,
  );
  return app;
}

test.each([
  ['no token', {}, 401],
  ['a wrong token', { authorization: 'Bearer nope' }, 401],
  ['another scheme', { authorization: `Basic ${token}` }, 401],
  ['a forged user without the token', { 'x-grafana-context': '{"OrgRole":"Admin"}' }, 401],
  ['the token', bearer, 200],
])('with %s', async (_name, headers, status) => {
  const app = await build();
  const response = await app.inject({ url: '/who', headers });
  expect(response.statusCode).toBe(status);
  if (status === 401) expect(response.json()).toMatchObject({ code: 'AUTH_TOKEN', status: 401 });
  await app.close();
});

test.each([
  ['the owner', bearer, 200],
  ['an editor', grafana('Editor'), 200],
  ['a viewer', grafana('Viewer'), 403],
  ['an unreadable user', { ...bearer, 'x-grafana-context': '{' }, 403],
])('%s changing something', async (_name, headers, status) => {
  const app = await build();
  expect((await app.inject({ method: 'POST', url: '/change', headers })).statusCode).toBe(status);
  await app.close();
});

test('limits each user alone, health not at all', async () => {
  const app = await build(2);
  const statuses = async (headers: Record<string, string>, url = '/who') => {
    const got: number[] = [];
    for (let i = 0; i < 3; i++) got.push((await app.inject({ url, headers })).statusCode);
    return got;
  };
  expect(await statuses(grafana('Viewer', 'ann'))).toEqual([200, 200, 429]);
  expect(await statuses(grafana('Viewer', 'bob'))).toEqual([200, 200, 429]);
  expect(await statuses({}, '/healthz')).toEqual([200, 200, 200]);
  expect(await statuses(bearer, '/metrics')).toEqual([200, 200, 200]);
  const refused = await app.inject({ url: '/who', headers: grafana('Viewer', 'ann') });
  expect(refused.json()).toMatchObject({ code: 'HTTP_RATE' });
  expect(refused.headers['retry-after']).toBeDefined();
  await app.close();
});

test.each([
  ['/fails', 500, 'INTERNAL'],
  ['/known', 409, 'PNM_BUSY'],
  ['/typed?n=x', 400, 'HTTP_INVALID'],
  ['/typed?n=1&m=2', 400, 'HTTP_INVALID'],
  ['/nowhere', 404, 'HTTP_NOT_FOUND'],
  [`/item/${'x'.repeat(300)}`, 414, 'HTTP_414'],
])('%s answers with problem details', async (url, status, code) => {
  const app = await build();
  const response = await app.inject({ url, headers: bearer });
  expect(response.headers['content-type']).toContain('application/problem+json');
  expect(response.json()).toMatchObject({ status, code });
  expect(response.body).not.toContain('secrets');
  await app.close();
});

test('says what is not ready, with details only for who may know', async () => {
  const app = await build(1000, () => 'the database does not answer');
  expect((await app.inject({ url: '/readyz' })).json()).toEqual({ ready: false, failed: [{ check: 'db' }] });
  expect((await app.inject({ url: '/readyz', headers: bearer })).json()).toEqual({
    ready: false,
    failed: [{ check: 'db', detail: 'the database does not answer' }],
  });
  await app.close();
});

test('a taken port is a sentence with what to do', async () => {
  const [first, second] = [await build(), await build()];
  const url = new URL(await first.listen({ host: '127.0.0.1', port: 0 }));
  await expect(httpComponent(second, { host: '127.0.0.1', port: Number(url.port) }).start()).rejects.toMatchObject({
    code: 'HTTP_PORT_TAKEN',
  });
  await Promise.all([first.close(), second.close()]);
});
