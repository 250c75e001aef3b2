import { DRAFT_STATUSES, type DraftStatus } from '../../drafting/draft.ts';
import type { InboxFilter } from '../../review/inbox-store.ts';
import { INTENT_NAMES } from '../../tools/intents.ts';

/** What waits for a person. */
const OPEN: readonly DraftStatus[] = ['READY', 'STALE', 'QUARANTINED', 'FAILED'];

/** The list's address, read: what is not understood counts as not asked for. */
export interface InboxQuery {
  filter: Omit<InboxFilter, 'businessId'> & { businessId: string | null };
  order: 'oldest' | 'newest';
  after: string | null;
  show: string;
  /** The filter as a query, without the place in the list: `` or `?show=...`. */
  query: string;
  isFiltered: boolean;
}

const FIELDS = ['show', 'business', 'intent', 'language', 'findings', 'hours', 'q'] as const;

export function readInboxQuery(params: URLSearchParams): InboxQuery {
  const kept = new URLSearchParams();
  for (const field of FIELDS) {
    const value = params.get(field)?.trim().slice(0, 200);
    if (value) kept.set(field, value);
  }
  const show = kept.get('show') ?? 'open';
  const status = DRAFT_STATUSES.find((one) => one === show);
  const open = status === undefined && show !== 'all';
  const hours = Number(kept.get('hours'));
  return {
    filter: {
      businessId: kept.get('business'),
      statuses: status !== undefined ? [status] : open ? OPEN : [],
      intent: INTENT_NAMES.find((one) => one === kept.get('intent')) ?? null,
      language: kept.get('language'),
      withFindings: kept.has('findings'),
      olderThanHours: Number.isInteger(hours) && hours > 0 && hours < 10_000 ? hours : null,
      search: kept.get('q'),
    },
    order: open ? 'oldest' : 'newest',
    after: params.get('after'),
    show: open ? 'open' : show,
    query: kept.size === 0 ? '' : `?${kept}`,
    isFiltered: [...kept.keys()].some((key) => key !== 'show' && key !== 'business'),
  };
}
