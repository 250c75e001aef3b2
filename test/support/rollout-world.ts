import { startDatabase } from '../../scripts/local/database.ts';
import { createApp } from '../../src/app.ts';
import { newId } from '../../src/lib/ids.ts';
import type { LanguageModel } from '../../src/model/language-model.ts';
import type { BackfillDeps } from '../../src/retrieval/backfill/start-backfill.ts';
import { RAG_FEATURE } from '../../src/rollout/decide.ts';
import type { EdgeOff, EdgeReading, EdgeSwitch } from '../../src/rollout/edge-switch.ts';
import { createServices, type Overrides, type Services } from '../../src/services.ts';
import { createOwnDatabase, ensureWorkerCrypto } from './own-database.ts';
import { type Browser, openPages } from './page-browser.ts';

export const ADMIN_KEY = 'admin-key-of-the-rollout-tests-40-chars-';

/** KV in memory: `stuckAt` plays a location whose cache does not see writes, `down` one that does not answer. */
export interface FakeEdge extends EdgeSwitch {
  value: EdgeReading;
  stuckAt: EdgeReading | null;
  down: boolean;
}

export function createFakeEdge(): FakeEdge {
  const edge: FakeEdge = {
    value: { state: 'absent' },
    stuckAt: null,
    down: false,
    read: async () => (edge.down ? { state: 'unreadable' } : (edge.stuckAt ?? edge.value)),
    writeOff: async (_feature: string, off: EdgeOff) => {
      if (edge.down) throw new Error('KV is down');
      edge.value = { state: 'off', ...off };
    },
    clear: async () => {
      if (edge.down) throw new Error('KV is down');
      edge.value = { state: 'absent' };
    },
  };
  return edge;
}

/** Writes the same harmless body for every mail; `gate` holds every answer back until it resolves, and up to `spreadMs` longer. */
export interface FakeModel extends LanguageModel {
  gate: Promise<void> | null;
  spreadMs: number;
  waiting: number;
}

export function createFakeModel(): FakeModel {
  const vector = Array.from({ length: 512 }, (_, index) => (index === 0 ? 1 : 0));
  const model: FakeModel = {
    name: 'fake-writer',
    embeddingName: 'fake-encoder',
    gate: null,
    spreadMs: 0,
    waiting: 0,
    answer: async ({ schema, name }) => {
      model.waiting += 1;
      await model.gate;
      if (model.spreadMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * model.spreadMs));
      const value =
        name === 'reply'
          ? { body: 'Hello,\n\nThank you for your message. A colleague will check and reply.', sources: [] }
          : { intent: 'GENERAL', requiredTool: 'none' };
      return { status: 'ok', value: schema.parse(value), usage: { inputTokens: 100, outputTokens: 20 } };
    },
    embed: async (texts) => ({ status: 'ok', vectors: texts.map(() => vector), tokens: texts.length }),
  };
  return model;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
export type Answer = any;

