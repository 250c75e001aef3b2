import { sql } from 'drizzle-orm';
import { setAct } from '../../audit/set-act.ts';
import { guardrailSetting } from '../../storage/schema/index.ts';
import type { GuardrailFigures } from './decide-guardrail.ts';
import { GUARDRAIL_NAMES, GUARDRAILS, type GuardrailName, type WatchedGuardrailName } from './guardrail.ts';
import { decisionPage, type GuardrailDecisionRow, openDecisions, settings } from './guardrail-store.ts';
import { type GuardrailDeps, readGuardrails } from './run-guardrails.ts';

export interface GuardrailState {
  name: GuardrailName;
  title: string;
  tier: string;
  action: string;
  limit: number | null;
  status: 'fine' | 'harmful' | 'not-enough-data';
  figures: GuardrailFigures | null;
  harmed: string[];
  automatic: boolean;
  setting: { reason: string; changedBy: string; changedAt: Date } | null;
  lastDecision: GuardrailDecisionRow | null;
}

const DECISIONS_READ = 200;

/** Every guardrail with what it says now. One that acts on findings is harmful while the incident of one is open. */
export async function listGuardrails(deps: Pick<GuardrailDeps, 'db' | 'clock'>): Promise<GuardrailState[]> {
  const [{ verdicts }, [set, decisions, open]] = await Promise.all([
    readGuardrails(deps),
    deps.db.operator((queries) => [
      settings(queries),
      decisionPage(queries, { limit: DECISIONS_READ }),
      openDecisions(queries),
    ]),
  ]);
  return GUARDRAIL_NAMES.map((name) => {
    const guardrail = GUARDRAILS[name];
    const verdict = guardrail.kind === 'finding' ? null : verdicts[name as WatchedGuardrailName].verdict;
    const setting = set.find((row) => row.guardrail === name);
    const found = open.filter(({ decision }) => guardrail.kind === 'finding' && decision.guardrail === name);
    return {
      name,
      title: guardrail.title,
      tier: guardrail.tier,
      action: guardrail.action,
      limit: guardrail.kind === 'finding' ? null : guardrail.limit,
      status: verdict?.status ?? (found.length > 0 ? 'harmful' : 'fine'),
      figures: verdict?.figures ?? null,
      harmed:
        verdict?.status === 'harmful'
          ? verdict.harmed
          : [...new Set(found.flatMap(({ decision }) => decision.businessIds))],
      automatic: setting?.automatic ?? true,
      setting: setting ?? null,
      lastDecision: decisions.find((row) => row.guardrail === name) ?? null,
    };
  });
}

/** Switches a guardrail's automatic action off or on. That it is off is an alert until it is on again. */
export async function setGuardrail(
  deps: Pick<GuardrailDeps, 'db' | 'clock'>,
  input: { name: GuardrailName; automatic: boolean; reason: string },
  act: { actor: string; requestId: string },
): Promise<GuardrailState> {
  const { name, automatic, reason } = input;
  await deps.db.operator((queries) => [
    setAct(queries, { ...act, reason }),
    queries.execute(sql`
      with before as (select "automatic" from ${guardrailSetting} where "guardrail" = ${name}),
      written as (
        insert into ${guardrailSetting} ("guardrail", "automatic", "reason", "changedBy")
        values (${name}, ${automatic}, ${reason}, ${act.actor})
        on conflict ("guardrail") do update set "automatic" = excluded."automatic", "reason" = excluded."reason",
          "changedBy" = excluded."changedBy", "changedAt" = now()
        where ${guardrailSetting}."automatic" <> excluded."automatic" returning 1
      )
      select draftgate_write_audit(null, 'guardrail.change', jsonb_build_object('automatic', coalesce((select "automatic" from before), true)),
        ${JSON.stringify({ guardrail: name, automatic })}::jsonb) from written`),
  ]);
  const all = await listGuardrails(deps);
  const state = all.find((each) => each.name === name);
  if (state === undefined) throw new Error('a guardrail that is not in its table');
  return state;
}

/** Decisions, newest first. */
export async function listGuardrailDecisions(
  deps: Pick<GuardrailDeps, 'db'>,
  filter: { guardrail?: GuardrailName | undefined; before?: string | undefined; limit: number },
): Promise<GuardrailDecisionRow[]> {
  const [rows] = await deps.db.operator((queries) => [decisionPage(queries, filter)]);
  return rows;
}
