import { spawn } from 'node:child_process';

export interface WranglerResult {
  code: number;
  output: string;
  errors: string;
}

/** Runs wrangler. Secrets go through `input`, never through arguments, which other processes can read. */
export type Wrangler = (args: string[], input?: string) => Promise<WranglerResult>;

const LONGEST_RUN_MS = 180_000;

export function createWrangler(cwd: string, variables: NodeJS.ProcessEnv = process.env): Wrangler {
  // wrangler reads secrets of a Worker from its environment too: what is meant for this script must not reach it.
  const {
    DATABASE_URL: _url,
    DATABASE_OWNER_URL: _owner,
    DRAFTGATE_ADMIN_KEY: _key,
    OPENAI_API_KEY: _ai,
    ...rest
  } = variables;
  const env = {
    ...rest,
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
