import { seededRandom } from '../../../scripts/lib/seeded-random.ts';

/** What people, integrators and the platform do, and how often. Weights are relative. */
const WEIGHTS = {
  receive: 30,
  history: 2,
  draft: 26,
  'draft-twice': 6,
  approve: 8,
  discard: 3,
  report: 2,
  regenerate: 4,
  'order-changes': 3,
  'roll-back-business': 1,
  'draft-during-rollback': 2,
  'enrol-again': 8,
  'roll-back-globally': 0.15,
  'switch-off-at-edge': 0.15,
  restore: 1.5,
  backfill: 0.5,
  'minute-cron': 3,
  'overlapping-cron': 1,
  'night-cron': 0.3,
  'deliver-queues': 6,
  'clock-jumps': 1,
} as const;
export type OperationKind = keyof typeof WEIGHTS;

const STILL_COMING = 6;

export interface Operation {
  index: number;
  kind: OperationKind;
  /** Which business. */
  business: number;
  /** Which mail: an index of a `receive` before it. */
  mail: number;
  /** More decisions of this operation. */
  seed: number;
}

/** The operations of a seed: the list is the same however fast the machine is, and however they interleave. */
export function operationsOf(seed: number, count: number, businesses: number): Operation[] {
  const random = seededRandom(seed);
  const total = Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0);
  const operations: Operation[] = [];
  const mails: { index: number; business: number }[] = [];
  for (let index = 0; index < count; index++) {
    let kind = pick(random() * total);
    if (mails.length === 0) kind = 'receive';
    const operation = {
      index,
      kind,
      business: Math.floor(random() * businesses),
      mail: index,
      seed: Math.floor(random() * 4_294_967_296),
    };
    if (kind === 'receive') mails.push({ index, business: operation.business });
    else {
      // Mostly what came lately, that is what people work on; but not what is only just being handed in.
      const known = Math.max(1, mails.length - STILL_COMING);
      const mail = mails[known - 1 - Math.floor(random() ** 2 * Math.min(known, 60))] as (typeof mails)[number];
      operation.mail = mail.index;
      operation.business = mail.business;
    }
    operations.push(operation);
  }
  return operations;
}

function pick(at: number): OperationKind {
  let left = at;
  for (const [kind, weight] of Object.entries(WEIGHTS)) {
    left -= weight;
    if (left < 0) return kind as OperationKind;
  }
  return 'receive';
}
