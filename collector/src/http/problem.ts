import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from '@sinclair/typebox';
import { PlantgraphError } from '../lib/errors.js';

/** RFC 9457 problem details; `code` is the contract, `detail` is for people. Never a stack, SQL, path or upstream address. */
export const Problem = Type.Object({
  type: Type.String({ description: 'Where the code is explained' }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  instance: Type.String(),
  code: Type.String({ description: 'SUBJECT_WHAT' }),
  errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), message: Type.String() }))),
});
export type Problem = Static<typeof Problem>;

/** A request that cannot be answered as asked. */
export class HttpError extends PlantgraphError {
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryable = status === 429 || status >= 500;
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'A token is needed',
  403: 'Not allowed',
  404: 'Not found',
  408: 'Too slow',
  409: 'Not possible now',
  413: 'Too large',
  415: 'Wrong content type',
  422: 'Cannot be done',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not available now',
};

const titleOf = (status: number) => TITLES[status] ?? 'The request failed';

/** Sends a problem; the only place that shapes one. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: { status: number; code: string; detail: string; errors?: Problem['errors'] },
): FastifyReply {
  const body: Problem = {
    type: `/docs/errors#${problem.code}`,
    title: titleOf(problem.status),
    status: problem.status,
    detail: problem.detail,
    instance: request.url.split('?')[0] ?? '',
    code: problem.code,
    ...(problem.errors ? { errors: problem.errors } : {}),
  };
  return reply.code(problem.status).type('application/problem+json').serializer(JSON.stringify).send(body);
}

/** Maps whatever a route threw. What was not raised on purpose is logged and shown as an internal error. */
export function problemHandler(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof HttpError) {
    return sendProblem(request, reply, { status: error.status, code: error.code, detail: error.message });
  }
  if (error instanceof PlantgraphError) {
    request.log.warn({ code: error.code }, 'request failed');
    return sendProblem(request, reply, {
      status: error.retryable ? 503 : 422,
      code: error.code,
      detail: error.message,
    });
  }
  if ('validation' in error && error.validation) {
    const errors = error.validation.map(({ instancePath, message, params }) => ({
      pointer: instancePath,
      message: `${message ?? 'is not valid'}${typeof params['additionalProperty'] === 'string' ? `: ${params['additionalProperty']}` : ''}`,
    }));
    const where = error.validationContext ?? 'request';
    return sendProblem(request, reply, {
      status: 400,
      code: 'HTTP_INVALID',
      detail: `The ${where} does not fit the schema.`,
      errors,
    });
  }
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  if (status >= 500) {
    request.log.error({ err: error }, 'request failed');
    return sendProblem(request, reply, {
      status: 500,
      code: 'INTERNAL',
      detail: 'Something failed here; the log says what.',
    });
  }
  return sendProblem(request, reply, { status, code: `HTTP_${status}`, detail: titleOf(status) });
}
