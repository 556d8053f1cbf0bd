import type { Command } from 'commander';

/** Exit codes of every command (design, section 6). */
export const EXIT = { ok: 0, failure: 1, usage: 2, partial: 3, unavailable: 69, configuration: 78 } as const;

/** Adds one noun's commands. An action resolves with the exit code; nothing means 0. */
export type Register = (program: Command, run: RunAction) => void;

/** Wraps an action so that its exit code and its failures reach the caller of the command line. */
export type RunAction = <Args extends unknown[]>(
  action: (...args: Args) => Promise<number | undefined>,
) => (...args: Args) => Promise<void>;

/** The command group of a noun; several files add their verbs to one. */
export function noun(program: Command, name: string, description: string): Command {
  return program.commands.find((command) => command.name() === name) ?? program.command(name).description(description);
}
