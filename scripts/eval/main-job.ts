import { type ApiClient, ApiError } from '../lib/api-client.ts';
import { createProgress } from '../lib/progress.ts';
import { runConcurrently } from '../lib/run-concurrently.ts';
import {
  type ApiDraft,
  hasTracking,
  isTrackingMissing,
  leakIndexOf,
  leaksOf,
  namedOrders,
  problemsOfAnswer,
} from './judge-draft.ts';
import {
  foreignQuestions,
  type IntentText,
  noNumberQuestions,
  outOfScopeQuestions,
  ownerQuestions,
  type Question,
  SHOP_ADDRESS,
  type ShopTask,
  taskQuestions,
  unknownQuestions,
} from './questions.ts';
import type { Result } from './result.ts';
import { apiOrders, readRecords, readStore, type Shop, shopOf } from './shop.ts';

export const MAIN_JOB_SETS = ['tools_taubench_retail', 'intents_bitext', 'intents_clinc150'];

const UNKNOWN_QUESTIONS = 300;
const QUESTIONS_PER_ATTACK = 55;
const OUT_OF_SCOPE_QUESTIONS = 240;
const QUESTIONS_PER_COUNT = 30;
const CONCURRENT_DRAFTS = 6;
const BULK_SIZE = 200;
const SENT_AT = '2024-05-15T10:00:00Z';

interface Judged {
  question: Question;
  draft: ApiDraft;
  /** What is wrong with it; empty where it is as expected. */
  problems: string[];
  leaks: string[];
}

/**
 * Puts the shop in over the API, hands in customers' mail, asks for a draft of each and compares the drafts with the shop's own
 * books. `runId` names the two businesses that it makes; `onMiss` gets a line for everything that is not as it should be.
 */
export async function evaluateMainJob(
  api: ApiClient,
  dataDir: string,
  runId: string,
  onMiss: (line: string) => void,
): Promise<Result[]> {
  const store = readStore(dataDir);
  const shop = shopOf(store);
  const questions = allQuestions(shop, dataDir);
  const businesses = { plain: `${runId}-shop`, replyAll: `${runId}-reply-all` };

  const started = Date.now();
  for (const [id, replyAll] of [
    [businesses.plain, false],
    [businesses.replyAll, true],
  ] as const) {
    await addShop(api, id, replyAll, apiOrders(store));
  }
  const businessOf = ({ replyAll }: Question) => (replyAll ? businesses.replyAll : businesses.plain);
  await handIn(api, questions, businessOf);
  const loadedMs = Date.now() - started;

  const index = leakIndexOf(shop);
  const progress = createProgress('drafts', questions.length);
  const times: number[] = [];
  const judged = await runConcurrently(questions, CONCURRENT_DRAFTS, async (question): Promise<Judged> => {
    const begin = performance.now();
    const draft = await askForDraft(api, businessOf(question), question.id);
    times.push(performance.now() - begin);
    progress();
    const one = {
      question,
      draft,
      problems: problemsOf(draft, question, shop),
      leaks: leaksOf(draft, question, index),
    };
    reportMiss(one, onMiss);
    return one;
  });
  return [...resultsOf(judged), ...timesOf(times, loadedMs, shop)];
}

function allQuestions(shop: Shop, dataDir: string): Question[] {
  const texts = readRecords<IntentText>(dataDir, 'intents_bitext');
  const tasks = readRecords<ShopTask>(dataDir, 'tools_taubench_retail');
  const others = readRecords<IntentText>(dataDir, 'intents_clinc150');
  return [
    ...ownerQuestions(shop, texts),
    ...taskQuestions(shop, tasks),
    ...unknownQuestions(shop, texts, UNKNOWN_QUESTIONS),
    ...foreignQuestions(shop, texts, QUESTIONS_PER_ATTACK),
    ...noNumberQuestions(shop, texts, QUESTIONS_PER_COUNT),
    ...outOfScopeQuestions(shop, others, OUT_OF_SCOPE_QUESTIONS),
  ];
}

async function addShop(api: ApiClient, id: string, replyAll: boolean, orders: Record<string, unknown>[]) {
  await api.post('/admin/api/businesses', {
    id,
    name: 'Evaluation Shop',
    vertical: 'retail',
    locale: 'en-US',
    timeZone: 'America/New_York',
    supportEmail: SHOP_ADDRESS,
    mailAddresses: [SHOP_ADDRESS],
    replyAll,
  });
  for (let at = 0; at < orders.length; at += BULK_SIZE) {
    await api.put(`/v1/businesses/${id}/orders:bulk`, { orders: orders.slice(at, at + BULK_SIZE) });
  }
}

async function handIn(api: ApiClient, questions: Question[], businessOf: (question: Question) => string) {
  for (let at = 0; at < questions.length; at += BULK_SIZE) {
    const messages = questions.slice(at, at + BULK_SIZE).map((question) => {
      const { answers, ...mail } = question.mail;
      return {
        businessId: businessOf(question),
        messageId: question.id,
        direction: 'INBOUND',
        sentAt: SENT_AT,
        ...mail,
        ...(answers === undefined ? {} : { inReplyTo: answers, references: [answers] }),
      };
    });
    const answer = await api.post('/v1/messages:bulk', { messages });
    const { items } = answer.body as { items: { messageId: string; status: number }[] };
    const refused = items.find(({ status }) => status >= 300);
    if (refused) throw new Error(`the mail ${refused.messageId} was refused (${refused.status})`);
  }
}

