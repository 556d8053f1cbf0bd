import { contextsOf, instancesOf } from '../simulator/campus/agent.js';
import { advance } from '../simulator/campus/events.js';
import { generateNetwork } from '../simulator/campus/generate.js';
import type { Network } from '../simulator/campus/network.js';
import { recordingReader } from '../snmp/recording-reader.js';
import type { DeviceFacts } from '../topology/facts.js';
import { pollDevice } from '../topology/poll.js';
import { isSameSkeleton } from '../topology/correlate/skeleton.js';

async function factsOf(network: Network, at: Date): Promise<DeviceFacts[]> {
  const now = () => at;
  return Promise.all(
    network.plan.devices.map(({ id }) => {
      const contexts = new Map(contextsOf(network, id).map((vlan) => [vlan, instancesOf(network, id, vlan)]));
      return pollDevice(id, recordingReader({ instances: instancesOf(network, id), contexts, now }), { now });
    }),
  );
}

test('polled again, a device is what it was: counters, clocks and rows are no change of its skeleton', async () => {
  const network = generateNetwork({ seed: 3, sites: 1, lostTableRatio: 0 });
  const before = await factsOf(network, new Date(0));
  const after = await factsOf(advance(network, 300), new Date(300_000));
  const other = before.filter((facts, i) => !isSameSkeleton(facts, after[i] as DeviceFacts));
  expect(other.map(({ deviceId }) => deviceId)).toEqual([]);
  // and the two polls do differ
  expect(before.every((facts, i) => facts.sysUpTimeMs !== after[i]?.sysUpTimeMs)).toBe(true);
});

test('a port that goes down is a change', async () => {
  const [facts] = await factsOf(generateNetwork({ seed: 3, sites: 1 }), new Date(0));
  const [port, ...others] = facts?.interfaces ?? [];
  if (!facts || !port) throw new Error('the network has a device with ports');
  expect(isSameSkeleton(facts, { ...facts, interfaces: [port, ...others] })).toBe(true);
  expect(isSameSkeleton(facts, { ...facts, interfaces: [{ ...port, operStatus: 'down' }, ...others] })).toBe(false);
});
