import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { requireEditor } from '../http/auth.js';
import { HttpError, Problem } from '../http/problem.js';
import {
  CaptureRequest,
  GroupsAnswer,
  GroupsQuery,
  MeasurementData,
  MeasurementsAnswer,
  MeasurementsQuery,
  ModemsAnswer,
  ModemsQuery,
  Operation,
} from './schemas.js';
import type { PnmService } from './service.js';

const tags = ['pnm'];
const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });

const noOperation = () => new HttpError(404, 'PNM_OPERATION_UNKNOWN', 'There is no such operation.');

export const pnmRoutes: FastifyPluginAsyncTypebox<{ pnm: PnmService }> = async (app, { pnm }) => {
  app.get(
    '/modems',
    {
      schema: {
        tags,
        summary: 'Cable modems as their CMTS has them',
        querystring: ModemsQuery,
        response: { 200: ModemsAnswer, 400: Problem },
      },
    },
    async (request) => ({ modems: await pnm.modems(request.query) }),
  );

  app.post(
    '/captures',
    {
      schema: {
        tags,
        summary: 'Measures a modem now; answers with an operation to follow',
        body: CaptureRequest,
        response: { 202: Operation, 400: Problem, 403: Problem, 404: Problem, 503: Problem },
      },
    },
    async (request, reply) => {
      const user = requireEditor(request);
      const operation = await pnm.capture(request.body, user.name);
      return reply
        .code(202)
        .header('location', `${request.url.split('?')[0]}/${operation.id}`)
        .send(operation);
    },
  );

  app.get(
    '/captures/:id',
    {
      schema: {
        tags,
        summary: 'An operation with its steps',
        params: Id,
        response: { 200: Operation, 404: Problem },
      },
    },
    async (request) => {
      const operation = await pnm.operation(request.params.id);
      if (operation === undefined) throw noOperation();
      return operation;
    },
  );

  app.delete(
    '/captures/:id',
    {
      schema: {
        tags,
        summary: 'Cancels an operation; what is stored already stays',
        params: Id,
        response: { 200: Operation, 403: Problem, 404: Problem },
      },
    },
    async (request) => {
      requireEditor(request);
      const operation = await pnm.cancel(request.params.id);
      if (operation === undefined) throw noOperation();
      return operation;
    },
  );

  app.get(
    '/measurements',
    {
      schema: {
        tags,
        summary: 'Stored captures with their numbers, newest first',
        querystring: MeasurementsQuery,
        response: { 200: MeasurementsAnswer, 400: Problem },
      },
    },
    async (request) => ({ measurements: await pnm.measurements(request.query) }),
  );

  app.get(
    '/measurements/:id',
    {
      schema: {
        tags,
        summary: 'One stored capture with its array',
        params: Id,
        response: { 200: MeasurementData, 404: Problem },
      },
    },
    async (request) => {
      const measurement = await pnm.measurement(request.params.id);
      if (measurement === undefined) {
        throw new HttpError(404, 'PNM_MEASUREMENT_UNKNOWN', 'There is no such measurement.');
      }
      return measurement;
    },
  );

  app.get(
    '/pnm/groups',
    {
      schema: {
        tags,
        summary: 'Modems of a fibre node that share an impairment, with a verdict: home, plant or unknown',
        querystring: GroupsQuery,
        response: { 200: GroupsAnswer, 400: Problem },
      },
    },
    async (request) => ({ groups: await pnm.groups(request.query) }),
  );
};
