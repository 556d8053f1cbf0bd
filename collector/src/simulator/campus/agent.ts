import { parseOid, type Instance } from '../../snmp/recording.js';
import { Answers } from './answers.js';
import { answerBridge, answerVlanContext } from './agent-bridge.js';
import { answerAddresses, answerInterfaces } from './agent-interfaces.js';
import { answerAggregates } from './agent-lag.js';
import { answerNeighbours } from './agent-neighbours.js';
import { answerRouting } from './agent-routing.js';
import { deviceOf, type Device, type Network } from './network.js';
import { stateOf, type State } from './state.js';
import { VENDORS } from './vendors.js';

/** What the answers of one agent are made from. */
export interface AgentView {
  readonly network: Network;
  readonly device: Device;
  readonly state: State;
}

const SYSTEM = '1.3.6.1.2.1.1';

/**
 * Everything the agent of a device answers now, sorted. With a VLAN: what it answers in that VLAN's context, for
 * devices that answer BRIDGE-MIB one VLAN at a time (`contextsOf`); nothing for others.
 */
export function instancesOf(network: Network, deviceId: string, vlan?: number): Instance[] {
  const view: AgentView = { network, device: deviceOf(network, deviceId), state: stateOf(network.plan) };
  const answers = new Answers();
  if (vlan !== undefined) {
    if (contextsOf(network, deviceId).includes(vlan)) answerVlanContext(answers, view, vlan);
    return answers.sorted();
  }
  answerSystem(answers, view);
  answerInterfaces(answers, view);
  answerAddresses(answers, view);
  if (view.device.role !== 'router') answerBridge(answers, view);
  else answerRouting(answers, view);
  answerNeighbours(answers, view);
  answerAggregates(answers, view);
  return answers.sorted();
}

/** The VLANs that have a context of their own on a device: `community@vlan`, or context `vlan-<id>` in v3. */
export function contextsOf(network: Network, deviceId: string): readonly number[] {
  const device = deviceOf(network, deviceId);
  return VENDORS[device.vendor].perVlanContexts ? [1, ...device.vlans] : [];
}

function answerSystem(answers: Answers, { network, device }: AgentView): void {
  const profile = VENDORS[device.vendor];
  answers.text(`${SYSTEM}.1`, [0], profile.sysDescr);
  answers.oid(`${SYSTEM}.2`, [0], parseOid(profile.sysObjectId));
  answers.ticks(`${SYSTEM}.3`, [0], network.timeSec - device.bootedAtSec);
  answers.text(`${SYSTEM}.4`, [0], 'noc@example.net');
  answers.text(`${SYSTEM}.5`, [0], device.sysName);
  answers.text(`${SYSTEM}.6`, [0], device.site);
  // layers 2 and 3 of the OSI model, or 3 alone (SNMPv2-MIB sysServices)
  answers.integer(`${SYSTEM}.7`, [0], device.role === 'router' ? 4 : 6);
}
