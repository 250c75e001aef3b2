import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Wrong use: one line on stderr, exit code 2. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * Runs a command: parses its options strictly, prints `help` for --help, and turns a UsageError into one line and exit code
 * 2, any other failure into one line and exit code 1.
 */
export async function runCommand<T extends Options>(
  help: string,
  options: T,
  main: (values: ReturnType<typeof parseArgs<{ options: T; strict: true }>>['values']) => Promise<number | undefined>,
): Promise<void> {
  try {
    const values = parse(help, options);
    process.exitCode = (await main(values)) ?? 0;
  } catch (error) {
    const usage = error instanceof UsageError;
    console.error(error instanceof Error ? (error.message.split('\n')[0] ?? 'failed') : 'failed');
    process.exitCode = usage ? 2 : 1;
  }
}

function parse<T extends Options>(help: string, options: T) {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } }, strict: true });
    if ((values as { help?: boolean }).help === true) {
      console.log(help.trim());
      process.exit(0);
    }
    return values as ReturnType<typeof parseArgs<{ options: T; strict: true }>>['values'];
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}; see --help`);
  }
}

/** A port number from an option. */
export function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new UsageError(`--port ${text}: not a port from 1 to 65535`);
  return port;
}
