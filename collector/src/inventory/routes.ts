import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '@sinclair/typebox';
import { HttpError, Problem } from '../http/problem.js';
import { Device, DevicesAnswer, SitesAnswer } from './schemas.js';

/** What the routes ask of the inventory. */
export interface InventoryReads {
  devices(filter: { site?: string; role?: string }): Promise<Device[]>;
  device(id: string): Promise<Device | undefined>;
  sites(): Promise<SitesAnswer['sites']>;
}

const tags = ['inventory'];
const Filter = Type.Object(
  { site: Type.Optional(Type.String()), role: Type.Optional(Type.String()) },
  { additionalProperties: false },
);

export const inventoryRoutes: FastifyPluginAsyncTypebox<{ inventory: InventoryReads }> = async (app, { inventory }) => {
  app.get(
    '/devices',
    {
      schema: {
        tags,
        summary: 'Polled devices and how their polling goes',
        querystring: Filter,
        response: { 200: DevicesAnswer },
      },
    },
    async (request) => ({ devices: await inventory.devices(request.query) }),
  );
  app.get(
    '/devices/:id',
    {
      schema: {
        tags,
        summary: 'One polled device',
        params: Type.Object({ id: Type.String() }),
        response: { 200: Device, 404: Problem },
      },
    },
    async (request) => {
      const device = await inventory.device(request.params.id);
      if (!device) throw new HttpError(404, 'INVENTORY_NOT_FOUND', `No device ${request.params.id} in the inventory.`);
      return device;
    },
  );
  app.get(
    '/sites',
    {
      schema: {
        tags,
        summary: 'Sites with their devices and how many of them are silent',
        response: { 200: SitesAnswer },
      },
    },
    async () => ({ sites: await inventory.sites() }),
  );
};