export interface RolloutWorld {
  services: Services;
  edge: FakeEdge;
  model: FakeModel;
  /** Services over the same database with other adapters. */
  servicesWith(overrides: Overrides): Services;
  /** Login of the application, and the endpoint that it goes through. */
  databaseUrl: string;
  fetchEndpoint: string;
  /** What verbs of a backfill work with, with a queue of the test's own. */
  backfillDeps(enqueueBackfill: BackfillDeps['enqueueBackfill']): BackfillDeps;
  /** Login of the owner, for sessions that a test steers by hand. */
  ownerUrl: string;
  /** SQL as the owner, as an operator types it. */
  sql(text: string, params?: unknown[]): Promise<Record<string, string | null>[]>;
  /** The HTTP application, as the admin, or as a person behind the admin key. */
  call(method: string, path: string, body?: unknown, person?: string): Promise<{ status: number; body: Answer }>;
  callOn(services: Services, method: string, path: string, body?: unknown): Promise<{ status: number; body: Answer }>;
  /** A browser of an operator who has signed in under this name. */
  operator(name: string): Promise<Browser>;
  /** A business with RAG on, enrolled unless told otherwise. */
  business(options?: { enrolled?: boolean; ragOn?: boolean; controlShare?: number }): Promise<string>;
  /** A new mail of a new thread; its id. */
  mail(businessId: string): Promise<string>;
  draft(
    businessId: string,
    messageId?: string,
  ): Promise<{ id: string; ragEnabled: boolean; status: string; reason: string }>;
  /** Nobody enrolled, nothing killed, no ramps: as at the beginning. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** A database of its own with the whole service over it: rollouts are global, so tests of them share nothing. */
export async function startRolloutWorld(): Promise<RolloutWorld> {
  ensureWorkerCrypto();
  const server = process.env.DRAFTGATE_TEST_DATABASE_URL;
  const own = server === undefined ? undefined : await createOwnDatabase(server);
  const database = await startDatabase({
    migrationsFolder: new URL('../../migrations', import.meta.url).pathname,
    ...(own === undefined ? {} : { databaseUrl: own.url }),
  });
  const edge = createFakeEdge();
  const model = createFakeModel();
  const env = {
    ENVIRONMENT: 'test',
    DATABASE_URL: database.url,
    DATABASE_FETCH_ENDPOINT: database.fetchEndpoint ?? '',
    DRAFTGATE_ADMIN_KEY: ADMIN_KEY,
    OPENAI_API_KEY: 'none',
    OPENAI_BASE_URL: 'http://127.0.0.1:9',
    OPENAI_MODEL: 'fake-writer',
    OPENAI_EMBEDDING_MODEL: 'fake-encoder',
    API_RATE_LIMIT: { limit: async () => ({ success: true }) },
    FLAGS: {},
    DRAFT_RETRIES: { send: async () => undefined },
    BACKFILL: { sendBatch: async () => undefined },
    ALERTS: { sendBatch: async () => undefined },
  } as unknown as Env;
  const quiet = { info: () => undefined, error: () => undefined };
  const servicesWith = (overrides: Overrides) =>
    createServices(env, { edge, model, logger: quiet, enqueueRetry: async () => undefined, ...overrides });
  const services = servicesWith({});
  const app = createApp(services);
  let count = 0;

  async function request(
    to: ReturnType<typeof createApp>,
    method: string,
    path: string,
    body: unknown,
    person?: string,
  ) {
    const response = await to.request(path, {
      method,
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(person === undefined ? {} : { 'x-draftgate-actor': person }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  const world: RolloutWorld = {
    services,
    edge,
    model,
    servicesWith,
    databaseUrl: database.url,
    fetchEndpoint: database.fetchEndpoint ?? '',
    backfillDeps: (enqueueBackfill) => ({
      db: services.db,
      model,
      clock: services.clock,
      logger: quiet,
      config: services.config,
      enqueueBackfill,
    }),
    ownerUrl: database.ownerUrl,
    sql: database.query,
    call: (method, path, body, person) => request(app, method, path, body, person),
    callOn: (other, method, path, body) => request(createApp(other), method, path, body),
    async operator(name) {
      const person = openPages(app, { SIGN_IN_RATE_LIMIT: { limit: async () => ({ success: true }) } });
      await person.signIn(ADMIN_KEY, name);
      return person;
    },
    async business({ enrolled = true, ragOn = true, controlShare = 0 } = {}) {
      count += 1;
      const id = `b${count}-${newId('t', new Date()).slice(-6)}`;
      const act = { actor: 'setup', requestId: 'setup' };
      await services.createBusiness(
        { id, name: `Business ${count}`, emailRagEnabled: ragOn, emailSnippetsEnabled: ragOn, controlShare },
        act,
      );
      if (enrolled) await services.enrolPilot({ businessId: id, feature: RAG_FEATURE, notes: 'test' }, act);
      return id;
    },
    async mail(businessId) {
      count += 1;
      const messageId = `<${count}@customer.example>`;
      await services.receiveMessages(businessId, [
        {
          messageId,
          direction: 'INBOUND',
          from: { address: `customer${count}@example.com` },
          to: [{ address: 'shop@example.org' }],
          cc: [],
          replyTo: [],
          subject: 'A question',
          text: 'Hello, which colours does the linen bag come in? Thank you, Kim',
          headers: {},
          sentAt: new Date(),
        },
      ]);
      return messageId;
    },
    async draft(businessId, messageId) {
      const outcome = await services.generateDraft({
        businessId,
        messageId: messageId ?? (await world.mail(businessId)),
      });
      if (!('draft' in outcome)) throw new Error(outcome.status);
      const { id, ragEnabled, status, content } = outcome.draft;
      return { id, ragEnabled, status, reason: content?.rag.reason ?? '' };
    },
    async reset() {
      edge.value = { state: 'absent' };
      edge.stuckAt = null;
      edge.down = false;
      model.gate = null;
      model.spreadMs = 0;
      await database.query(
        `TRUNCATE "Alert", "Incident", "PilotExclusion", "RampDecision", "Ramp", "Rollback", "Business", "Feature" CASCADE`,
      );
    },
    async close() {
      await database.close();
      await own?.drop();
    },
  };
  return world;
}