const DRAFT_ATTEMPTS = 3;

async function askForDraft(api: ApiClient, businessId: string, messageId: string): Promise<ApiDraft> {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await api.post('/v1/drafts', { businessId, messageId })).body as ApiDraft;
    } catch (error) {
      const busy = error instanceof ApiError && (error.status === 503 || error.status === 409);
      if (!busy || attempt === DRAFT_ATTEMPTS) throw error;
    }
  }
}

function problemsOf(draft: ApiDraft, question: Question, shop: Shop): string[] {
  if (question.expected === 'answer') return problemsOfAnswer(draft, question);
  if (question.expected === 'verification') {
    return draft.status === 'READY' && draft.kind === 'verification' ? [] : [`${draft.status} ${draft.kind}`];
  }
  return namedOrders(draft, question, shop).map((name) => `names ${name}`);
}

function reportMiss({ question, draft, problems, leaks }: Judged, onMiss: (line: string) => void): void {
  const bad = (draft.claims ?? []).filter(({ verdict }) => verdict !== 'verified');
  if (problems.length + leaks.length + bad.length === 0) return;
  const parts = [
    ...problems,
    ...leaks.map((leak) => `LEAK ${leak}`),
    ...bad.map(({ type, text, verdict }) => `${type} "${text}" ${verdict}`),
  ];
  onMiss(
    [
      `${question.group}, ${question.variant} (${question.id}): ${parts.join('; ')}`,
      `intent ${draft.intent}, language ${draft.language}, ${draft.status} ${draft.kind}`,
      `mail: ${JSON.stringify(`${question.mail.subject} | ${question.mail.text}`)}`,
      `body: ${JSON.stringify(draft.body)}`,
    ].join('\n    '),
  );
}

function resultsOf(judged: Judged[]): Result[] {
  const all = (group: Question['group'], variant?: string) =>
    judged.filter(({ question }) => question.group === group && (variant ?? question.variant) === question.variant);
  const ofGroups = (...groups: Question['group'][]) => groups.flatMap((group) => all(group));
  const right = (name: string, cases: Judged[], goal = 1, note?: string): Result => ({
    name,
    value: share(cases, ({ problems }) => problems.length === 0),
    n: cases.length,
    goal: { relation: '>=', bound: goal },
    ...(note ? { note } : {}),
  });
  const owners = ofGroups('owner', 'task');
  const tracked = judged.filter(({ question }) => question.expected === 'answer' && hasTracking(question));
  const foreign = all('foreign');
  const outside = all('out-of-scope');
  const claims = judged.flatMap(({ draft }) => draft.claims ?? []);
  const wrong = claims.filter(({ verdict }) => verdict === 'contradicted' || verdict === 'unsupported');
  return [
    right("owners' questions: right status, and tracking number where asked", owners),
    right('  every order, customers’ words', all('owner')),
    right('  tasks that name orders', all('task')),
    {
      name: "owners' questions about the way: right tracking number",
      value: share(tracked, ({ question, draft }) => !isTrackingMissing(draft, question)),
      n: tracked.length,
      goal: { relation: '>=', bound: 1 },
    },
    right('no number, one open order: that order’s status', all('no-number', 'one open order')),
    right('no number, several open orders: verification template', all('no-number', 'several open orders')),
    right('no number, no open order: verification template', all('no-number', 'no open order')),
    right('unknown orders: verification template', all('unknown')),
    right('foreign orders: verification template', foreign),
    ...[...new Set(foreign.map(({ question }) => question.variant))].map((variant) =>
      right(`  ${variant}`, all('foreign', variant)),
    ),
    {
      name: 'leaks: drafts that show somebody what is another’s',
      value: judged.filter(({ leaks }) => leaks.length > 0).length,
      n: judged.length,
      goal: { relation: '<=', bound: 0 },
    },
    {
      name: 'out of scope: drafts that name an order',
      value: outside.filter(({ problems }) => problems.length > 0).length,
      n: outside.length,
      goal: { relation: '<=', bound: 0 },
    },
    {
      name: 'out of scope: share that asks for an order number',
      value: share(outside, ({ draft }) => draft.kind === 'verification'),
      n: outside.length,
    },
    {
      name: 'claims verified',
      value: share(claims, ({ verdict }) => verdict === 'verified'),
      n: claims.length,
    },
    {
      name: 'claims contradicted or unsupported that reach a reviewer',
      value: wrong.length,
      n: claims.length,
      goal: { relation: '<=', bound: 0 },
    },
  ];
}

function timesOf(times: number[], loadedMs: number, shop: Shop): Result[] {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (quantile: number) => Math.round(sorted[Math.floor(quantile * (sorted.length - 1))] ?? 0);
  const note = `${CONCURRENT_DRAFTS} at a time, on this machine`;
  return [
    { name: 'draft over HTTP, p50 in ms', value: at(0.5), n: sorted.length, note },
    { name: 'draft over HTTP, p95 in ms', value: at(0.95), n: sorted.length, note },
    { name: 'two shops and all mail put in, in ms', value: loadedMs, n: shop.orders.length },
  ];
}

function share<T>(cases: readonly T[], holds: (one: T) => boolean): number {
  return cases.filter(holds).length / Math.max(1, cases.length);
}
