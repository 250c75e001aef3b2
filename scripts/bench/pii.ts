import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createRedactionSession, redactPii } from '../../src/guards/pii/redact-pii.ts';
import { demoHistory, demoInbox } from '../demo/demo-data.ts';
import type { BenchOptions, BenchRow } from './bench-row.ts';

const FOLDER = new URL('.', import.meta.url).pathname;
const MAILS = 2_000;
/** Numbers of published test vectors, nobody's. */
const PLANTED = [
  ['4242 4242 4242 4242', '378282246310005', '5555-5555-5555-4444'],
  ['DE89 3704 0044 0532 0130 00', 'GB82WEST12345698765432', 'TR33 0006 1005 1978 6457 8413 26'],
  ['536-90-4399', '512-34-8765'],
  ['jo.miller@mail.example.com', 'info+shop@example.org'],
  ['+49 30 901820', '(415) 555-2671', '+90 212 555 01 02'],
];
/** What must stay: without them nobody can answer. */
const KEPT = ['NL-10234', '#W1023987', '00340434161094042557', '129.80'];

type Redact = (text: string) => string;

/** Redaction beside two npm packages: throughput on mails, share of planted values removed, of order data kept. */
export async function bench(_options: BenchOptions): Promise<BenchRow[]> {
  const mails = sampleMails();
  const policy = { emails: true, phones: true, nationalIds: true };
  const ours: Redact = (text) => redactPii(text, createRedactionSession(policy)).text;
  const peers = loadPeers();
  if (typeof peers === 'string') console.error(`pii: not compared (${peers})`);
  const measuredOurs = measure(ours, mails);
  const alone = otherInputs(mails).map(
    ({ name, texts }): BenchRow => ({ name, value: throughput(ours, texts), unit: 'MB/s', n: texts.length }),
  );
  if (typeof peers === 'string') {
    return [
      { name: 'redaction of mails', value: measuredOurs.megabytesASecond, unit: 'MB/s', n: mails.length, note: peers },
      ...alone,
    ];
  }
  const compared = Object.entries(peers).flatMap(([peer, redact]): BenchRow[] => {
    const theirs = measure(redact, mails);
    const row = (name: string, key: keyof Measured, unit: string): BenchRow => ({
      name,
      value: measuredOurs[key],
      unit,
      other: { name: peer, value: theirs[key] },
      better: 'higher',
      n: mails.length,
    });
    return [
      row('redaction of mails', 'megabytesASecond', 'MB/s'),
      row('planted private values removed', 'removed', '%'),
      row('order numbers, tracking numbers, sums kept', 'kept', '%'),
    ];
  });
  return [...compared, ...alone];
}

/** Inputs that differ from mails in what they hold most of; the last two are what an attacker would send. */
function otherInputs(mails: ReturnType<typeof sampleMails>): { name: string; texts: string[] }[] {
  return [
    { name: 'redaction of prose', texts: [mails.map(({ text }) => text.split('\n')[0]).join('\n')] },
    {
      name: 'redaction of two lines full of private values',
      texts: mails.map(({ text }) => text.split('\n').slice(-2).join('\n')),
    },
    {
      name: 'redaction of runs of links',
      texts: ['see https://shop.example/a/b?c=1 and www.foo.example/x, '.repeat(8_000)],
    },
    { name: 'redaction of runs of numbers', texts: ['12345678 4111 1111 1111 22 33-44 '.repeat(8_000)] },
    { name: 'redaction of "a@a@a@"', texts: ['a@'.repeat(150_000)] },
  ];
}

const ROUNDS = 10;

/**
 * The best of a few rounds, in processor time, so that other work on the machine counts less. A character of each result
 * is read, for only then does the engine join the pieces of a string.
 */
function throughput(redact: Redact, texts: readonly string[]): number {
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  let best = 0;
  let read = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = process.cpuUsage();
    for (const text of texts) read += redact(text).charCodeAt(0);
    const { user, system } = process.cpuUsage(started);
    best = Math.max(best, bytes / (user + system));
  }
  if (Number.isNaN(read)) throw new Error('a text came out empty');
  return best;
}

/** Mails of the demo shop, each with one value of each kind and something that must stay. */
function sampleMails(): { text: string; private: string[]; kept: string }[] {
  const now = new Date('2026-03-02T09:00:00Z');
  const texts = [...demoInbox(now), ...demoHistory(now)].map(({ text }) => text);
  return Array.from({ length: MAILS }, (_, at) => {
    const planted = PLANTED.map((kind) => kind[at % kind.length] as string);
    const kept = KEPT[at % KEPT.length] as string;
    const [card, iban, ssn, email, phone] = planted;
    const text = [
      texts[at % texts.length],
      `It is about ${kept}. My card is ${card} and the account ${iban}.`,
      `SSN: ${ssn}. You reach me at ${email} or ${phone}.`,
    ].join('\n');
    return { text, private: planted, kept };
  });
}

interface Measured {
  megabytesASecond: number;
  removed: number;
  kept: number;
}

function measure(redact: Redact, mails: ReturnType<typeof sampleMails>): Measured {
  const redacted = mails.map(({ text }) => redact(text));
  const megabytesASecond = throughput(
    redact,
    mails.map(({ text }) => text),
  );
  const planted = mails.reduce((sum, mail) => sum + mail.private.length, 0);
  const left = mails.reduce(
    (sum, mail, at) => sum + mail.private.filter((value) => redacted[at]?.includes(value)).length,
    0,
  );
  const kept = mails.filter((mail, at) => redacted[at]?.includes(mail.kept)).length;
  return {
    megabytesASecond,
    removed: (100 * (planted - left)) / planted,
    kept: (100 * kept) / mails.length,
  };
}

/** The packages of scripts/bench/package.json, installed at the first use; else one line that says why not. */
function loadPeers(): Record<string, Redact> | string {
  if (!existsSync(join(FOLDER, 'node_modules'))) {
    console.error('pii: installing the packages that it compares with ...');
    const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: FOLDER,
      stdio: 'ignore',
    });
    if (error !== undefined || status !== 0) return 'the packages to compare with could not be installed';
  }
  try {
    const require = createRequire(join(FOLDER, 'package.json'));
    const { SyncRedactor } = require('redact-pii') as { SyncRedactor: new () => { redact: Redact } };
    const { Redactor } = require('@redactpii/node') as {
      Redactor: new (options: object) => { redact: Redact };
    };
    const [wellKnown, fork] = [new SyncRedactor(), new Redactor({})];
    return { 'redact-pii': (text) => wellKnown.redact(text), '@redactpii/node': (text) => fork.redact(text) };
  } catch (error) {
    return `the packages to compare with do not load: ${(error as Error).message.split('\n')[0]}`;
  }
}
