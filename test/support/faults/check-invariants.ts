import type { FaultRun } from './fault-world.ts';

type Row = Record<string, string | null>;

/** What must hold when all is quiet again, whatever happened. Answers one line for each breach. */
export async function breachesOf({ ledger, sql }: FaultRun): Promise<string[]> {
  const breaches = [...ledger.violations];
  const report = (rows: Row[], what: (row: Row) => string) => breaches.push(...rows.slice(0, 5).map(what));

  // Nothing that came in is lost.
  const stored = new Set((await sql('select "messageId" from "Message"')).map((row) => row.messageId));
  for (const { messageId } of ledger.received.values()) {
    if (!stored.has(messageId)) breaches.push(`${messageId} was taken, and is gone`);
  }

  // Each mail that a draft was asked for has exactly one, finished, or one that says why not and tries again.
  const drafts = new Map(
    (await sql('select "id", "status", "approvedBody", "messageId" from "Draft"')).map((row) => [row.id, row]),
  );
  const perMessage = await sql('select "messageRef", count(*) as n from "Draft" group by 1 having count(*) > 1');
  report(perMessage, ({ messageRef, n }) => `${messageRef} has ${n} drafts`);
  for (const { messageId, draftId } of ledger.answered.values()) {
    if (!drafts.has(draftId)) breaches.push(`the draft ${draftId} of ${messageId} is gone`);
  }
  const unfinished = await sql(
    `select "id", "status", "attempts", "nextAttemptAt" from "Draft" where "status" in ('DRAFTING', 'RETRYING')`,
  );
  report(
    unfinished,
    ({ id, status, attempts }) => `${id} is ${status} after ${attempts} attempts with nothing going wrong`,
  );
  report(
    await sql(
      `select "id", "status" from "Draft" where "content" is null and "status" not in ('FAILED', 'RETRYING', 'DRAFTING')`,
    ),
    ({ id, status }) => `${id} is ${status} and empty`,
  );
  // Its wide event, for each version that was finished, once.
  report(
    await sql(`select d."id", d."version" from "Draft" d where d."status" not in ('DRAFTING', 'RETRYING') and not exists (
      select from "DraftEvent" e where e."draftId" = d."id" and e."version" = d."version" and e."type" = 'drafted')`),
    ({ id, version }) => `${id} has no event of version ${version}`,
  );

  // No review is lost, doubled or overwritten.
  for (const [draftId, body] of ledger.approved) {
    const draft = drafts.get(draftId);
    if (draft?.status !== 'APPROVED') breaches.push(`${draftId} was approved, and is ${draft?.status}`);
    else if (draft.approvedBody !== body) breaches.push(`${draftId} was approved with another body than is stored`);
  }
  for (const draftId of ledger.discarded) {
    if (drafts.get(draftId)?.status !== 'DISCARDED')
      breaches.push(`${draftId} was discarded, and is ${drafts.get(draftId)?.status}`);
  }
  for (const [draftId, count] of ledger.reported) {
    const [row] = await sql(`select count(*) as n from "DraftEvent" where "type" = 'reported' and "draftId" = $1`, [
      draftId,
    ]);
    if (Number(row?.n) < count) breaches.push(`${draftId}: ${count} reports were taken, ${row?.n} are there`);
  }
  for (const [type, status] of [
    ['approved', 'APPROVED'],
    ['discarded', 'DISCARDED'],
  ]) {
    report(
      await sql(
        `select d."id", count(e."id") as n from "Draft" d left join "DraftEvent" e on e."draftId" = d."id" and e."type" = $1
         where d."status" = $2 group by 1 having count(e."id") <> 1`,
        [type, status],
      ),
      ({ id, n }) => `${id} is ${status} with ${n} events of it`,
    );
  }

  // Nothing is embedded twice, and no mail of a backfill is left over.
  report(
    await sql(
      `select "messageRef", count(*) as n from "Embedding" where "messageRef" is not null group by "messageRef", "model" having count(*) > 1`,
    ),
    ({ messageRef, n }) => `${messageRef} is embedded ${n} times`,
  );
  report(
    await sql(`select "id", "status" from "Backfill" where "finishedAt" is null`),
    ({ id, status }) => `the backfill ${id} is ${status} with nothing going wrong`,
  );

  // Whatever people had to be told, they were.
  report(
    await sql(
      `select "id", "status", "nextAttemptAt", "leasedUntil" from "AlertDelivery" where "channel" = 'slack' and "status" <> 'delivered'`,
    ),
    ({ id, status, nextAttemptAt, leasedUntil }) =>
      `the alert ${id} is ${status} with nothing going wrong, due ${nextAttemptAt}, leased until ${leasedUntil}`,
  );

  breaches.push(...(await wrongFlags(sql)));
  return breaches;
}

interface Change {
  at: number;
  businessId: string | null;
  set: Partial<{ enrolled: boolean; ragOn: boolean; active: boolean }>;
  rollback: boolean;
}

/**
 * Plays the audit, which triggers write in the order of commits, and looks at each draft with RAG: it was made while the
 * flags said so, and no rollback of its business came after it that left it open to approval.
 */
async function wrongFlags(sql: FaultRun['sql']): Promise<string[]> {
  const audit =
    await sql(`select "businessId", "action", "before", "after", extract(epoch from "at") * 1000 as ms from "AuditEvent"
    where "action" in ('pilot.enrol', 'pilot.remove', 'business.create', 'business.update', 'feature.change', 'rollback') order by "at"`);
  const changes = audit.map(changeOf);
  const drafts =
    await sql(`select d."id", d."businessId", d."status", extract(epoch from e."at") * 1000 as ms from "Draft" d
    join "DraftEvent" e on e."draftId" = d."id" and e."version" = d."version" and e."type" = 'drafted'
    where d."ragEnabled" and d."status" in ('READY', 'STALE', 'APPROVED')`);
  return drafts.flatMap(({ id, businessId, status, ms }) => {
    const mine = changes.filter((change) => change.businessId === null || change.businessId === businessId);
    const madeAt = Number(ms);
    const then = { enrolled: false, ragOn: false, active: true };
    for (const change of mine) if (change.at <= madeAt) Object.assign(then, change.set);
    const problems: string[] = [];
    if (!(then.enrolled && then.ragOn && then.active))
      problems.push(`${id} was made with RAG while it was off: ${JSON.stringify(then)}`);
    const rolledBack = mine.some((change) => change.rollback && change.at > madeAt);
    if (rolledBack && status !== 'APPROVED')
      problems.push(`${id} has RAG, is ${status} and older than a rollback of ${businessId}`);
    return problems;
  });
}

function changeOf({ businessId, action, before, after, ms }: Row): Change {
  const change: Change = { at: Number(ms), businessId: businessId ?? null, set: {}, rollback: action === 'rollback' };
  const is = JSON.parse(after ?? 'null') as Record<string, unknown> | null;
  void before;
  switch (action) {
    case 'pilot.enrol':
      change.set.enrolled = true;
      break;
    case 'pilot.remove':
      change.set.enrolled = false;
      break;
    case 'business.create':
    case 'business.update':
      if (is !== null && 'emailRagEnabled' in is) change.set.ragOn = is.emailRagEnabled === true;
      break;
    case 'feature.change':
      change.set.active = is?.state === 'active';
      break;
  }
  return change;
}
