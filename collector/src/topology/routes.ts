import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { HttpError, Problem } from '../http/problem.js';
import { DeviceAnswer, DeviceQuery, ExplainAnswer, ExplainQuery } from './explain-schemas.js';
import { ChurnAnswer, ChurnQuery, DiffAnswer, DiffQuery, FlapsAnswer, FlapsQuery } from './history-schemas.js';
import {
  EdgesAnswer,
  EdgesQuery,
  EventsAnswer,
  EventsQuery,
  FindAnswer,
  FindQuery,
  ImpactAnswer,
  ImpactQuery,
  InterfaceAnswer,
  InterfaceQuery,
  NodesAnswer,
  NodesQuery,
  PathAnswer,
  PathQuery,
} from './schemas.js';

/** What the routes ask; `service.ts` is the live one. */
export interface TopologyService {
  nodes(query: NodesQuery): Promise<NodesAnswer>;
  edges(query: EdgesQuery): Promise<EdgesAnswer>;
  path(query: PathQuery): Promise<PathAnswer>;
  /** Undefined when there is no such node or port. */
  impact(query: ImpactQuery): Promise<ImpactAnswer | undefined>;
  interface(query: InterfaceQuery): Promise<InterfaceAnswer | undefined>;
  find(query: FindQuery): Promise<FindAnswer>;
  events(query: EventsQuery): Promise<EventsAnswer>;
  diff(query: DiffQuery): Promise<DiffAnswer>;
  churn(query: ChurnQuery): Promise<ChurnAnswer>;
  flaps(query: FlapsQuery): Promise<FlapsAnswer>;
  /** Undefined when one of both is not known. */
  explain(query: ExplainQuery): Promise<ExplainAnswer | undefined>;
  device(query: DeviceQuery): Promise<DeviceAnswer | undefined>;
}

const tags = ['topology'];

export const topologyRoutes: FastifyPluginAsyncTypebox<{ topology: TopologyService }> = async (app, { topology }) => {
  app.get(
    '/topology/nodes',
    {
      schema: {
        tags,
        summary: 'Devices, neighbours, segments, hosts and modems',
        querystring: NodesQuery,
        response: { 200: NodesAnswer, 400: Problem },
      },
    },
    async (request) => topology.nodes(request.query),
  );
  app.get(
    '/topology/edges',
    {
      schema: {
        tags,
        summary: 'Links and placements with evidence and confidence',
        querystring: EdgesQuery,
        response: { 200: EdgesAnswer, 400: Problem },
      },
    },
    async (request) => topology.edges(request.query),
  );
  app.get(
    '/topology/path',
    {
      schema: {
        tags,
        summary: 'How two nodes are connected, and what each hop rests on',
        querystring: PathQuery,
        response: { 200: PathAnswer, 400: Problem },
      },
    },
    async (request) => topology.path(request.query),
  );
  app.get(
    '/topology/impact',
    {
      schema: {
        tags,
        summary: 'What is cut off from the network when a node or port fails',
        querystring: ImpactQuery,
        response: { 200: ImpactAnswer, 400: Problem, 404: Problem },
      },
    },
    async (request) =>
      found(await topology.impact(request.query), `No node ${request.query.node}, or no link on that port.`),
  );
  app.get(
    '/topology/interface',
    {
      schema: {
        tags,
        summary: 'One interface: state, load, what hangs on it',
        querystring: InterfaceQuery,
        response: { 200: InterfaceAnswer, 400: Problem, 404: Problem },
      },
    },
    async (request) =>
      found(
        await topology.interface(request.query),
        `No interface ${request.query.ifName} on ${request.query.device}.`,
      ),
  );
  app.get(
    '/topology/find',
    {
      schema: {
        tags,
        summary: 'An IP, a MAC in any spelling, a name or a modem: where it hangs',
        querystring: FindQuery,
        response: { 200: FindAnswer, 400: Problem },
      },
    },
    async (request) => topology.find(request.query),
  );
  app.get(
    '/topology/events',
    {
      schema: {
        tags,
        summary: 'What changed, newest first',
        querystring: EventsQuery,
        response: { 200: EventsAnswer, 400: Problem },
      },
    },
    async (request) => topology.events(request.query),
  );
  app.get(
    '/topology/diff',
    {
      schema: {
        tags,
        summary: 'What differs between two instants, and what is not known at the later one',
        querystring: DiffQuery,
        response: { 200: DiffAnswer, 400: Problem },
      },
    },
    async (request) => topology.diff(request.query),
  );
  app.get(
    '/topology/churn',
    {
      schema: {
        tags,
        summary: 'How much changed a window and site, links and hosts apart',
        querystring: ChurnQuery,
        response: { 200: ChurnAnswer, 400: Problem },
      },
    },
    async (request) => topology.churn(request.query),
  );
  app.get(
    '/topology/flaps',
    {
      schema: {
        tags,
        summary: 'Links that went away and came back within a day',
        querystring: FlapsQuery,
        response: { 200: FlapsAnswer, 400: Problem },
      },
    },
    async (request) => topology.flaps(request.query),
  );
  app.get(
    '/topology/explain',
    {
      schema: {
        tags,
        summary: 'Why there is a link between two nodes, or none: what each side says, and what is missing',
        querystring: ExplainQuery,
        response: { 200: ExplainAnswer, 400: Problem, 404: Problem },
      },
    },
    async (request) =>
      found(await topology.explain(request.query), `Not both of ${request.query.a} and ${request.query.b} are known.`),
  );
  app.get(
    '/topology/device',
    {
      schema: {
        tags,
        summary: 'One node: how it was read, why it is taken for one, its ports, links and changes',
        querystring: DeviceQuery,
        response: { 200: DeviceAnswer, 400: Problem, 404: Problem },
      },
    },
    async (request) => found(await topology.device(request.query), `No node ${request.query.id}.`),
  );
};

function found<T>(value: T | undefined, message: string): T {
  if (value === undefined)
    throw new HttpError(404, 'TOPOLOGY_NOT_FOUND', `${message} /api/v1/topology/find?q=… searches by name, IP or MAC.`);
  return value;
}
