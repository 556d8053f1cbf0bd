import { PlantgraphError } from '../lib/errors.js';

/** One problem of a configuration file; line and column count from 1. */
export interface ConfigProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Path of keys, e.g. `devices.3.credential`. */
  readonly path: string;
  readonly message: string;
}

export const formatProblem = ({ file, line, column, path, message }: ConfigProblem): string =>
  `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`;

/** The configuration cannot be used. All problems are reported together. */
export class ConfigError extends PlantgraphError {
  readonly code = 'CONFIG_INVALID';
  readonly retryable = false;
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(
      `${problems.length === 1 ? '1 problem' : `${problems.length} problems`}\n${problems.map(formatProblem).join('\n')}`,
    );
    this.problems = problems;
  }
}
