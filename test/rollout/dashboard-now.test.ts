import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Browser } from '../support/page-browser.ts';
import { type RolloutWorld, startRolloutWorld } from '../support/rollout-world.ts';

const ACT = { actor: 'ada', requestId: 'req' };
const PAGE = '/admin/metrics/rag-pilot';

describe('the dashboard after a rollback', () => {
  let world: RolloutWorld;
  let operator: Browser;
  let first: string;
  let second: string;
  beforeAll(async () => {
    world = await startRolloutWorld();
    operator = await world.operator('ada');
  });
  beforeEach(async () => {
    await world.reset();
    first = await world.business();
    second = await world.business();
    await world.draft(first);
    await world.draft(second);
    await world.draft(second);
  });
  afterAll(() => world.close());

  const dashboard = async (query = '') => (await operator.get(`${PAGE}${query}`)).html;
  const now = async (query = '') => (await world.call('GET', `/admin/api/metrics/rag-pilot${query}`)).body.now;
  /** The cell of a business, without its markup. */
  const ragOf = (html: string, businessId: string) => {
    const row = html.split('<tr>').find((part) => part.includes(`businessId=${businessId}`)) ?? '';
    return (row.split('<td>')[1] ?? '').split('</td>')[0]?.replace(/<[^>]*>/g, '');
  };

  it('says how many businesses have RAG and what drafts were taken back, by the numbers of the API', async () => {
    expect(await now()).toEqual({ pilots: 2, on: 2, rolledBack: 0, ready: 3, quarantined: 0 });
    const before = await dashboard();
    expect(before).toContain('RAG on for 2 of 2 pilot businesses');
    expect(ragOf(before, second)).toBe('on');
    const reason = 'wrong amounts';
    await world.services.rollBack(
      { feature: 'RAG_PILOT', target: { level: 'business', businessId: second }, reason },
      ACT,
    );
    expect(await now()).toEqual({ pilots: 2, on: 1, rolledBack: 1, ready: 1, quarantined: 2 });
    expect(await now(`?businessId=${second}`)).toMatchObject({ pilots: 1, on: 0, ready: 0, quarantined: 2 });
    const html = await dashboard();
    expect(html).toContain('RAG on for 1 of 2 pilot businesses');
    expect(html).toContain('rolled back: 1');
    expect(html).toContain('<a href="/inbox?show=QUARANTINED">Drafts taken back: 2</a>');
    expect(html).toContain('<a href="/inbox?show=READY">Drafts ready: 1</a>');
    expect(ragOf(html, second)).toMatch(/^rolled back .*\d\d:\d\d UTC by ada$/);
    expect(ragOf(html, first)).toBe('on');
    expect(await dashboard(`?businessId=${second}`)).toContain(`href="/inbox?show=QUARANTINED&amp;business=${second}"`);
  });

  it('names the guardrail that switched a business off, and a rollback for everybody', async () => {
    const { items } = (await world.call('GET', `/admin/api/metrics/rag-pilot/businesses`)).body;
    expect(items[0].rag).toEqual({ reason: 'ON', off: null });
    const draft = await world.draft(first);
    const report = { kind: 'wrong_fact' as const, note: null, actor: 'grace' };
    await world.services.reportDraft({ businessId: first, draftId: draft.id, ...report });
    expect(ragOf(await dashboard(), first)).toMatch(
      /^switched off .* UTC by the guardrail “A reviewer reports what the re-check cannot see”$/,
    );
    await world.services.rollBack({ feature: 'RAG_PILOT', target: { level: 'global' }, reason: 'all' }, ACT);
    const html = await dashboard();
    expect(html).toContain('RAG on for 0 of 2 pilot businesses');
    expect(ragOf(html, second)).toMatch(/^rolled back .* by ada$/);
  });

  it('says which drafts are the history of the demo, and only where there are any', async () => {
    expect(await dashboard()).not.toContain('history of the demo');
    await world.sql(
      `insert into "DraftEvent" ("id", "businessId", "draftId", "version", "type", "pipelineVersion", "arm", "trace")
       values ('past-1', $1, 'past', 1, 'drafted', '1', 'none', '{"demo": true, "status": "READY"}')`,
      [first],
    );
    expect(await dashboard()).toContain('1 of the drafts counted here are the history of the demo, without mail');
    expect(await dashboard(`?businessId=${second}`)).not.toContain('history of the demo');
  });

  it('words what happened in the language of the reader; the API keeps its English text', async () => {
    await world.services.rollBack(
      { feature: 'RAG_PILOT', target: { level: 'business', businessId: first }, reason: 'wrong prices' },
      ACT,
    );
    await world.sql(
      `insert into "Ramp" ("id", "feature", "status", "outcome", "plan", "createdBy")
       values ('rmp_m', 'RAG_PILOT', 'done', 'aborted', '[]', 'ada')`,
    );
    await world.sql(
      `insert into "RampDecision" ("id", "rampId", "at", "step", "action", "because", "inputs", "enrolled")
       values ('rdc_m', 'rmp_m', now(), 1, 'advance', '{}', '{}', '{}')`,
    );
    const turkish = (await operator.get(PAGE, { 'accept-language': 'tr' })).html;
    expect(turkish).toContain('tek işletme: wrong prices');
    expect(turkish).toContain('2. adım: ilerlet');
    const { markers } = (await world.call('GET', '/admin/api/metrics/rag-pilot/series')).body;
    expect(markers).toMatchObject([
      { kind: 'rollback', text: 'business rollback: wrong prices' },
      { kind: 'ramp', id: 'rmp_m', text: 'ramp advance, step 2' },
    ]);
    expect(Object.keys(markers[0]).sort()).toEqual(['at', 'id', 'kind', 'text']);
  });
});
