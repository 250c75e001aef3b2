import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseSync } from 'vite';
import { describe, expect, it } from 'vitest';
import { DRAFT_STATUSES } from '../../src/drafting/draft.ts';
import { AppError, ERROR_CODES, type ErrorCode } from '../../src/lib/errors.ts';
import { ALERT_SEVERITIES, ALERT_STATES } from '../../src/metrics/alerts/alert.ts';
import { METRIC_NAMES, METRICS } from '../../src/metrics/definitions.ts';
import {
  GUARDRAIL_ACTIONS,
  GUARDRAIL_NAMES,
  GUARDRAIL_TIERS,
  GUARDRAILS,
} from '../../src/metrics/guardrails/guardrail.ts';
import { INCIDENT_ENTRY_KINDS, INCIDENT_SEVERITIES, INCIDENT_STATUSES } from '../../src/metrics/incidents/incident.ts';
import { CHANNEL_NAMES } from '../../src/notify/channel-names.ts';
import { COMMON_TEXTS } from '../../src/pages/texts/common.ts';
import { ERROR_SENTENCES, say, sayError } from '../../src/pages/texts/sentences.ts';
import { isTextKey, translator } from '../../src/pages/texts/translate.ts';
import { RAG_STATUSES } from '../../src/retrieval/rag-status.ts';
import { REPORT_KINDS } from '../../src/review/report-draft.ts';
import { FLAG_REASONS } from '../../src/rollout/decide.ts';
import { RAMP_GATES } from '../../src/rollout/decide-ramp.ts';
import { RAMP_ACTIONS, RAMP_STATUSES } from '../../src/rollout/ramp.ts';
import { DEFAULT_RAMP_PLAN, RAMP_METRICS } from '../../src/rollout/ramp-plan.ts';
import { DELIVERY_STATUSES } from '../../src/storage/schema/alert-delivery.ts';
import { BACKFILL_STATUSES } from '../../src/storage/schema/backfill.ts';
import { INTENT_NAMES } from '../../src/tools/intents.ts';

const WHERE = 'src/pages/texts/sentences.ts takes its Turkish';
const TURK = { language: 'tr' } as const;
/** Names and units that are the same in both languages. */
const SAME =
  /^(?:\{\w+\}: \{\w+\}(?:, \{\w+\})?|API|CSV|RAG|Postgres|KV|pilot|e-mail|Slack|PagerDuty|ramp|Model|[\d\s.,%–{}\w]{0,3})$/;

