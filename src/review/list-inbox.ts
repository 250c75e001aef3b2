import type { Database } from '../storage/db.ts';
import { factsBy, isDatabaseAway, keysOf } from './current-facts.ts';
import { type InboxPage, inboxRows, recordsOf } from './inbox-store.ts';

export interface InboxDeps {
  db: Database;
  config: { toolTimeoutMs: number };
}

type Stored = Awaited<ReturnType<typeof inboxRows>>[number];

export interface InboxRow extends Stored {
  /** Whether what it was written from still stands; `unknown` where the tools did not answer in time. */
  facts: 'same' | 'changed' | 'unknown';
}

/** Pages that are read at most until enough rows are left of those whose facts may have changed. */
const MOST_ROUNDS = 10;

/** A page of the inbox. All its drafts' facts are asked for at once: two round trips, however many rows. */
export async function listInbox(deps: InboxDeps, page: InboxPage): Promise<InboxRow[]> {
  const kept: InboxRow[] = [];
  let { after } = page;
  for (let round = 1; ; round += 1) {
    const stored = await inboxRows(deps.db, { ...page, after });
    const rows = await withFacts(deps, stored);
    const isLast = stored.length < page.limit || round === MOST_ROUNDS;
    // SQL finds records that were written again, this whether they say anything else. Nothing is hidden when it gives up.
    kept.push(...rows.filter((row) => !page.withFindings || round === MOST_ROUNDS || needsALook(row)));
    if (isLast || kept.length >= page.limit) return kept.slice(0, page.limit);
    after = stored.at(-1)?.id ?? null;
  }
}

function needsALook({ content, facts, reports }: InboxRow): boolean {
  return (
    facts !== 'same' || reports.length > 0 || content?.findings.some(({ severity }) => severity !== 'info') === true
  );
}

async function withFacts({ db, config }: InboxDeps, rows: Stored[]): Promise<InboxRow[]> {
  const open = rows.flatMap(({ businessId, records }) =>
    records !== null && records.orders.length + records.appointments.length > 0 ? { businessId, records } : [],
  );
  if (open.length === 0) return rows.map((row) => ({ ...row, facts: 'same' }));
  const keys = open.map(({ records }) => keysOf(records));
  const businessIds = [...new Set(open.map(({ businessId }) => businessId))];
  try {
    const [orders, appointments] = await recordsOf(
      db,
      businessIds,
      { orders: keys.flatMap((one) => one.orders), appointments: keys.flatMap((one) => one.appointments) },
      { timeoutMs: config.toolTimeoutMs },
    );
    return rows.map((row) => {
      const { businessId, content, records } = row;
      if (records === null || content === null) return { ...row, facts: 'same' };
      const { intent, to, cc } = content;
      const own = <T extends { businessId: string }>(all: T[]) => all.filter((one) => one.businessId === businessId);
      const found = { orders: own(orders), appointments: own(appointments) };
      const { changes } = factsBy({ businessId, intent, to, cc, evidence: records }, found);
      return { ...row, facts: changes.length === 0 ? 'same' : 'changed' };
    });
  } catch (error) {
    if (!isDatabaseAway(error)) throw error;
    return rows.map((row) => ({ ...row, facts: row.records === null ? 'same' : 'unknown' }));
  }
}
