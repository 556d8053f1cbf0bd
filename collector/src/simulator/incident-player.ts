import type { Component } from '../lib/component.js';
import type { Scenario, World } from './scenarios/scenario.js';

/** What was played, for people and tests. */
export interface Incident {
  readonly name: string;
  readonly at: Date;
  readonly text: string;
}

export interface PlayerOptions {
  readonly firstAfterMs: number;
  readonly everyMs: number;
  readonly now: () => Date;
}

export interface IncidentPlayer extends Component {
  /** Names in the order in which they are played. */
  readonly names: readonly string[];
  /** Plays one now. Throws RangeError for a name that is not there. */
  play(name: string): Incident;
  onIncident(listener: (incident: Incident) => void): void;
}

/** Plays scenarios by the clock: each begins, each ends, and again. */
export function createIncidentPlayer(
  scenarios: readonly Scenario[],
  world: World,
  { firstAfterMs, everyMs, now }: PlayerOptions,
): IncidentPlayer {
  const listeners: ((incident: Incident) => void)[] = [];
  const names = scenarios.flatMap(({ begins, ends }) => [begins, ends]);
  let timer: NodeJS.Timeout | undefined;
  let next = 0;

  const play = (name: string): Incident => {
    const scenario = scenarios.find(({ begins, ends }) => begins === name || ends === name);
    if (scenario === undefined) throw new RangeError(`no incident ${name}; there are ${names.join(', ')}`);
    const text = scenario.begins === name ? scenario.begin(world) : scenario.end(world);
    const incident = { name, at: now(), text };
    for (const listener of listeners) listener(incident);
    return incident;
  };
  const schedule = (delayMs: number) => {
    timer = setTimeout(() => {
      play(names[next] as string);
      next = (next + 1) % names.length;
      schedule(everyMs);
    }, delayMs);
  };

  return {
    name: 'incident player',
    names,
    play,
    onIncident: (listener) => void listeners.push(listener),
    async start() {
      if (names.length > 0 && Number.isFinite(everyMs)) schedule(firstAfterMs);
    },
    async stop() {
      clearTimeout(timer);
    },
  };
}
