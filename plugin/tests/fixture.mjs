// @ts-check
/**
 * A plant made of arithmetic, answering the queries of the dashboards as the views of schema `grafana` do: core,
 * distribution and access switches with hosts, a CMTS with modems, and one link for each state that a map can show.
 */

const NOW = Date.parse('2026-01-15T12:00:00Z');

/** @param {number} index */
const mac = (index) =>
  `02:00:00:${[16, 8, 0].map((shift) => ((index >> shift) & 255).toString(16).padStart(2, '0')).join(':')}`;

/** @typedef {Record<string, unknown>} Row */

/** @param {string} id @param {Row} given @returns {Row} */
const node = (id, given) => ({
  id,
  title: id,
  subtitle: given['role'] ?? given['kind'],
  mainstat: 2,
  secondarystat: given['status'] ?? 'up',
  color: null,
  icon: null,
  kind: 'device',
  site: 'Head office',
  role: null,
  status: 'up',
  statusreason: null,
  address: null,
  lastseen: new Date(NOW),
  fixedx: null,
  fixedy: null,
  detail__address: given['address'] ?? null,
  detail__lastseen: new Date(NOW),
  ...given,
});

/** @param {string} source @param {string} target @param {Row} given @returns {Row} */
const edge = (source, target, given = {}) => {
  const method = String(given['method'] ?? 'lldp');
  return {
    id: `${source}~${target}~${given['lane'] ?? 0}`,
    source,
    target,
    mainstat: given['confidence'] ?? 0.98,
    secondarystat: method,
    method,
    confidence: 0.98,
    sides: 2,
    layer: 2,
    site: 'Head office',
    source_port: 'Gi1/0/1',
    target_port: 'Gi1/0/2',
    oper_status: 'up',
    load_ratio: 0.21,
    speed_bps: 10e9,
    blocked: 'false',
    state: 'current',
    state_reason: null,
    vlans: '1,10,20',
    first_seen: new Date(NOW - 86_400_000),
    last_seen: new Date(NOW),
    evidence: [
      { device: source, table: 'lldpRemTable', text: `sees ${target} on Gi1/0/1`, seenAt: new Date(NOW).toISOString() },
      { device: target, table: 'lldpRemTable', text: `sees ${source} on Gi1/0/2`, seenAt: new Date(NOW).toISOString() },
    ],
    score: [
      { name: 'base', value: 0.9, reason: 'LLDP names the neighbour and its port' },
      { name: 'two-sided', value: 0.08, reason: 'both ends report it' },
    ],
    color: null,
    thickness: 1.5,
    strokedasharray: null,
    ...given,
  };
};

/**
 * @param {{ accessSwitches?: number, hostsEach?: number, modems?: number, positions?: boolean }} [size]
 * @returns {{ nodes: Row[], edges: Row[] }}
 */
export function fixturePlant({ accessSwitches = 8, hostsEach = 6, modems = 12, positions = true } = {}) {
  const nodes = [
    node('core-1', { role: 'core', address: '127.10.0.1' }),
    node('core-2', { role: 'core', address: '127.10.0.2' }),
    node('router-1', { role: 'router', address: '127.10.0.254' }),
    node('cmts-1', { role: 'cmts', address: '127.20.0.1', site: 'Hub north' }),
    node('node:cmts-1:N7', { kind: 'fibre_node', title: 'Node 7', site: 'Hub north' }),
    node('ext:provider', { kind: 'external', title: 'provider-pe4', status: 'unknown' }),
  ];
  const edges = [
    edge('core-1', 'core-2', { lane: 0, method: 'lag', members: 2, load_ratio: 0.62 }),
    edge('core-1', 'core-2', { lane: 1, source_port: 'Te1/1/3', target_port: 'Te1/1/3' }),
    edge('router-1', 'core-1', { method: 'cdp', confidence: 0.9, sides: 1 }),
    edge('router-1', 'core-2', { method: 'ospf', confidence: 0.7, layer: 3 }),
    edge('ext:provider', 'router-1', { confidence: 0.86, sides: 1, oper_status: 'up', load_ratio: 0.93 }),
    edge('core-1', 'cmts-1', {}),
    edge('cmts-1', 'node:cmts-1:N7', { method: 'docsis', confidence: 0.97, load_ratio: null }),
  ];
  for (let index = 0; index < modems; index++) {
    const id = `cm:${mac(0x900000 + index)}`;
    const status = index % 7 === 3 ? 'down' : 'up';
    nodes.push(
      node(id, { kind: 'modem', title: id.slice(3), site: 'Hub north', status, address: `127.20.1.${index + 1}` }),
    );
    edges.push(edge('node:cmts-1:N7', id, { method: 'docsis', confidence: 0.97, load_ratio: null, site: 'Hub north' }));
  }
  const distributions = Math.max(2, Math.ceil(accessSwitches / 12));
  for (let index = 0; index < distributions; index++) {
    const site = `Building ${index + 1}`;
    nodes.push(node(`dist-${index + 1}`, { role: 'distribution', site, address: `127.10.1.${index + 1}` }));
    edges.push(edge('core-1', `dist-${index + 1}`, { load_ratio: 0.35, site }));
    edges.push(edge('core-2', `dist-${index + 1}`, { blocked: 'true', load_ratio: 0, site }));
  }
  for (let index = 0; index < accessSwitches; index++) {
    const distribution = (index % distributions) + 1;
    const id = `access-${index + 1}`;
    const site = `Building ${distribution}`;
    const isSilent = index === 2;
    nodes.push(
      node(id, {
        role: 'access',
        site,
        address: `127.10.${2 + (index >> 8)}.${index & 255}`,
        ...(isSilent ? { status: 'unknown', statusreason: 'no answer since 11:42 (SNMP timeout)' } : {}),
        ...(index === 5 ? { status: 'down', statusreason: 'unreachable: its only link is down' } : {}),
      }),
    );
    const shown = [
      {},
      { confidence: 0.9, sides: 1, method: 'cdp' },
      { state: 'unknown', state_reason: 'access-3 does not answer' },
      { confidence: 0.72, method: 'bridge', sides: 0 },
      { state: 'stale', state_reason: 'not in the last whole poll' },
      { oper_status: 'down', load_ratio: null },
    ][index % (index < 6 ? 6 : 1)];
    edges.push(edge(`dist-${distribution}`, id, { load_ratio: ((index * 7) % 10) / 12, site, ...shown }));
    for (let host = 0; host < hostsEach; host++) {
      const hostId = `host:${mac(index * 100 + host)}`;
      nodes.push(
        node(hostId, {
          kind: 'host',
          title: `10.${distribution}.${index}.${host + 10}`,
          status: 'unknown',
          site,
          address: `10.${distribution}.${index}.${host + 10}`,
        }),
      );
      edges.push(
        edge(id, hostId, {
          method: host % 4 === 3 ? 'bridge' : 'arp',
          confidence: host % 4 === 3 ? 0.8 : 0.92,
          sides: 0,
          site,
          load_ratio: null,
          source_port: `Gi1/0/${host + 10}`,
        }),
      );
    }
  }
  if (positions) place(nodes, distributions);
  return { nodes, edges };
}

