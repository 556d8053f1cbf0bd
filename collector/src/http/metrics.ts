import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Counts by reason that a part keeps for itself; read at each scrape, never by asking a device or the database. */
export type Counts = Readonly<Record<string, number>>;

/** The metrics of one collector. Labels come from closed sets or the inventory, never from a device's strings. */
export interface Metrics {
  readonly registry: Registry;
  /** A counter per key of what `read` returns, labelled `label`. */
  counts(name: string, help: string, label: string, read: () => Counts): void;
  /** A gauge per key, or a single one when no label is given. */
  gauges(name: string, help: string, label: string, read: () => Counts): void;
  gauge(name: string, help: string, read: () => number): void;
  readonly httpDurationSeconds: Histogram<'route' | 'method' | 'code'>;
}

export function createMetrics(buildInfo: { version: string }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'plantgraph_build_info',
    help: 'Version of the collector and of Node',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version: buildInfo.version, node: process.version }, 1);

  return {
    registry,
    counts(name, help, label, read) {
      new Counter({
        name,
        help,
        labelNames: [label],
        registers: [registry],
        collect() {
          this.reset();
          for (const [key, value] of Object.entries(read())) this.inc({ [label]: key }, value);
        },
      });
    },
    gauges(name, help, label, read) {
      new Gauge({
        name,
        help,
        labelNames: [label],
        registers: [registry],
        collect() {
          this.reset();
          for (const [key, value] of Object.entries(read())) this.set({ [label]: key }, value);
        },
      });
    },
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
    httpDurationSeconds: new Histogram({
      name: 'plantgraph_http_request_duration_seconds',
      help: 'Time to answer a request',
      labelNames: ['route', 'method', 'code'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
      registers: [registry],
    }),
  };
}
