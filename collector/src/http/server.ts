import compress from '@fastify/compress';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Component } from '../lib/component.js';
import type { Secret } from '../lib/secret.js';
import { identify, requireToken } from './auth.js';
import type { Metrics } from './metrics.js';
import { HttpError, problemHandler, sendProblem } from './problem.js';

export interface ServerOptions {
  readonly token: Secret;
  readonly requestsPerMinute: number;
  readonly metrics: Metrics;
  readonly logger?: FastifyBaseLogger;
}

const BODY_LIMIT_BYTES = 64 * 1024;
const MAX_CONNECTIONS = 1000;

/** A server with authentication, limits, problem details and the OpenAPI document; routes are registered by the caller. */
export async function buildServer({
  token,
  requestsPerMinute,
  metrics,
  logger,
}: ServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    ...(logger ? { loggerInstance: logger } : { logger: false }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 10_000,
    connectionTimeout: 30_000,
    keepAliveTimeout: 30_000,
    forceCloseConnections: true,
    trustProxy: false,
    // what the router refuses (an over-long path) is a problem like any other
    frameworkErrors: problemHandler as never,
    logController: new LogController({ disableRequestLogging: true }),
    ajv: { customOptions: { coerceTypes: 'array', useDefaults: true, removeAdditional: false, allErrors: true } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxConnections = MAX_CONNECTIONS;
  app.setErrorHandler(problemHandler);

  identify(app, token);
  await app.register(helmet, { contentSecurityPolicy: { directives: { defaultSrc: ["'none'"] } } });
  await app.register(compress, { global: true, encodings: ['br', 'gzip'], threshold: 2048 });
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: 60_000,
    cache: 10_000,
    // a user of Grafana is counted as that user; everybody else by address
    keyGenerator: (request) =>
      request.user && request.headers['x-grafana-context'] !== undefined
        ? `user:${request.user.org}:${request.user.name}`
        : `address:${request.ip}`,
    errorResponseBuilder: (_request, { after }) =>
      new HttpError(429, 'HTTP_RATE', `More requests than allowed; try again in ${after}.`),
  });
  requireToken(app);
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) =>
    sendProblem(request, reply, {
      status: 404,
      code: 'HTTP_NOT_FOUND',
      detail: 'There is no such resource; /api/v1/openapi.json lists them.',
    }),
  );

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Plantgraph',
        version: '1',
        description: 'Topology, paths, impact and cable-plant measurements. Times are RFC 3339 UTC.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  });
  app.get('/api/v1/openapi.json', { schema: { hide: true } }, async () => app.swagger());

  app.addHook('onResponse', async (request, reply) => {
    metrics.httpDurationSeconds
      .labels({ route: request.routeOptions.url ?? 'unknown', method: request.method, code: String(reply.statusCode) })
      .observe(reply.elapsedTime / 1000);
  });
  return app;
}

/** The server as a part with a life. `url` is known after start. */
export function httpComponent(
  app: FastifyInstance,
  address: { host: string; port: number },
): Component & { readonly url: string } {
  let url = '';
  return {
    name: 'http',
    get url() {
      return url;
    },
    async start() {
      try {
        url = await app.listen(address);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EADDRINUSE') {
          throw new HttpError(
            503,
            'HTTP_PORT_TAKEN',
            `Port ${address.port} on ${address.host} is taken. Stop what uses it, or choose another (api.port of the configuration, --api-port of the demo).`,
          );
        }
        if (code === 'EACCES')
          throw new HttpError(
            503,
            'HTTP_PORT_DENIED',
            `Port ${address.port} needs more rights. Choose one above 1023 (api.port of the configuration, --api-port of the demo).`,
          );
        throw error;
      }
    },
    stop: () => app.close(),
  };
}