/** Layers from top to bottom, as the collector stores them. @param {Row[]} nodes @param {number} distributions */
function place(nodes, distributions) {
  const rows = new Map();
  const put = (/** @type {Row} */ row, /** @type {number} */ x, /** @type {number} */ y) =>
    Object.assign(row, { fixedx: x, fixedy: y });
  for (const row of nodes) {
    const id = String(row['id']);
    const number = Number(/-(\d+)$/.exec(id)?.[1] ?? 1);
    if (id === 'router-1') put(row, 0, -300);
    else if (id === 'ext:provider') put(row, 0, -460);
    else if (id.startsWith('core')) put(row, number === 1 ? -170 : 170, -130);
    else if (id === 'cmts-1') put(row, -560, -130);
    else if (id.startsWith('node:')) put(row, -560, 60);
    else if (id.startsWith('dist')) put(row, (number - (distributions + 1) / 2) * 620, 60);
    else if (id.startsWith('access')) {
      const owner = (number - 1) % distributions;
      const count = rows.get(owner) ?? 0;
      rows.set(owner, count + 1);
      put(
        row,
        (owner + 1 - (distributions + 1) / 2) * 620 + ((count % 4) - 1.5) * 150,
        240 + Math.floor(count / 4) * 150,
      );
    }
  }
}

/** RxMER of a node's modems in quarter dB: a shared notch on every second one, an excluded band on all. */
export function fixtureCaptures({ modems = 8, captures = 3, count = 1880 } = {}) {
  return Array.from({ length: modems * captures }, (_, index) => {
    const modem = index % modems;
    const octets = Buffer.from(
      Array.from({ length: count }, (__, at) => {
        if (at > 900 && at < 930) return 0xff;
        const notch = modem % 2 === 1 ? 40 * Math.max(0, 1 - Math.abs(at - 500) / 60) : 0;
        return Math.round(164 + 6 * Math.sin(at / 9 + modem) - notch);
      }),
    );
    return {
      id: `capture-${index}`,
      time: new Date(NOW - Math.floor(index / modems) * 300_000),
      mac: mac(0x900000 + modem),
      channel_id: '33',
      first_frequency_hz: 640e6,
      spacing_hz: 50_000,
      percentile2_mer_db: modem % 2 === 1 ? 33 : 39,
      required_mer_db: 34,
      mer_base64: octets.toString('base64'),
    };
  });
}

/**
 * Answers by the view that a query names; what it does not know has no rows.
 * @param {{ nodes: Row[], edges: Row[] }} plant
 * @returns {(sql: string) => Promise<Row[]>}
 */
export const fixtureDatabase = (plant) => async (sql) => {
  if (/grafana\.nodes\b/i.test(sql)) return plant.nodes;
  if (/grafana\.edges\b/i.test(sql)) return plant.edges;
  if (/grafana\.sites\b/i.test(sql)) {
    return [...new Set(plant.nodes.map(({ site }) => site))].map((site) => ({ __value: site, __text: site }));
  }
  if (/grafana\.rxmer_captures\b/i.test(sql)) return /AS metric/i.test(sql) ? [] : fixtureCaptures();
  if (/grafana\.modems\b/i.test(sql)) return [{ __value: mac(0x900000), __text: mac(0x900000), fibre_node: 'N7' }];
  return [];
};
