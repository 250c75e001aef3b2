/** `npm run eval`: the service and its parts on data that others made; a table, and exit code 1 where a goal is missed. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { askModelForTriage } from '../src/drafting/compose.ts';
import type { TriageAnswer } from '../src/drafting/prompt-document.ts';
import { createOpenAiModel } from '../src/model/openai-model.ts';
import { evaluateGrounding, GROUNDING_SETS } from './eval/grounding.ts';
import { evaluateInjection, INJECTION_SETS } from './eval/injection.ts';
import { evaluateInjectionDetector } from './eval/injection-detector.ts';
import { evaluateMail } from './eval/mail.ts';
import { evaluateMainJob, MAIN_JOB_SETS } from './eval/main-job.ts';
import { evaluatePii } from './eval/pii.ts';
import { cellsOf, meetsGoal, parseGoal, type Result } from './eval/result.ts';
import { evaluateRetrieval, RETRIEVAL_SETS } from './eval/retrieval.ts';
import { evaluateTriage } from './eval/triage.ts';
import { createApiClient } from './lib/api-client.ts';
import { runCommand, UsageError } from './lib/command.ts';
import { formatTable } from './lib/format-table.ts';
import { type ChosenModel, chooseOfflineModel, type Service, startService } from './local/service.ts';

const HELP = `
npm run eval -- --data FOLDER [--only PARTS] [--base URL] [--misses] [--json]

Measures the service on data that others made, and prints a table: name, value, n, goal, ok or MISS, note.
Starts the service itself, with a database in memory and the offline model. Exit code 1: a goal was missed.

  --data FOLDER   a folder per set, each with dev.jsonl (tools_taubench_retail also has store.json)
  --only PARTS    main, triage, retrieval, mail, pii, injection, grounding; comma-separated (all)
  --base URL      a running service in place of an own one, with DRAFTGATE_ADMIN_KEY; two businesses are added to it
  --misses        what was not as it should be, line by line, on stderr
  --json          the table as JSON
`;

interface Context {
  dataDir: string;
  onMiss: (line: string) => void;
  /** Aborted at Ctrl-C. */
  signal: AbortSignal;
  /** The service under test; started at the first use. */
  service: () => Promise<{ base: string; adminKey: string }>;
  /** The model that is asked where triage by code is unsure. */
  model: () => Promise<ChosenModel>;
}

interface Part {
  sets: string[];
  evaluate: (context: Context) => Promise<Result[]>;
}

/** How the modules of the parts write a row. */
interface PartRow {
  name: string;
  value: number;
  n: number;
  goal?: string | number | undefined;
  note?: string | undefined;
}

const TRIAGE_TIMEOUT_MS = 30_000;
const INTENT_SETS = ['intents_bitext', 'intents_banking77', 'intents_clinc150'];

const PARTS: Record<string, Part> = {
  main: {
    sets: MAIN_JOB_SETS,
    evaluate: async ({ dataDir, service, onMiss }) => {
      const { base, adminKey } = await service();
      const runId = `eval-${randomBytes(4).toString('hex')}`;
      return evaluateMainJob(createApiClient(base, adminKey), dataDir, runId, onMiss);
    },
  },
  triage: {
    sets: INTENT_SETS,
    evaluate: async ({ dataDir, model }) => fromRows(await evaluateTriage(dataDir, triageWith(await model()))),
  },
  retrieval: {
    sets: [...RETRIEVAL_SETS],
    evaluate: async ({ dataDir }) => fromRows(await evaluateRetrieval(dataDir)),
  },
  mail: {
    sets: ['mime_reply_stripping', 'mime_corpus'],
    evaluate: async ({ dataDir }) => fromRows(await evaluateMail(dataDir)),
  },
  pii: {
    sets: ['pii_presidio', 'pii_presidio_sentences', 'pii_validator', 'pii_ibantools', 'tools_taubench_retail'],
    evaluate: async ({ dataDir, onMiss }) => fromRows(await evaluatePii(dataDir, onMiss)),
  },
  injection: {
    sets: INJECTION_SETS,
    evaluate: async ({ dataDir, onMiss, signal }) => [
      ...fromRows(await evaluateInjectionDetector(dataDir, onMiss)),
      ...(await evaluateInjection(dataDir, onMiss, signal)),
    ],
  },
  grounding: {
    sets: [...GROUNDING_SETS],
    evaluate: async ({ dataDir, onMiss }) =>
      fromRows(await evaluateGrounding(dataDir, (miss) => onMiss(JSON.stringify(miss)))),
  },
};

