import { setTimeout as delay } from 'node:timers/promises';
import type { ApiAnswer, ApiClient } from '../lib/api-client.ts';
import { runConcurrently } from '../lib/run-concurrently.ts';
import type { LoadMail, LoadShops } from './shop.ts';

const DRAFT_ANSWERS = [200, 201, 202, 409, 429, 500, 502, 503, 504];
/** Every so many-th mail is asked for twice at once. */
const DUPLICATE_EVERY = 10;
/** A rollback of one business after each of these shares of the drafts, restored at once. */
const ROLLBACKS_AT = [0.3, 0.6];
const EVENTS_READ = 400;
const EVENT_READERS = 4;

export interface LevelOptions {
  concurrency: number;
  drafts: number;
  /** Duplicates and rollbacks among the drafts. */
  mixed: boolean;
  /** Between the mail that is handed in and the first draft, and after the last. */
  started?: () => Promise<void>;
  ended?: () => Promise<void>;
}

export interface Level {
  concurrency: number;
  drafts: number;
  succeeded: number;
  /** Status codes of those that were not. */
  failures: Record<string, number>;
  perSecond: number;
  /** Milliseconds a draft, as its client sees it; of those that a model wrote. */
  times: number[];
  /** What the same drafts' calls of the model took, one after another, from their stored events. */
  modelTimes: number[];
  /** What is left of a draft without its model calls, from its event. */
  overhead: number[];
  stages: Record<string, number[]>;
  duplicates: number;
  rollbacks: number;
  /** What must never be. */
  problems: string[];
}

interface Draft {
  id: string;
  status: string;
  rag: { enabled: boolean };
}

interface Trace {
  stages?: Record<string, number>;
  totalMs?: number;
  triageBy?: 'code' | 'model';
  /** Why a model that was asked did not decide. */
  triageModel?: string;
}

/** Asks for drafts of fresh mail, `concurrency` at a time, and reads afterwards from their events where the time went. */
export async function runLevel(api: ApiClient, shops: LoadShops, options: LevelOptions): Promise<Level> {
  const { concurrency, drafts, mixed } = options;
  const mails = await shops.mails(drafts);
  const level: Level = {
    concurrency,
    drafts,
    succeeded: 0,
    failures: {},
    perSecond: 0,
    times: [],
    modelTimes: [],
    overhead: [],
    stages: {},
    duplicates: 0,
    rollbacks: 0,
    problems: [],
  };
  const made: { id: string; ms: number; composed: boolean }[] = [];
  const rolledBackFrom = new Map<string, number>();
  const restoredAt = new Map<string, number>();
  const pending = mixed ? ROLLBACKS_AT.map((share) => Math.floor(share * drafts)) : [];
  const rollbacks: Promise<void>[] = [];
  await options.started?.();
  const started = performance.now();

  await runConcurrently(mails, concurrency, async (mail, at) => {
    if (pending[0] !== undefined && at >= pending[0]) {
      pending.shift();
      rollbacks.push(rollBackOne(shops.businessIds[rollbacks.length % shops.businessIds.length] as string));
    }
    const doubled = mixed && at % DUPLICATE_EVERY === 0;
    const begin = performance.now();
    const copy = doubled ? ask(mail) : undefined;
    const answer = await ask(mail);
    const ms = performance.now() - begin;
    const other = await copy;
    count(mail, answer, other, ms, begin);
  });
  level.perSecond = drafts / ((performance.now() - started) / 1000);
  await Promise.all(rollbacks);
  await options.ended?.();
  await readEvents();
  return level;

  async function ask({ businessId, messageId }: LoadMail): Promise<ApiAnswer> {
    return api
      .post('/v1/drafts', { businessId, messageId }, DRAFT_ANSWERS)
      .catch((error) => ({ status: 0, body: error instanceof Error ? error.message : 'failed' }));
  }

  function count(mail: LoadMail, answer: ApiAnswer, other: ApiAnswer | undefined, ms: number, begin: number): void {
    const answers = [answer, ...(other === undefined ? [] : [other])];
    if (other !== undefined) {
      level.duplicates += 1;
      const ids = new Set(answers.filter(({ status }) => status === 200 || status === 201).map(idOf));
      if (ids.size > 1) level.problems.push(`${mail.messageId} has ${ids.size} drafts`);
      if (answers.filter(({ status }) => status === 201).length > 1) level.problems.push('a draft was made twice');
    }
    const good = answers.find(({ status }) => status === 201) ?? answers.find(({ status }) => status === 200);
    if (good === undefined) {
      const status = String(answer.status);
      level.failures[status] = (level.failures[status] ?? 0) + 1;
      return;
    }
    level.succeeded += 1;
    const draft = good.body as Draft;
    const rolledBack = rolledBackFrom.get(mail.businessId);
    const restored = restoredAt.get(mail.businessId);
    if (draft.rag.enabled && rolledBack !== undefined && begin > rolledBack && restored === undefined) {
      level.problems.push(`a draft that was asked for after the rollback of ${mail.businessId} has RAG`);
    }
    if (other === undefined) made.push({ id: draft.id, ms, composed: mail.composed });
  }

  async function rollBackOne(businessId: string): Promise<void> {
    level.rollbacks += 1;
    try {
      const { body } = await api.post('/admin/api/rollbacks', { level: 'business', businessId, reason: 'load test' });
      rolledBackFrom.set(businessId, performance.now());
      await delay(1_000);
      restoredAt.set(businessId, performance.now());
      await api.post(`/admin/api/rollbacks/${(body as { id: string }).id}/restore`, { reason: 'load test' });
    } catch (error) {
      level.problems.push(`rollback: ${(error as Error).message}`);
    }
  }

  async function readEvents(): Promise<void> {
    const composed = made.filter((draft) => draft.composed);
    const step = Math.max(1, Math.ceil(composed.length / EVENTS_READ));
    const sample = composed.filter((_, at) => at % step === 0);
    const traces = await runConcurrently(sample, EVENT_READERS, async ({ id }) => {
      const { body } = await api.get(`/admin/api/drafts/${id}/events`);
      return (body as { items: { trace: Trace }[] }).items[0]?.trace ?? {};
    });
    for (const [at, { stages, totalMs, triageBy, triageModel }] of traces.entries()) {
      if (stages?.compose === undefined || totalMs === undefined) continue;
      const ms = sample[at]?.ms ?? Number.NaN;
      const asked = triageBy === 'model' || triageModel !== undefined;
      const modelMs = stages.compose + (asked ? (stages.triage ?? 0) : 0);
      level.times.push(ms);
      level.modelTimes.push(modelMs);
      level.overhead.push(ms - modelMs);
      for (const [name, ms] of Object.entries({ ...stages, total: totalMs })) {
        level.stages[name] = [...(level.stages[name] ?? []), ms];
      }
    }
  }
}

function idOf({ body }: ApiAnswer): string {
  return (body as Draft).id;
}
