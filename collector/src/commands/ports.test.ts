import { createServer, type AddressInfo } from 'node:net';
import { requireFreePorts } from './ports.js';

test('a taken port is named with the option that chooses another', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await expect(requireFreePorts([{ kind: 'tcp', port, option: '--port', what: 'the preview' }])).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: expect.stringContaining('--port'),
  });
  await new Promise((resolve) => server.close(resolve));
  await expect(
    requireFreePorts([{ kind: 'tcp', port, option: '--port', what: 'the preview' }]),
  ).resolves.toBeUndefined();
});
