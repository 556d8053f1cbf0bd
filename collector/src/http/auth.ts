import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Secret } from '../lib/secret.js';
import { HttpError } from './problem.js';

/** Who asks. Grafana's proxy names the user; a bare token is the owner of the collector. */
export interface User {
  readonly name: string;
  readonly org: string;
  readonly role: 'Viewer' | 'Editor' | 'Admin';
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set when the request carries a valid token. */
    user: User | undefined;
  }
  interface FastifyContextConfig {
    /** Answers without a token: health only. */
    public?: boolean;
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Reads the bearer token and, only behind a valid one, the user that Grafana's proxy states in X-Grafana-Context
 * (operations.md section 4: the header proves nothing by itself). Register before the rate limit, which counts by user.
 */
export function identify(app: FastifyInstance, token: Secret): void {
  const expected = digest(token.reveal());
  app.decorateRequest('user', undefined);
  app.addHook('onRequest', async (request) => {
    const header = request.headers.authorization ?? '';
    const given = /^Bearer (\S+)$/i.exec(header)?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) request.user = userOf(request);
  });
}

/** Refuses what `identify` did not recognise. Register after the rate limit, so that guessing is limited too. */
export function requireToken(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (request.user || request.routeOptions.config.public === true) return;
    throw new HttpError(
      401,
      'AUTH_TOKEN',
      'Send the header "Authorization: Bearer …" with the token of this collector.',
    );
  });
}

/** Throws 403 unless the user may change things. */
export function requireEditor(request: FastifyRequest): User {
  const user = request.user;
  if (!user || user.role === 'Viewer') throw new HttpError(403, 'AUTH_ROLE', 'This needs the role Editor.');
  return user;
}

const OWNER: User = { name: 'api token', org: 'main', role: 'Admin' };

function userOf(request: FastifyRequest): User {
  const header = request.headers['x-grafana-context'];
  if (typeof header !== 'string') return OWNER;
  try {
    const context = JSON.parse(header) as Record<string, unknown>;
    const field = (...names: string[]) =>
      names.map((name) => context[name]).find((value) => typeof value === 'string' || typeof value === 'number');
    const role = String(field('OrgRole', 'orgRole', 'role') ?? 'Viewer');
    return {
      name: String(field('Login', 'login', 'Name', 'name') ?? 'unknown').slice(0, 100),
      org: String(field('OrgID', 'orgId', 'OrgId') ?? 'main').slice(0, 40),
      role: role === 'Admin' || role === 'Editor' ? role : 'Viewer',
    };
  } catch {
    return { name: 'unknown', org: 'main', role: 'Viewer' };
  }
}
