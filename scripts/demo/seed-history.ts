/** Rows as the owner, for what no API call can make: a past. */
export type Query = (text: string, params?: unknown[]) => Promise<unknown>;

const DAYS = 12;
const DRAFTS_A_DAY = 36;

/**
 * A past of drafts and reviews for the dashboard, by SQL and marked as demo in every id: a dozen days of which the last ones
 * have RAG on. The same numbers every time, spread by a hash. Twice changes nothing.
 */
export async function seedHistory(query: Query, businessIds: string[]): Promise<void> {
  await query(
    `with business as (
       select "id", row_number() over () as place from "Business" where "id" in (select jsonb_array_elements_text($1::jsonb))
     ), draft as (
       select b."id" as "businessId", 'demo-past:' || b."id" || ':' || n as "id", now() - interval '30 minutes' - n * interval '1 day' / $2::int as "at",
         n / $2::int as "daysAgo", abs(hashtext(b."id" || ':' || n)) as h, abs(hashtext('review' || b."id" || n)) as r
       from business b, generate_series(1, $2::int * $3::int) n
     ), drawn as (
       select *, case when "daysAgo" >= 8 then 'none' when h % 5 = 0 then 'control' else 'rag' end as "arm" from draft
     ), events as (
       select "id" || ':1:drafted' as "id", "businessId", "id" as "draftId", 'drafted' as "type", "arm", "at",
         jsonb_build_object('status', case when h % 41 = 0 then 'FAILED' else 'READY' end, 'kind', case when h % 10 < 3 then 'verification' else 'reply' end,
           'toolCalls', 1 + h % 2, 'toolValidationErrors', 0, 'overBudget', false, 'demo', true,
           'tokens', jsonb_build_object('predicted', 900, 'actual', 860 + h % 110, 'dropped', '[]'::jsonb))
         || case when "arm" = 'rag' then jsonb_build_object('rag', jsonb_build_object('enabled', true, 'status', case when h % 10 < 7 then 'hit' else 'miss' end,
           'embeddingMs', 30 + h % 70, 'searchMs', 3 + r % 20)) else '{}'::jsonb end as "trace"
       from drawn
       union all
       select "id" || ':1:review', "businessId", "id", case when r % 100 < (case "arm" when 'rag' then 84 else 74 end) then 'approved' else 'discarded' end, "arm",
         "at" + interval '12 minutes', jsonb_build_object('was', 'READY', 'paced', r % 13 > 0, 'editDistance', case when r % 3 = 0 then round((h % 60) / 100.0, 2) else 0 end, 'demo', true)
       from drawn where h % 41 > 0 and r % 10 < 8
     )
     insert into "DraftEvent" ("id", "businessId", "draftId", "version", "type", "pipelineVersion", "arm", "trace", "at")
     select "id", "businessId", "draftId", 1, "type", '1', "arm", "trace", "at" from events on conflict do nothing`,
    [JSON.stringify(businessIds), DRAFTS_A_DAY, DAYS],
  );
}