await runCommand(
  HELP,
  {
    data: { type: 'string' },
    only: { type: 'string' },
    base: { type: 'string' },
    misses: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async (values) => {
    const dataDir = values.data;
    if (dataDir === undefined) throw new UsageError('--data FOLDER is missing; see --help');
    if (!existsSync(dataDir)) throw new UsageError(`--data ${dataDir}: there is no such folder`);
    const names = values.only?.split(',').map((name) => name.trim()) ?? Object.keys(PARTS);
    const parts = names.map((name) => {
      const part = PARTS[name];
      if (part === undefined) throw new UsageError(`--only ${name}: not one of ${Object.keys(PARTS).join(', ')}`);
      return { name, ...part };
    });
    for (const set of new Set(parts.flatMap((part) => part.sets))) {
      if (!existsSync(join(dataDir, set, 'dev.jsonl')))
        throw new UsageError(`--data ${dataDir}: no ${set}/dev.jsonl in it`);
    }

    const stop = new AbortController();
    const running = startWhenNeeded(values.base, stop.signal);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        stop.abort();
        void running.close().then(() => process.exit(130));
      });
    }
    const onMiss = (line: string) => {
      if (values.misses === true) console.error(line);
    };
    try {
      const results: (Result & { part: string })[] = [];
      for (const { name, evaluate } of parts) {
        console.error(`${name} ...`);
        const started = Date.now();
        const measured = await evaluate({ dataDir, onMiss, signal: stop.signal, ...running });
        results.push(...measured.map((result) => ({ part: name, ...result })));
        console.error(`${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
        if (values.json !== true) console.log(`${name}\n${tableOf(measured)}\n`);
      }
      if (values.json === true) console.log(JSON.stringify(results.map(withVerdict), null, 2));
      return results.some((result) => meetsGoal(result) === false) ? 1 : 0;
    } finally {
      await running.close();
    }
  },
);
// Sockets that wrangler or a client left open must not keep the command alive.
process.exit(process.exitCode ?? 0);

/** Service and offline model, each started at its first use and shared; `close` ends what was started. */
function startWhenNeeded(base: string | undefined, signal: AbortSignal) {
  let model: Promise<ChosenModel> | undefined;
  let own: Promise<Service> | undefined;
  const chooseModel = () => {
    model ??= chooseOfflineModel();
    return model;
  };
  return {
    model: chooseModel,
    service: async (): Promise<{ base: string; adminKey: string }> => {
      if (base !== undefined) return { base, adminKey: adminKeyOf() };
      own ??= startService({
        port: 0,
        adminKey: randomBytes(24).toString('hex'),
        database: {},
        // Shared with triage, and so not the service's to close.
        chooseModel: async () => ({ ...(await chooseModel()), close: async () => {} }),
        signal,
      });
      return own;
    },
    close: async () => {
      await own?.then(
        (service) => service.close(),
        () => undefined,
      );
      await model?.then(
        (started) => started.close(),
        () => undefined,
      );
    },
  };
}

function adminKeyOf(): string {
  const key = process.env.DRAFTGATE_ADMIN_KEY;
  if (!key) throw new UsageError('--base needs DRAFTGATE_ADMIN_KEY');
  return key;
}

/** Triage by the model, over the very call that the pipeline makes. */
function triageWith({ variables }: ChosenModel) {
  const silent = { info: () => {}, error: () => {} };
  const model = createOpenAiModel(
    {
      apiKey: variables.OPENAI_API_KEY,
      baseUrl: variables.OPENAI_BASE_URL,
      model: variables.OPENAI_MODEL ?? 'offline-writer',
      embeddingModel: variables.OPENAI_EMBEDDING_MODEL ?? '',
    },
    silent,
  );
  return async (subject: string, text: string): Promise<TriageAnswer> => {
    const document = { task: 'triage' as const, customerMail: { subject, text } };
    const answer = await askModelForTriage(model, document, AbortSignal.timeout(TRIAGE_TIMEOUT_MS));
    if (answer.status !== 'ok') throw new Error(`the model did not sort a mail: ${answer.status}`);
    return answer.value;
  };
}

function fromRows(rows: PartRow[]): Result[] {
  return rows.map(({ goal, note, ...row }) => {
    const parsed = parseGoal(goal);
    return { ...row, ...(parsed ? { goal: parsed } : {}), ...(note ? { note } : {}) };
  });
}

function withVerdict(result: Result & { part: string }) {
  const met = meetsGoal(result);
  return { ...result, ...(met === undefined ? {} : { met }) };
}

function tableOf(results: Result[]): string {
  return formatTable(['name', 'value', 'n', 'goal', '', 'note'], results.map(cellsOf), ['value', 'n']);
}
