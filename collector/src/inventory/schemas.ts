import { Type, type Static } from '@sinclair/typebox';
import { Nullable, Timestamp } from '../lib/schema.js';

/** One device of the inventory with the state of its polling. */
export const Device = Type.Object({
  id: Type.String(),
  address: Type.String(),
  site: Type.String(),
  role: Type.String({ description: 'core, distribution, access, router, cmts, … as the inventory says' }),
  profile: Type.String({ description: 'Polling profile' }),
  sysName: Nullable(Type.String()),
  sysDescr: Nullable(Type.String()),
  status: Type.Unsafe<'up' | 'down' | 'unknown'>({ type: 'string', enum: ['up', 'down', 'unknown'] }),
  statusReason: Nullable(Type.String()),
  lastSuccess: Nullable(Timestamp('Last whole poll of any table')),
  lastPoll: Nullable(Timestamp('Last attempt')),
});
export type Device = Static<typeof Device>;
export const DevicesAnswer = Type.Object({ devices: Type.Array(Device) });
export type DevicesAnswer = Static<typeof DevicesAnswer>;

export const Site = Type.Object({
  id: Type.String(),
  name: Type.String(),
  deviceCount: Type.Integer(),
  staleCount: Type.Integer(),
});
export type Site = Static<typeof Site>;
export const SitesAnswer = Type.Object({ sites: Type.Array(Site) });
export type SitesAnswer = Static<typeof SitesAnswer>;
