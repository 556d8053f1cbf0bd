import type pg from 'pg';
import type { Mac } from '../lib/mac.js';

/** Advisory locks of ours share this first key: 'pnm' in octets. */
const LOCK_SPACE = 0x706e6d;

/** One gated test at a time per modem, also across collectors (pnm-control 13.4). */
export interface ModemLocks {
  /** False when somebody else measures the modem. `onLost` is called when the lock can no longer be vouched for. */
  tryLock(mac: Mac, onLost: () => void): Promise<boolean>;
  unlock(mac: Mac): Promise<void>;
  close(): Promise<void>;
}

/**
 * Session locks on one connection of its own: a collector that is killed gives them up at once, and hundreds of modems
 * cost one connection.
 */
export function createModemLocks(pool: pg.Pool): ModemLocks {
  const held = new Map<Mac, () => void>();
  let client: pg.PoolClient | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const lose = () => {
    client?.release(true);
    client = undefined;
    const lost = [...held.values()];
    held.clear();
    for (const onLost of lost) onLost();
  };
  const connect = async (): Promise<pg.PoolClient> => {
    if (client !== undefined) return client;
    const opened = await pool.connect();
    opened.once('end', () => {
      if (client === opened) lose();
    });
    client = opened;
    return opened;
  };
  // a client takes one query at a time
  const query = (sql: string, mac: Mac): Promise<boolean> => {
    const asked = turn.then(async () => {
      const opened = await connect();
      try {
        const { rows } = await opened.query<{ done: boolean }>(sql, [LOCK_SPACE, mac]);
        return rows[0]?.done ?? false;
      } catch (error) {
        if (client === opened) lose();
        throw error;
      }
    });
    turn = asked.catch(() => undefined);
    return asked;
  };

  return {
    async tryLock(mac, onLost) {
      if (held.has(mac)) return false;
      held.set(mac, onLost); // before the answer: two calls of ours must not both get the session's lock
      try {
        const got = await query('select pg_try_advisory_lock($1, hashtext($2)) as done', mac);
        if (!got) held.delete(mac);
        return got;
      } catch (error) {
        held.delete(mac);
        throw error;
      }
    },
    async unlock(mac) {
      if (!held.delete(mac) || client === undefined) return;
      await query('select pg_advisory_unlock($1, hashtext($2)) as done', mac);
    },
    async close() {
      await turn;
      const opened = client;
      client = undefined;
      opened?.release(true); // ends the session, and with it every lock
    },
  };
}
