import { SnmpError } from '../../snmp/errors.js';
import type { Scalars, WalkOutcome } from '../../snmp/reader.js';
import type { FactKind } from '../facts.js';
import type { Cycle } from './table-log.js';

const OUTCOME: Readonly<Record<string, WalkOutcome>> = {
  SNMP_TIMEOUT: 'timeout',
  SNMP_AUTH: 'authFailure',
  SNMP_CANCELLED: 'cancelled',
};

/** Scalars of one group; undefined when the agent did not answer, which the group's report then says. */
export async function getScalars(
  cycle: Cycle,
  kind: FactKind,
  group: string,
  oids: readonly string[],
  vlan?: number,
): Promise<Scalars | undefined> {
  const name = vlan === undefined ? group : `${group}@${vlan}`;
  const startedAt = cycle.now();
  try {
    const options = { ...(cycle.signal ? { signal: cycle.signal } : {}), ...(vlan === undefined ? {} : { vlan }) };
    const scalars = await cycle.reader.get(oids, options);
    const found = oids.filter((oid) => scalars.has(oid)).length;
    cycle.log.open(kind, name, 'complete', null, startedAt, found).used = found;
    return scalars;
  } catch (error) {
    if (!(error instanceof SnmpError)) throw error;
    // A v1-minded agent refuses the whole GET when one object is missing: that is an answer, not a silence.
    const outcome =
      error.code === 'SNMP_ERROR_STATUS' && error.errorStatus === 2
        ? 'complete'
        : (OUTCOME[error.code] ?? 'errorStatus');
    cycle.log.open(kind, name, outcome, error.message, startedAt, 0);
    return undefined;
  }
}
