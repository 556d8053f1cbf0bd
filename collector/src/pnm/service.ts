import { randomUUID } from 'node:crypto';
import { HttpError } from '../http/problem.js';
import { tryParseMac, type Mac } from '../lib/mac.js';
import type { GroupStore } from './group-store.js';
import type { MeasurementStore } from './measurement-store.js';
import type { OperationStore } from './operation-store.js';
import type {
  CaptureRequest,
  GroupsQuery,
  ImpairmentGroup,
  Measurement,
  MeasurementData,
  MeasurementsQuery,
  Modem,
  ModemsQuery,
  Operation,
} from './schemas.js';
import type { ModemStore } from './store.js';
import type { CaptureWorker } from './worker.js';

/** What the routes ask. */
export interface PnmService {
  modems(query: ModemsQuery): Promise<Modem[]>;
  /** Queues a measurement; the same one that still waits or runs is returned instead. */
  capture(request: CaptureRequest, requestedBy: string): Promise<Operation>;
  operation(id: string): Promise<Operation | undefined>;
  cancel(id: string): Promise<Operation | undefined>;
  measurements(query: MeasurementsQuery): Promise<Measurement[]>;
  measurement(id: string): Promise<MeasurementData | undefined>;
  /** Modems that share an impairment, node by node. */
  groups(query: GroupsQuery): Promise<ImpairmentGroup[]>;
}

export interface PnmServiceOptions {
  readonly modems: ModemStore;
  readonly operations: OperationStore;
  readonly measurements: MeasurementStore;
  readonly groups: Pick<GroupStore, 'list'>;
  readonly worker: Pick<CaptureWorker, 'wake' | 'cancel'>;
  /** Whether anything may be written to modems at all (configuration `pnm.writeAllowed`). */
  readonly writeAllowed: boolean;
  readonly now: () => Date;
}

/** Queued operations that wait at most; more are refused. */
const MAX_QUEUED = 5000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function macOf(text: string): Mac {
  const mac = tryParseMac(text);
  if (mac === undefined) throw new HttpError(400, 'PNM_MAC_INVALID', `"${text.slice(0, 40)}" is not a MAC address.`);
  return mac;
}

export function createPnmService(options: PnmServiceOptions): PnmService {
  const { modems, operations, measurements, groups, worker, writeAllowed, now } = options;
  const operation = async (id: string) => (UUID.test(id) ? operations.get(id) : undefined);

  return {
    modems: (query) => {
      const mac = query.q === undefined ? undefined : tryParseMac(query.q);
      return modems.list(mac === undefined ? query : { ...query, q: mac });
    },

    async capture({ mac: text, test, channelIds, reason }, requestedBy) {
      const mac = macOf(text);
      if (!writeAllowed) {
        throw new HttpError(
          403,
          'PNM_WRITE_DISABLED',
          'This collector may not write to modems; set pnm.writeAllowed in its configuration to measure.',
        );
      }
      if ((await modems.find(mac)) === undefined) {
        throw new HttpError(404, 'PNM_MODEM_UNKNOWN', 'No CMTS of the inventory has this modem registered.');
      }
      const sorted = [...new Set(channelIds)].sort((a, b) => a - b);
      const open = await operations.findOpen({ mac, test, channelIds: sorted });
      const id = open ?? randomUUID();
      if (open === undefined) {
        if ((await operations.queuedCount()) >= MAX_QUEUED) {
          throw new HttpError(503, 'PNM_QUEUE_FULL', 'Too many measurements wait already; try again later.');
        }
        await operations.create({ id, mac, test, channelIds: sorted, origin: 'user', requestedBy, reason }, now());
        worker.wake();
      }
      return (await operations.get(id)) as Operation;
    },

    operation,

    async cancel(id) {
      if (!UUID.test(id)) return undefined;
      if ((await operations.cancel(id, now())) === undefined) return undefined;
      worker.cancel(id);
      return operation(id);
    },

    measurements: (query) => measurements.list(query.mac === undefined ? query : { ...query, mac: macOf(query.mac) }),
    measurement: (id) => measurements.get(id),
    groups: (query) => groups.list(query),
  };
}
