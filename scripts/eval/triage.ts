import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { TriageAnswer } from '../../src/drafting/prompt-document.ts';
import { mergeModelTriage, type TriageResult, triageMail } from '../../src/drafting/triage/triage.ts';
import type { Intent } from '../../src/tools/intents.ts';
import type { EvaluationRow } from './mail.ts';

/** Below this the pipeline asks a model; the same as the configured default. */
const SURE = 0.6;

/** Their labels to our intents; where two of ours are a right answer, both stand here. */
const BITEXT: Record<string, Intent[]> = {
  cancel_order: ['CANCELLATION'],
  change_order: ['ORDER'],
  track_order: ['TRACKING', 'ORDER'],
  place_order: ['PRODUCT'],
  // "When will my item arrive" is about one's own, "how long does the shipping take" about all.
  delivery_period: ['TRACKING', 'DELIVERY', 'GENERAL'],
  delivery_options: ['GENERAL', 'PRODUCT'],
  // An order's address is changed at the order, a stored one in the account; the sentences do not say which.
  change_shipping_address: ['DELIVERY', 'ACCOUNT'],
  set_up_shipping_address: ['ACCOUNT', 'DELIVERY'],
  check_invoice: ['INVOICE'],
  get_invoice: ['INVOICE'],
  get_refund: ['REFUND'],
  track_refund: ['REFUND'],
  check_refund_policy: ['GENERAL'],
  check_cancellation_fee: ['GENERAL'],
  check_payment_methods: ['GENERAL'],
  payment_issue: ['GENERAL', 'ACCOUNT', 'COMPLAINT'],
  complaint: ['COMPLAINT'],
  review: ['GENERAL'],
  contact_customer_service: ['GENERAL'],
  contact_human_agent: ['GENERAL'],
  newsletter_subscription: ['ACCOUNT'],
  registration_problems: ['ACCOUNT'],
  recover_password: ['ACCOUNT'],
  create_account: ['ACCOUNT'],
  delete_account: ['ACCOUNT'],
  edit_account: ['ACCOUNT'],
  switch_account: ['ACCOUNT'],
};

/** Banking is not our trade: the few labels that a shop knows too; all others must only not ask for an order. */
const BANKING: Record<string, Intent[]> = {
  request_refund: ['REFUND', 'CANCELLATION', 'TRACKING', 'GENERAL'],
  Refund_not_showing_up: ['REFUND'],
  card_arrival: ['TRACKING', 'DELIVERY', 'ORDER'],
  card_delivery_estimate: ['TRACKING', 'DELIVERY', 'GENERAL'],
  passcode_forgotten: ['ACCOUNT'],
  terminate_account: ['ACCOUNT'],
  edit_personal_details: ['ACCOUNT', 'DELIVERY'],
};
const CLINC: Record<string, Intent[]> = {
  order_status: ['TRACKING', 'ORDER'],
  thank_you: ['NO_REPLY', 'GENERAL'],
  cancel_reservation: ['APPOINTMENT'],
  confirm_reservation: ['APPOINTMENT'],
  restaurant_reservation: ['APPOINTMENT'],
  accept_reservations: ['APPOINTMENT', 'GENERAL'],
  oos: ['GENERAL', 'PRODUCT'],
};
/** Labels where money back or a shop's goods are the subject, so that an order intent is no error. */
const NEAR_AN_ORDER = new Set([
  'transaction_charged_twice',
  'reverted_card_payment?',
  'cancel_transfer',
  'direct_debit_payment_not_recognised',
  'card_payment_not_recognised',
  'order',
  'order_checks',
  'lost_luggage',
  'replacement_card_duration',
  'get_physical_card',
  'order_physical_card',
]);

interface IntentRecord {
  id: string;
  text: string;
  label: string;
}
type AskModel = (subject: string, text: string) => Promise<TriageAnswer>;

interface Judged {
  record: IntentRecord;
  wanted: Intent[] | undefined;
  code: TriageResult;
  final: TriageResult;
}

