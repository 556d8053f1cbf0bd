import Fastify from 'fastify';
import type { User } from '../http/auth.js';
import { problemHandler } from '../http/problem.js';
import { pnmRoutes } from './routes.js';
import type { Operation } from './schemas.js';
import type { PnmService } from './service.js';

const ID = '0b6f5a9e-8f3e-4a0e-9e0e-000000000001';
const operation: Operation = {
  id: ID,
  mac: '00:1d:b3:c5:09:60',
  test: 'rxmer',
  state: 'queued',
  progressRatio: 0,
  steps: [],
  captureIds: [],
  error: null,
  requestedBy: 'ann',
  createdAt: '2026-11-20T00:00:00.000Z',
  finishedAt: null,
};

function build(role: User['role'], asked: unknown[] = []) {
  const pnm: PnmService = {
    modems: async () => [],
    capture: async (request, requestedBy) => {
      asked.push({ request, requestedBy });
      return operation;
    },
    operation: async (id) => (id === ID ? operation : undefined),
    cancel: async (id) => (id === ID ? { ...operation, state: 'cancelled' } : undefined),
    measurements: async () => [],
    measurement: async () => undefined,
    groups: async () => [],
  };
  const app = Fastify({ ajv: { customOptions: { removeAdditional: false } } });
  app.setErrorHandler(problemHandler);
  app.decorateRequest('user', undefined);
  app.addHook('onRequest', async (request) => {
    request.user = { name: 'ann', org: 'main', role };
  });
  void app.register(pnmRoutes, { pnm, prefix: '/api/v1' });
  return app;
}

test('a capture is queued for an editor and can be followed', async () => {
  const asked: unknown[] = [];
  const app = build('Editor', asked);
  const response = await app.inject({
    method: 'POST',
    url: '/api/v1/captures',
    payload: { mac: '001db3c50960', test: 'rxmer' },
  });
  expect(response.statusCode).toBe(202);
  expect(response.headers.location).toBe(`/api/v1/captures/${ID}`);
  expect(response.json()).toMatchObject({ id: ID, state: 'queued' });
  expect(asked).toEqual([{ request: { mac: '001db3c50960', test: 'rxmer', channelIds: [] }, requestedBy: 'ann' }]);
  await app.close();
});

test.each([
  ['Viewer', 'POST', '/captures', { mac: '00:1d:b3:c5:09:60', test: 'rxmer' }, 403],
  ['Viewer', 'DELETE', `/captures/${ID}`, undefined, 403],
  ['Viewer', 'GET', `/captures/${ID}`, undefined, 200],
  ['Viewer', 'GET', '/modems?node=N1', undefined, 200],
  ['Viewer', 'GET', '/measurements?test=rxmer', undefined, 200],
  ['Viewer', 'GET', '/measurements/unknown', undefined, 404],
  ['Viewer', 'GET', '/measurements?limit=100000', undefined, 400],
  ['Editor', 'DELETE', `/captures/${ID}`, undefined, 200],
  ['Editor', 'DELETE', '/captures/other', undefined, 404],
  ['Editor', 'GET', '/captures/other', undefined, 404],
  ['Editor', 'POST', '/captures', { mac: '00:1d:b3:c5:09:60', test: 'pre_equaliser_last_update' }, 400],
  ['Editor', 'POST', '/captures', { mac: '00:1d:b3:c5:09:60', test: 'rxmer', channelIds: [300] }, 400],
  ['Editor', 'POST', '/captures', { mac: '00:1d:b3:c5:09:60', test: 'rxmer', oid: '1.3.6' }, 400],
] as const)('%s %s %s %j answers %i', async (role, method, url, payload, status) => {
  const app = build(role);
  const response = await app.inject({ method, url: `/api/v1${url}`, ...(payload && { payload }) });
  expect(response.statusCode).toBe(status);
  await app.close();
});
