import { rmSync } from 'node:fs';

export default async function teardown() {
  const servers = globalThis.plantgraphServers;
  await servers?.stop();
  if (servers) rmSync(servers.outfile, { force: true });
}
