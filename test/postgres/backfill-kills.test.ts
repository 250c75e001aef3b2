import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackfill } from '../../src/retrieval/backfill/start-backfill.ts';
import { createBackfillBroker } from '../support/backfill-broker.ts';
import { type RolloutWorld, startRolloutWorld } from '../support/rollout-world.ts';

/** The measured run has 50,000: BACKFILL_MAILS=50000 npm run test:postgres -- backfill-kills. */
const MAILS = Number(process.env.BACKFILL_MAILS ?? 4_000);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let world: RolloutWorld;
let fetchEndpoint = '';
let databaseUrl = '';
beforeAll(async () => {
  world = await startRolloutWorld();
  ({ fetchEndpoint, databaseUrl } = world);
}, 60_000);
afterAll(() => world?.close());

/** Questions and answers, each pair another. */
async function correspond(businessId: string, count: number): Promise<void> {
  await world.sql(
    `insert into "Thread" ("businessId", "id") select $1, 'thread-' || n from generate_series(1, $2::int) n`,
    [businessId, count],
  );
  await world.sql(
    `insert into "Message" ("id", "businessId", "messageId", "messageKey", "threadId", "direction", "from", "to", "subject", "text", "contentHash", "sentAt")
     select $1 || '-' || d.direction || '-' || lpad(n::text, 7, '0'), $1, d.direction || n, d.direction || n, 'thread-' || n, d.direction,
       jsonb_build_object('address', d.sender), jsonb_build_array(jsonb_build_object('address', d.recipient)), 'Question ' || n,
       d.text || ' This is about case ' || md5(n::text) || ' of last week.', n::text, now() - n * interval '1 minute' + d.later
     from generate_series(1, $2::int) n cross join (values
       ('INBOUND', 'ada@customer.example', 'shop@corner.example', 'Hello, where is my parcel?', interval '0'),
       ('OUTBOUND', 'shop@corner.example', 'ada@customer.example', 'Hello, we will ask the carrier.', interval '10 seconds')
     ) d(direction, sender, recipient, text, later)`,
    [businessId, count],
  );
}

const countsOf = async (id: string) => (await world.call('GET', `/admin/api/backfills/${id}`)).body;

describe('a backfill whose consumer is killed', () => {
  it(
    `makes exactly ${MAILS} examples of ${MAILS} mails, whatever is killed, doubled or refused`,
    async () => {
      const businessId = await world.business();
      await correspond(businessId, MAILS);
      const broker = createBackfillBroker(
        {
          databaseUrl,
          fetchEndpoint,
          limits: { embeddingRequestsPerMinute: 1_000_000, embeddingTokensPerMinute: 1_000_000_000 },
          refusals: 0.34,
        },
        { doubles: 0.2 },
      );
      try {
        const deps = world.backfillDeps(async (messages, delayMs) => {
          for (const body of messages) broker.put(body, delayMs);
        });
        const { backfill } = await startBackfill(deps, {
          businessId,
          days: 180,
          source: 'api',
          actor: 'test',
          requestId: null,
        });
        // A poison message among them.
        broker.put({ type: 'backfill-page', businessId, backfillId: backfill.id, ids: [] });
        const started = Date.now();
        const killAt = [0.05, 0.25, 0.45].map((share) => Math.floor(share * MAILS));
        let progress = await countsOf(backfill.id);
        while (progress.status !== 'done') {
          const [next] = killAt;
          if (next !== undefined && progress.done >= next && broker.isBusy()) {
            killAt.shift();
            broker.kill();
          }
          await pause(killAt.length > 0 ? 5 : 100);
          progress = await countsOf(backfill.id);
        }
        const seconds = (Date.now() - started) / 1000;
        const [stored] = await world.sql(
          `select count(*) as rows, count(distinct "messageRef") as mails, count(distinct "contentHash") as hashes from "Embedding" where "businessId" = $1`,
          [businessId],
        );
        const letters = await world.sql('select "body" from "DeadLetter"');
        console.log(`${MAILS} mails in ${seconds.toFixed(1)} s`, JSON.stringify({ ...broker.counts, ...stored }));
        expect(broker.counts.kills).toBe(3);
        expect(broker.counts.redelivered).toBeGreaterThanOrEqual(3);
        expect(progress).toMatchObject({ total: MAILS, done: MAILS, skipped: 0, failed: 0 });
        expect(stored).toEqual({ rows: String(MAILS), mails: String(MAILS), hashes: String(MAILS) });
        expect(letters).toHaveLength(1);
      } finally {
        await broker.close();
      }
    },
    30 * 60_000,
  );
});
