import { describe, expect, it } from 'vitest';
import { breachesOf } from '../support/faults/check-invariants.ts';
import { playFaults } from '../support/faults/fault-world.ts';

/** The long run: FAULT_OPERATIONS=10000 npm run test:postgres -- faults. One seed again: FAULT_SEED=7. */
const OPERATIONS = Number(process.env.FAULT_OPERATIONS ?? 400);
const SEEDS = process.env.FAULT_SEED === undefined ? [1, 2] : [Number(process.env.FAULT_SEED)];
const PARALLEL = Number(process.env.FAULT_PARALLEL ?? 8);
const LIMIT_MS = 120_000 + OPERATIONS * 300;

describe('with faults between the Worker and everything it talks to', () => {
  it.each(SEEDS)(
    `nothing is lost, doubled or wrong after ${OPERATIONS} operations of seed %i`,
    async (seed) => {
      const run = await playFaults(seed, OPERATIONS, PARALLEL);
      try {
        const breaches = await breachesOf(run);
        const again = `FAULT_SEED=${seed} FAULT_OPERATIONS=${OPERATIONS} npm run test:postgres -- faults`;
        const [made] = await run.sql(`select count(*) as drafts, count(*) filter (where "status" = 'FAILED') as failed,
          count(*) filter (where "ragEnabled") as rag, count(*) filter (where "status" = 'APPROVED') as approved, max("attempts") as attempts from "Draft"`);
        console.log(`seed ${seed}:`, JSON.stringify({ operations: OPERATIONS, ...made, ...run.counts }));
        if (process.env.FAULT_STATUSES !== undefined) console.log(JSON.stringify(run.ledger.statuses, null, 1));
        expect(breaches, `again: ${again}`).toEqual([]);
        // It was no idle run.
        expect(run.ledger.answered.size).toBeGreaterThan(OPERATIONS / 20);
        expect(Object.keys(run.counts).filter((name) => name.startsWith('database:')).length).toBeGreaterThan(5);
      } finally {
        await run.close();
      }
    },
    LIMIT_MS,
  );
});
