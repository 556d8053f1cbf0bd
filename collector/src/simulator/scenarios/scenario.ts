import type { Network } from '../campus/network.js';
import type { Plant } from '../plant.js';

/** What scenarios act on. */
export interface World {
  readonly plant: Plant;
  /** The campus now. */
  network(): Network;
  /** Replaces it. */
  change(next: Network): void;
}

/** Something that goes wrong, and gets well again. */
export interface Scenario {
  readonly begins: string;
  readonly ends: string;
  /** Makes it happen; returns what happened in one sentence. */
  begin(world: World): string;
  end(world: World): string;
}
