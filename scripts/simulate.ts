/** `npm run simulate`: the guardrails' own decision code over simulated pilots. */
import { runCommand, UsageError } from './lib/command.ts';
import { formatTable } from './lib/format-table.ts';
import {
  type Behaviour,
  LOOKS_A_DAY,
  type PilotRun,
  type PilotScenario,
  runPilot,
  WINDOWS,
} from './lib/pilot-simulation.ts';
import { seededRandom } from './lib/seeded-random.ts';

const HELP = `
npm run simulate -- [--runs N] [--seed N] [--json]

Runs the decision code of the guardrails over simulated pilots, beside the same limits on plain trailing windows, and prints
how often each rolls a healthy pilot back, and after how many drafts with RAG it finds harm. Exit code 1: a healthy ramp is
rolled back in more than 5 % of the runs, or sudden harm is not found in 95 % of them.

  --runs N   pilots of each kind (200)
  --seed N   the same seed gives the same numbers (1)
  --json     the rows as JSON
`;

const RAMP_DAYS = 34;
const HARM_FROM = 10;
const MOST_FALSE = 0.05;
const LEAST_FOUND = 0.95;

const HEALTHY: Behaviour = {
  approvedWithRag: 0.75,
  approvedInControl: 0.75,
  timeout: 0.01,
  invalidTool: 0.002,
  reviewed: 0.9,
  rubberStamped: 0,
};

const base = {
  businesses: 5,
  draftsADay: 20,
  days: RAMP_DAYS,
  controlShare: 0.2,
  lateHours: 0,
  harmFrom: null,
  harmed: null,
} as const;
const harm = (worse: Partial<Behaviour>) => (_business: number, day: number) =>
  day >= HARM_FROM ? { ...HEALTHY, ...worse } : HEALTHY;

const SCENARIOS: PilotScenario[] = [
  { ...base, name: 'healthy', about: 'approval 75 %, 1 % timeouts, the whole ramp', behaviour: () => HEALTHY },
  {
    ...base,
    name: 'healthy, at the edge',
    about: 'RAG approved a little less (70 % against 75 %), 4 % timeouts, 0.8 % invalid records',
    behaviour: () => ({ ...HEALTHY, approvedWithRag: 0.7, timeout: 0.04, invalidTool: 0.008 }),
  },
  {
    ...base,
    name: 'healthy, low traffic',
    about: 'two businesses with 3 drafts a day',
    businesses: 2,
    draftsADay: 3,
    behaviour: () => HEALTHY,
  },
  {
    ...base,
    name: 'healthy, reviewer asleep',
    about: '5 % of the drafts are reviewed',
    behaviour: () => ({ ...HEALTHY, reviewed: 0.05 }),
  },
  {
    ...base,
    name: 'sudden harm: approval',
    about: 'from day 10 on 30 % approved with RAG, 75 % without',
    behaviour: harm({ approvedWithRag: 0.3 }),
    harmFrom: HARM_FROM,
  },
  {
    ...base,
    name: 'sudden harm: timeouts',
    about: 'from day 10 on 40 % of the retrievals time out',
    behaviour: harm({ timeout: 0.4 }),
    harmFrom: HARM_FROM,
  },
  {
    ...base,
    name: 'sudden harm: tool records',
    about: 'from day 10 on 15 % of the tool calls meet invalid records',
    behaviour: harm({ invalidTool: 0.15 }),
    harmFrom: HARM_FROM,
  },
  {
    ...base,
    name: 'slow harm',
    about: 'approval with RAG falls by 2.5 points a day from day 10 on',
    behaviour: (_business, day) => ({
      ...HEALTHY,
      approvedWithRag: Math.max(0.2, 0.75 - 0.025 * Math.max(0, day - HARM_FROM)),
    }),
    harmFrom: HARM_FROM,
  },
  {
    ...base,
    name: 'one bad business',
    about: 'at one of five, retrieval times out in half of the cases from day 10 on',
    behaviour: (business, day) => (business === 2 && day >= HARM_FROM ? { ...HEALTHY, timeout: 0.5 } : HEALTHY),
    harmFrom: HARM_FROM,
    harmed: 2,
  },
  {
    ...base,
    name: 'harm, low traffic',
    about: 'two businesses with 3 drafts a day, 30 % approved with RAG from day 10 on',
    businesses: 2,
    draftsADay: 3,
    behaviour: harm({ approvedWithRag: 0.3 }),
    harmFrom: HARM_FROM,
  },
  {
    ...base,
    name: 'harm, rubber-stamping reviewer',
    about: 'sudden harm, and 60 % of the reviews are approvals within a second',
    behaviour: harm({ approvedWithRag: 0.3, rubberStamped: 0.6 }),
    harmFrom: HARM_FROM,
  },
  {
    ...base,
    name: 'harm, metrics late',
    about: 'sudden harm, and numbers come 12 hours late',
    lateHours: 12,
    behaviour: harm({ approvedWithRag: 0.3 }),
    harmFrom: HARM_FROM,
  },
];

