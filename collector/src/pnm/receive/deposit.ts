import type { ReceivedFile } from './receiver.js';
import type { Spool } from './spool.js';

/** Puts what was read by other means than an upload where uploads wait, durable when it resolves. */
export async function deposit(
  spool: Pick<Spool, 'write'>,
  now: () => Date,
  { id, name, bytes }: { readonly id: string; readonly name: string; readonly bytes: Uint8Array },
): Promise<ReceivedFile> {
  const write = spool.write();
  try {
    await write.append(bytes);
    const written = await write.finish();
    const path = await written.publish(id);
    return { id, name, path, sha256: written.sha256, bytes: written.bytes, receivedAt: now() };
  } catch (error) {
    await write.discard().catch(() => undefined); // the first failure is the one to report
    throw error;
  }
}
