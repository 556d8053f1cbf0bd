import { Type } from '@sinclair/typebox';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Metrics } from './metrics.js';

/** One reason why the collector may not be ready. */
export interface ReadyCheck {
  readonly name: string;
  /** Undefined when fine, else a sentence for people. Must not wait: it reads what is known. */
  problem(): string | undefined;
}

export interface HealthDependencies {
  readonly metrics: Metrics;
  readonly checks: readonly ReadyCheck[];
  readonly version: { readonly version: string; readonly schema: () => string; readonly edition: () => string };
}

/** /healthz turns with the event loop; /readyz names what fails; /metrics and /version (operations.md 5.2). */
export const healthRoutes: FastifyPluginAsyncTypebox<HealthDependencies> = async (
  app,
  { metrics, checks, version },
) => {
  const open = { config: { public: true, rateLimit: false as const } };
  app.get(
    '/healthz',
    { ...open, schema: { tags: ['health'], response: { 200: Type.Object({ status: Type.String() }) } } },
    async () => ({
      status: 'ok',
    }),
  );

  const Ready = Type.Object({
    ready: Type.Boolean(),
    failed: Type.Array(Type.Object({ check: Type.String(), detail: Type.Optional(Type.String()) })),
  });
  app.get(
    '/readyz',
    { ...open, schema: { tags: ['health'], response: { 200: Ready, 503: Ready } } },
    async (request, reply) => {
      const failed = checks.flatMap((check) => {
        const detail = check.problem();
        if (detail === undefined) return [];
        return [request.user ? { check: check.name, detail } : { check: check.name }];
      });
      return reply.code(failed.length === 0 ? 200 : 503).send({ ready: failed.length === 0, failed });
    },
  );

  app.get(
    '/metrics',
    { config: { rateLimit: false as const }, schema: { tags: ['health'], response: { 200: Type.String() } } },
    async (_request, reply) => reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );

  app.get(
    '/version',
    {
      config: { rateLimit: false as const },
      schema: {
        tags: ['health'],
        response: { 200: Type.Object({ version: Type.String(), schema: Type.String(), database: Type.String() }) },
      },
    },
    async () => ({ version: version.version, schema: version.schema(), database: version.edition() }),
  );
};