interface Row {
  scenario: string;
  about: string;
  rule: string;
  runs: number;
  /** Share of runs that were rolled back. */
  rolledBack: number;
  paused: number | null;
  /** Drafts with RAG from the beginning of harm to the roll-back, median over the runs that found it in time. */
  medianDrafts: number | null;
  rightLevel: number | null;
  promise: 'ok' | 'MISS' | null;
}

await runCommand(
  HELP,
  {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean' },
  },
  async ({ runs = '200', seed = '1', json }) => {
    const [count, first] = [whole('--runs', runs, 1), whole('--seed', seed, 0)];
    const rows: Row[] = [];
    for (const [index, scenario] of SCENARIOS.entries()) {
      console.error(`${scenario.name} ...`);
      const random = seededRandom(first * 1_000 + index);
      const results = Array.from({ length: count }, () => runPilot(scenario, random));
      rows.push(
        rowOf(
          scenario,
          'guardrails',
          results.map(({ ours }) => ours),
        ),
      );
      for (const [window, size] of WINDOWS.entries()) {
        rows.push(
          rowOf(
            scenario,
            `plain share of the last ${size}`,
            results.flatMap(({ windows }) => windows[window] ?? []),
          ),
        );
      }
    }
    if (json === true) console.log(JSON.stringify(rows, null, 2));
    else console.log(tableOf(rows));
    return rows.some(({ promise }) => promise === 'MISS') ? 1 : 0;
  },
);

function whole(option: string, text: string, least: number): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) < least) {
    throw new UsageError(`${option} ${text}: not a whole number from ${least} to 999999`);
  }
  return Number(text);
}

function rowOf(scenario: PilotScenario, rule: string, runs: PilotRun[]): Row {
  const back = runs.filter(({ rolledBack }) => rolledBack);
  const ours = rule === 'guardrails';
  const share = (some: PilotRun[]) => some.length / runs.length;
  // Before harm began it was a false alarm, not a find.
  const found = back
    .flatMap(({ draftsToRollback }) => (draftsToRollback ? [draftsToRollback] : []))
    .sort((a, b) => a - b);
  const harmful = scenario.harmFrom !== null;
  const sudden = harmful && scenario.name.startsWith('sudden');
  const misses = harmful ? sudden && found.length / runs.length < LEAST_FOUND : share(back) > MOST_FALSE;
  return {
    scenario: scenario.name,
    about: scenario.about,
    rule,
    runs: runs.length,
    rolledBack: harmful ? found.length / runs.length : share(back),
    paused: ours ? share(runs.filter(({ paused }) => paused)) : null,
    medianDrafts: harmful ? (found[Math.floor(found.length / 2)] ?? null) : null,
    rightLevel: ours && harmful ? back.filter(({ rightLevel }) => rightLevel).length / Math.max(1, back.length) : null,
    promise: ours && (!harmful || sudden) ? (misses ? 'MISS' : 'ok') : null,
  };
}

function tableOf(rows: Row[]): string {
  const percent = (value: number | null) => (value === null ? '' : `${(value * 100).toFixed(1)} %`);
  const cells = rows.map((row) => [
    row.rule === 'guardrails' ? row.scenario : '',
    row.rule,
    percent(row.rolledBack),
    percent(row.paused),
    row.medianDrafts === null ? '' : String(row.medianDrafts),
    percent(row.rightLevel),
    row.promise ?? '',
    row.rule === 'guardrails' ? row.about : '',
  ]);
  const header = [
    'pilot',
    'rule',
    'rolled back',
    'paused',
    'drafts to it',
    'right level',
    '',
    `looked at ${LOOKS_A_DAY} times a day`,
  ];
  return formatTable(header, cells, ['rolled back', 'paused', 'drafts to it', 'right level']);
}
