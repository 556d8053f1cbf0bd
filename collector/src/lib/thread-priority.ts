import { readlinkSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

/**
 * Puts the calling worker thread behind the other threads of the process by so many steps of `nice`, so that what computes
 * for long takes no processor from the thread that answers requests. Linux has a priority a thread (setpriority(2),
 * NOTES); elsewhere it stays as it is. True when it was done.
 */
export function stepBack(nice: number): boolean {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    // 0 would mean the calling process
    if (!Number.isSafeInteger(thread) || thread <= 0) return false;
    setPriority(thread, Math.min(getPriority(thread) + nice, constants.priority.PRIORITY_LOW));
    return true;
  } catch {
    return false;
  }
}
