import { InvalidArgumentError, type Command } from 'commander';
import { DEFAULTS, DEMO, type Parameters } from '../simulator/campus/parameters.js';
import { noun, type Register } from './register.js';

/** Options of `plantgraph topology generate`, beside those that name a parameter of the network. */
export interface GenerateFlags {
  readonly out: string;
  readonly demo?: boolean;
  readonly switches?: number;
}

const HELP: Partial<Record<keyof Parameters, string>> = {
  sites: 'sites, each with its own core',
  corePair: 'two core switches a site',
  distribution: 'distribution switches a site',
  accessPerDistribution: 'access switches per distribution switch',
  chainRatio: 'access switches that hang on another one',
  routersPerSite: 'routers a site: two make a VRRP pair',
  backbone: 'routed, or bridged: all sites in one layer 2 domain',
  portsPerAccess: 'used access ports per access switch, as MIN-MAX',
  vlans: 'VLANs of a site',
  vlansPerAccess: 'VLANs of an access switch',
  lagRatio: 'uplinks that are an aggregate',
  redundantRatio: 'uplinks with a second one, which the spanning tree blocks',
  mlagPairs: 'MLAG pairs of distribution switches a site',
  lldpRatio: 'devices that speak LLDP',
  cdpOnlyRatio: 'devices that speak CDP only',
  oneSidedRatio: 'devices that announce themselves but show no neighbours',
  stpRatio: 'switches that answer the spanning tree tables',
  lagTablesRatio: 'devices that answer the aggregation tables',
  miniSwitchRatio: 'access ports with an unmanaged switch',
  phoneRatio: 'access ports with a phone and a PC',
  accessPointRatio: 'access ports with an access point',
  hypervisorRatio: 'access ports with a hypervisor',
  broadcastRatio: 'hosts that are in every table of their VLAN',
  silentRatio: 'hosts that are in no table',
  movedRatio: 'hosts that moved and left rows behind',
  visibleMacRatio: 'switches whose own MAC the others see',
  unpolledRatio: 'access switches that nobody polls',
  lostTableRatio: 'tables that time out in one poll',
  goneArpRatio: 'ARP rows of hosts that are gone',
  overlappingSubnets: 'the same private addresses in every site',
  quirkRatio: 'devices with an oddity of real agents',
  ciscoRatio: 'switches that answer one VLAN a context',
};

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function count(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('give a whole number');
}

function ratio(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('give a number from 0 to 1');
}

function range(text: string): [number, number] {
  const [, min, max] = /^(\d{1,4})-(\d{1,4})$/.exec(text) ?? [];
  if (min !== undefined && max !== undefined && Number(min) <= Number(max)) return [Number(min), Number(max)];
  throw new InvalidArgumentError('give MIN-MAX');
}

function oneOf<T extends string | number>(...words: readonly T[]): (text: string) => T {
  return (text) => {
    const word = words.find((candidate) => String(candidate) === text);
    if (word !== undefined) return word;
    throw new InvalidArgumentError(`give ${words.join(' or ')}`);
  };
}

function addParameters(command: Command): void {
  for (const [name, help] of Object.entries(HELP) as [keyof Parameters, string][]) {
    const standard = DEFAULTS[name];
    const shown = Array.isArray(standard) ? standard.join('-') : String(standard);
    const text = `${help} (${shown})`;
    if (typeof standard === 'boolean') command.option(`--${kebab(name)}`, text);
    else if (name === 'backbone') command.option('--backbone <kind>', text, oneOf('routed', 'bridged'));
    else if (name === 'routersPerSite') command.option('--routers-per-site <number>', text, oneOf(1, 2));
    else if (Array.isArray(standard)) command.option(`--${kebab(name)} <range>`, text, range);
    else if (name.endsWith('Ratio')) command.option(`--${kebab(name)} <ratio>`, text, ratio);
    else command.option(`--${kebab(name)} <number>`, text, count);
  }
}

/** The parameters that make about so many switches in all. */
export function sized(switches: number, { sites, corePair }: Parameters): Partial<Parameters> {
  const perSite = Math.max(3, Math.round(switches / sites)) - (corePair ? 2 : 1);
  const distribution = Math.max(1, Math.round(perSite / 7));
  return { distribution, accessPerDistribution: Math.max(1, Math.round((perSite - distribution) / distribution)) };
}

/** `plantgraph topology generate`: a synthetic network as two polls and its truth (design, section 6). */
export const registerTopologyGenerate: Register = (program, run) => {
  const command = noun(program, 'topology', 'How the network is connected')
    .command('generate')
    .description('Writes the recordings of a synthetic network as two polls, and what is really there')
    .requiredOption('--seed <number>', 'the same seed and options give the same network', count)
    .requiredOption('--out <folder>', 'where poll-1, poll-2 and truth.json go')
    .option('--switches <number>', 'about so many switches in all, instead of the numbers of each layer', count)
    .option('--demo', 'start from the network of the demo instead of the defaults shown below')
    .addHelpText(
      'after',
      '\nExample:\n  plantgraph topology generate --seed 1 --out /tmp/net && plantgraph topology score /tmp/net',
    );
  addParameters(command);
  command.action(
    run(async (flags: GenerateFlags & Partial<Parameters>) => {
      const { out, demo, switches, ...given } = flags;
      const base = { ...(demo === true ? DEMO : DEFAULTS), ...given };
      const parameters = switches === undefined ? base : { ...base, ...sized(switches, base) };
      const { writeNetwork } = await import('./topology-polls.js');
      const { devices, links, hosts } = await writeNetwork(parameters, out);
      process.stderr.write(`${devices} devices, ${links} links and ${hosts} hosts written to ${out}\n`);
      return 0;
    }),
  );
};
