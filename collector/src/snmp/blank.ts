import { createHmac } from 'node:crypto';
import type { Instance } from './recording.js';
import * as cdp from './tables/cisco-cdp-mib.js';
import * as vtp from './tables/cisco-vtp-mib.js';
import * as entity from './tables/entity-mib.js';
import * as interfaces from './tables/if-mib.js';
import * as lldp from './tables/lldp-mib.js';
import * as lldpV2 from './tables/lldp-v2-mib.js';
import * as qBridge from './tables/q-bridge-mib.js';
import { sysName } from './tables/snmpv2-mib.js';
import * as timetra from './tables/timetra-lldp-mib.js';
import * as tplink from './tables/tplink-lldp-mib.js';

/** Texts that name a device, a place or a customer: every word of them goes. */
const NAMES: readonly string[] = [
  sysName,
  interfaces.ifAlias,
  entity.entPhysicalSerialNum,
  vtp.vtpVlanName,
  qBridge.dot1qVlanStaticName,
  lldp.lldpLocSysName,
  lldp.lldpRemSysName,
  lldpV2.lldpV2LocSysName,
  lldpV2.lldpV2RemSysName,
  timetra.tmnxLldpRemSysName,
  tplink.tplinkLldpSysName,
  cdp.cdpCacheDeviceId,
  cdp.cdpCacheSysName,
  cdp.cdpGlobalDeviceId,
];

/** Ids that are an address on one device and a name on the next. */
const IDS: readonly string[] = [
  lldp.lldpLocChassisId,
  lldp.lldpRemChassisId,
  lldpV2.lldpV2LocChassisId,
  lldpV2.lldpV2RemChassisId,
  timetra.tmnxLldpRemChassisId,
  tplink.tplinkLldpChassisId,
];

const BLANKED = [...NAMES, ...IDS];
const OCTET_STRING = 4;
/** Letters, digits and what joins them within one label: `core-1` of `core-1.example.net`. */
const LABEL = /[A-Za-z0-9_\-\u0080-\uffff]+/g;
const MIN_SECRET_LENGTH = 3;

const under = (oid: string, roots: readonly string[]): boolean =>
  roots.some((root) => oid === root || oid.startsWith(`${root}.`));

const utf8 = new TextDecoder('utf-8', { fatal: true });
const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f]/;

/** Undefined when the octets are no text: an address, a bitmap. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(bytes);
    return CONTROL.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * Takes names, serial numbers and the given secrets out of a recording. Equal words become equal words, so that a
 * neighbour's name still fits the neighbour, also across recordings made with the same key. Addresses stay.
 */
export function blankInstances(
  instances: readonly Instance[],
  options: { readonly key: string; readonly secrets?: readonly string[] },
): Instance[] {
  const wordOf = (word: string) =>
    `x${createHmac('sha256', options.key).update(word.toLowerCase()).digest('hex').slice(0, 8)}`;
  const secrets = (options.secrets ?? []).filter((secret) => secret.length >= MIN_SECRET_LENGTH);
  // names of this recording are taken out of other texts as well: descriptions of ports and systems quote them
  const known = new Set<string>();
  for (const { oid, tag, value } of instances) {
    if (tag !== OCTET_STRING || !(value instanceof Uint8Array) || !under(oid.join('.'), NAMES)) continue;
    for (const [word] of Buffer.from(value).toString('utf8').matchAll(LABEL))
      if (isTelling(word)) known.add(word.toLowerCase());
  }
  return instances.map((instance) => {
    const { oid, tag, value } = instance;
    const text = tag === OCTET_STRING && value instanceof Uint8Array ? textOf(value) : undefined;
    if (text === undefined) return instance;
    const isName = under(oid.join('.'), BLANKED);
    const blanked = secrets
      .reduce((rest, secret) => rest.replaceAll(secret, wordOf(secret)), text)
      .replace(LABEL, (word) => (isName || known.has(word.toLowerCase()) ? wordOf(word) : word));
    return blanked === text ? instance : { ...instance, value: new Uint8Array(Buffer.from(blanked, 'utf8')) };
  });
}

/** Short words and plain numbers of an alias occur everywhere and tell nothing by themselves. */
const isTelling = (word: string): boolean => word.length >= 4 && !/^\d+$/.test(word);