/** Triage on `intents_bitext`, `intents_banking77`, `intents_clinc150`; the model is asked only where code is unsure. Throws where a set is absent. */
export async function evaluateTriage(dataDir: string, modelTriage?: AskModel): Promise<EvaluationRow[]> {
  const rows: EvaluationRow[] = [];
  for (const [set, mapping] of Object.entries(SETS)) {
    const judged = await judge(dataDir, set, mapping, modelTriage);
    const mapped = judged.filter(({ wanted }) => wanted !== undefined);
    const sure = mapped.filter(({ code }) => code.confidence >= SURE);
    const unsure = mapped.filter(({ code }) => code.confidence < SURE);
    rows.push(
      { name: `${set}: right by code`, value: share(mapped, isRight), n: mapped.length, note: 'labels that we map' },
      { name: `${set}: sure without a model`, value: sure.length / Math.max(1, mapped.length), n: mapped.length },
      { name: `${set}: right when sure`, value: share(sure, isRight), n: sure.length },
      { name: `${set}: right when unsure`, value: share(unsure, isRight), n: unsure.length },
    );
    if (modelTriage) {
      const rightAtLast = ({ wanted, final }: Judged) => wanted?.includes(final.intent) ?? false;
      rows.push(
        { name: `${set}: the model is asked`, value: unsure.length / Math.max(1, mapped.length), n: mapped.length },
        { name: `${set}: right where the model is asked`, value: share(unsure, rightAtLast), n: unsure.length },
        { name: `${set}: right with the model`, value: share(mapped, rightAtLast), n: mapped.length },
      );
    }
    const outside = judged.filter(
      ({ wanted, record }) => (wanted === undefined || record.label === 'oos') && !NEAR_AN_ORDER.has(record.label),
    );
    if (outside.length > 0) {
      rows.push(
        {
          name: `${set}: out of scope that asks for an order`,
          value: share(outside, ({ final }) => final.required.includes('order')),
          n: outside.length,
          goal: 0,
        },
        {
          name: `${set}: out of scope sure of the wrong thing`,
          value: share(outside, ({ code }) => code.confidence >= SURE && code.required.includes('order')),
          n: outside.length,
          goal: 0,
        },
      );
    }
  }
  return rows;
}

const SETS = { intents_bitext: BITEXT, intents_banking77: BANKING, intents_clinc150: CLINC } as const;

/** What a run got wrong, one line each, for a person to look at. */
export async function triageMisses(dataDir: string): Promise<string[]> {
  const lines: string[] = [];
  for (const [set, mapping] of Object.entries(SETS)) {
    for (const { record, wanted, code } of await judge(dataDir, set, mapping)) {
      const outside = wanted === undefined && code.required.includes('order') && !NEAR_AN_ORDER.has(record.label);
      if (outside || (wanted && !wanted.includes(code.intent))) {
        lines.push(
          `${set}\t${record.label}\t${code.intent} ${code.confidence} ${code.language}${code.languageConfident ? '' : '?'}\t${record.text}`,
        );
      }
    }
  }
  return lines;
}

async function judge(
  dataDir: string,
  set: string,
  mapping: Record<string, Intent[]>,
  modelTriage?: AskModel,
): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const record of readRecords(dataDir, set)) {
    const code = triageMail({ subject: '', text: record.text, fallbackLanguage: 'en' });
    const asked = modelTriage && code.confidence < SURE ? await modelTriage('', record.text) : undefined;
    judged.push({ record, wanted: mapping[record.label], code, final: asked ? mergeModelTriage(code, asked) : code });
  }
  return judged;
}

function isRight({ wanted, code }: Judged): boolean {
  return wanted?.includes(code.intent) ?? false;
}

function share(judged: Judged[], holds: (one: Judged) => boolean): number {
  return judged.filter(holds).length / Math.max(1, judged.length);
}

function readRecords(dataDir: string, set: string): IntentRecord[] {
  const path = join(dataDir, set, 'dev.jsonl');
  if (!existsSync(path)) throw new Error(`no data at ${path}`);
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as IntentRecord);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { data: { type: 'string' }, misses: { type: 'boolean' } } });
  if (!values.data) {
    console.error('usage: eval/triage.ts --data <folder> [--misses]');
    process.exit(2);
  }
  try {
    for (const row of await evaluateTriage(values.data)) {
      console.log(
        `${row.name.padEnd(56)} ${row.value.toFixed(3)}  n=${row.n}${row.goal === undefined ? '' : `  goal ${row.goal}`}  ${row.note ?? ''}`,
      );
    }
    if (values.misses) for (const line of await triageMisses(values.data)) console.log(line);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}