const sources = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${folder}/${name}`);

// biome-ignore lint/suspicious/noExplicitAny: a node of a syntax tree, told by its type.
type Node = any;

/** Every way in which an expression of source code can read, with `7` for what is only known when it runs. */
function readings(node: Node): string[] {
  switch (node.type) {
    case 'Literal':
      return [String(node.value)];
    case 'ParenthesizedExpression':
      return readings(node.expression);
    case 'ConditionalExpression':
      return [...readings(node.consequent), ...readings(node.alternate)];
    case 'LogicalExpression':
      return ['7', ...readings(node.right)];
    case 'TemplateLiteral':
      return node.expressions.reduce(
        (heads: string[], expression: Node, at: number) =>
          heads.flatMap((head) =>
            readings(expression).map((value) => `${head}${value}${node.quasis[at + 1].value.cooked}`),
          ),
        [node.quasis[0].value.cooked],
      );
    default:
      return ['7'];
  }
}

/** Visits every node with those that it stands in, the nearest first. */
function walk(file: string, visit: (node: Node, above: Node[]) => void): void {
  const each = (node: Node, above: Node[]) => {
    visit(node, above);
    for (const child of Object.values(node).flat() as Node[]) {
      if (typeof child?.type === 'string') each(child, [node, ...above]);
    }
  };
  each(parseSync(file, readFileSync(file, 'utf8')).program, []);
}

type Texts = Record<string, readonly [string, string]>;

describe('Turkish', () => {
  it('has a text of its own for every key of the pages', async () => {
    const groups = await Promise.all(
      sources('src/pages/texts')
        .filter((file) => !/translate|sentences/.test(file))
        .map((file) => import(pathToFileURL(file).href) as Promise<Record<string, Texts>>),
    );
    const entries = groups.flatMap((group) => Object.values(group).flatMap((texts) => Object.entries(texts)));
    expect(entries.length).toBeGreaterThan(Object.keys(COMMON_TEXTS).length);
    const same = entries.filter(([, [english, turkish]]) => english === turkish && !SAME.test(english));
    expect(same.map(([key, [english]]) => `${key}: ${english}`)).toEqual([]);
    for (const [key, [english, turkish]] of entries) {
      const names = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
      expect(names(turkish), key).toEqual(names(english));
    }
    const twice = entries.filter(([key, text]) => entries.some(([other, its]) => other === key && its !== text));
    // The later file would silently replace the text of the earlier one.
    expect(twice.map(([key]) => key)).toEqual([]);
  });

  const families: [string, readonly string[]][] = [
    ['status.', DRAFT_STATUSES],
    ['intent.', INTENT_NAMES],
    ['report.', REPORT_KINDS],
    ['past.', [...FLAG_REASONS, ...RAG_STATUSES.filter((status) => status !== 'hit' && status !== 'off')]],
    ['rag.', FLAG_REASONS],
    ['ramp.status.', RAMP_STATUSES],
    ['ramp.gateName.', RAMP_GATES],
    ['ramp.action.', RAMP_ACTIONS],
    ['guardrail.title.', GUARDRAIL_NAMES.map((name) => name.replace(/-(?:pilot|emergency)$/, ''))],
    ['guardrail.tier.', GUARDRAIL_TIERS],
    ['guardrail.act.', GUARDRAIL_ACTIONS],
    ['incident.', INCIDENT_STATUSES],
    ['incident.kind.', INCIDENT_ENTRY_KINDS],
    ['grade.', [...new Set([...ALERT_SEVERITIES, ...INCIDENT_SEVERITIES])]],
    ['alert.state.', ALERT_STATES],
    ['alert.delivery.', DELIVERY_STATUSES],
    ['alert.channel.', CHANNEL_NAMES],
    ['backfill.status.', BACKFILL_STATUSES],
    ['metrics.', METRIC_NAMES],
  ];
  it.each(families)('has a word for each %s…', (prefix, names) => {
    expect(names.length).toBeGreaterThan(1);
    expect(names.filter((name) => !isTextKey(`${prefix}${name}`))).toEqual([]);
  });

  it('has a text for every code of a finding', () => {
    const codes = new Set<string>();
    for (const file of [...sources('src/guards'), ...sources('src/drafting')]) {
      for (const [, code = ''] of readFileSync(file, 'utf8').matchAll(/(?:code: |[,(] )'([A-Z]+(?:_[A-Z]+)+)'/g))
        codes.add(code);
      for (const [, type] of readFileSync(file, 'utf8').matchAll(/\btype: '([A-Z_]+)'/g)) codes.add(`PII_${type}`);
    }
    for (const other of ['UNSUPPORTED_FACT', 'CONTRADICTED_FACT']) codes.add(other);
    for (const code of Object.keys(ERROR_CODES)) codes.delete(code);
    codes.delete('NATIONAL_ID');
    expect(codes.size).toBeGreaterThan(12);
    expect([...codes].filter((code) => !isTextKey(`finding.${code}`))).toEqual([]);
  });

  it('has a sentence for every error that a page can show, and one for every code of errors', () => {
    expect(Object.keys(ERROR_SENTENCES).sort()).toEqual(Object.keys(ERROR_CODES).sort());
    const found: [ErrorCode, string][] = [];
    // What only an integrator can meet stays English: nobody reads it on a page.
    for (const file of sources('src').filter((name) => !/^src\/(?:routes|jobs|app\.ts)/.test(name))) {
      walk(file, (node) => {
        if (node.type !== 'NewExpression' || node.callee.name !== 'AppError') return;
        const [code, message] = node.arguments;
        for (const text of readings(message)) if (text !== '7') found.push([code.value as ErrorCode, text]);
      });
    }
    expect(found.length).toBeGreaterThan(60);
    const english = found.filter(([, text]) => say(TURK, text) === text);
    const unknown = new AppError('CONFLICT', 'A sentence that nobody has translated: not yet.');
    expect(sayError(TURK, unknown)).toBe(ERROR_SENTENCES.CONFLICT);
    expect([...new Set(english.map(([, text]) => text))], WHERE).toEqual([]);
  });

  it('has a sentence for whatever ramps, guardrails, incidents and alerts write down', () => {
    const files = [
      'src/rollout/decide-ramp.ts',
      'src/metrics/guardrails/decide-guardrail.ts',
      'src/metrics/guardrails/guardrail.ts',
      'src/metrics/guardrails/run-guardrails.ts',
      ...sources('src/metrics/incidents'),
      ...sources('src/metrics/alerts'),
      'src/metrics/ramp-readings.ts',
      'src/metrics/metric-alerts.ts',
      'src/metrics/definitions.ts',
    ];
    const said = new Set<string>();
    for (const file of files) {
      walk(file, (node, above) => {
        if (isProse(node, above)) for (const text of readings(node)) said.add(text);
      });
    }
    expect(said.size).toBeGreaterThan(60);
    expect(
      [...said].filter((text) => say(TURK, text) === text),
      WHERE,
    ).toEqual([]);
  });

  /** Words for people: not SQL, an import, an error for programmers, or a piece of another text. */
  function isProse(node: Node, [parent, grandparent]: Node[]): boolean {
    if (node.type !== 'TemplateLiteral' && typeof node.value !== 'string') return false;
    if (!readings(node).some((text) => /[a-z]{2,} [a-z]/.test(text) && !/^ |^\. |["=]|\bselect\b|npm run/.test(text)))
      return false;
    if (/^(?:Import|Tagged|New)/.test(parent.type) || parent.type === 'TemplateLiteral') return false;
    return !(parent.type === 'ConditionalExpression' && grandparent?.type === 'TemplateLiteral');
  }

  it('says a guardrail’s or a metric’s title, the steps and the metrics of a ramp', () => {
    const titles = [...Object.values(GUARDRAILS), ...Object.values(METRICS)].map(({ title }) => title);
    expect(RAMP_METRICS.filter((id) => say({ language: 'en' }, `no data: ${id}`).includes(id))).toEqual([]);
    const words = [...titles, ...RAMP_METRICS, ...RAMP_STATUSES, ...DRAFT_STATUSES];
    expect(words.filter((word) => say(TURK, word) === word)).toEqual([]);
    for (const { name } of DEFAULT_RAMP_PLAN.filter(({ name }) => !name.endsWith('%') && name !== 'pilot')) {
      expect(say(TURK, `every gate of ${name} is open`)).not.toContain(name);
    }
  });

  it('leaves alone what people typed, and translates ours around it', () => {
    const typed = 'answers named opening hours of another shop';
    expect(say(TURK, typed)).toBe(typed);
    expect(say(TURK, `paused by ada: ${typed}`)).toBe(`ada duraklattı: ${typed}`);
    expect(say(TURK, 'paused by ada; draftSuccessRate: 3 of 30 samples')).toBe(
      'ada duraklattı; taslak başarısı: 30 örnekten 3 var',
    );
    expect(say(TURK, 'paused by guardrail:approval-drop-pilot: the ramp is over')).toBe(
      'approval-drop-pilot koruması duraklattı: rampa bitti',
    );
    expect(say({ language: 'en' }, 'no data: draftSuccessRate')).toBe('no data: draft success');
    expect(say({ language: 'en' }, 'the feature is killed')).toBe('the feature is killed');
    expect(translator('tr')('status.READY')).toBe('Hazır');
    expect(say(TURK, 'This ramp is pending: there is nothing to approve.')).toBe(
      'Rampanın durumu: bekliyor; onaylanacak bir şey yok.',
    );
    expect(say(TURK, 'The step baseline takes 1 to 2 businesses; 3 are named.')).toBe(
      'temel adımı 1–2 işletme alır; 3 belirtildi.',
    );
  });

  it('takes no time over long or hostile text', () => {
    const started = performance.now();
    for (const piece of ['By x: ', 'a: b; ', '. Because: ', ' of ', ', by ']) say(TURK, piece.repeat(600));
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});
