import { spawn } from 'node:child_process';

export interface WranglerResult {
  code: number;
  output: string;
  errors: string;
}

/** Runs wrangler. Secrets go through `input`, never through arguments, which other processes can read. */
export type Wrangler = (args: string[], input?: string) => Promise<WranglerResult>;

/** Of the Worker, or of its database: they come from the environment of the script, and go to wrangler through `input`. */
export const OPERATOR_SECRETS = [
  'DATABASE_URL',
  'DRAFTGATE_ADMIN_KEY',
  'OPENAI_API_KEY',
  'SLACK_WEBHOOK_URL',
  'PAGERDUTY_ROUTING_KEY',
] as const;
const SECRETS = new Set<string>([...OPERATOR_SECRETS, 'DATABASE_OWNER_URL']);
const LONGEST_RUN_MS = 180_000;

export function createWrangler(cwd: string, variables: NodeJS.ProcessEnv = process.env): Wrangler {
  // wrangler reads secrets of a Worker from its environment too: what is meant for this script must not reach it.
  const own = Object.entries(variables).filter(([name]) => !SECRETS.has(name));
  const env = {
    ...Object.fromEntries(own),
    CI: 'true',
    FORCE_COLOR: '0',
    NO_COLOR: '1',
    WRANGLER_SEND_METRICS: 'false',
  } as unknown as NodeJS.ProcessEnv;
  return (args, input = '') =>
    new Promise((resolve) => {
      const child = spawn('wrangler', args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], timeout: LONGEST_RUN_MS });
      let output = '';
      let errors = '';
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk;
      });
      child.stderr.on('data', (chunk: Buffer) => {
        errors += chunk;
      });
      child.stdin.on('error', () => undefined);
      child.on('error', (error) => resolve({ code: 127, output, errors: error.message }));
      child.on('close', (code) => resolve({ code: code ?? 1, output, errors }));
      child.stdin.end(input);
    });
}

/** The line of wrangler's answer that says what was wrong. */
export function reasonOf({ output, errors, code }: WranglerResult): string {
  const lines = `${errors}\n${output}`.split('\n').map((line) => line.replace(/^[^\w"[]*(?:\[ERROR\])?\s*/, '').trim());
  const marked = `${errors}\n${output}`.split('\n').find((line) => line.includes('ERROR'));
  const line = marked?.replace(/^.*ERROR\]?\s*/, '').trim() || lines.find((text) => text !== '') || 'no answer';
  return `${line.slice(0, 200)} (wrangler ended with ${code})`;
}
