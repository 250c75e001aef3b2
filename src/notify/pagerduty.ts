import type { Channel } from './channels.ts';
import type { Notice } from './notice.ts';
import { postJson } from './post-json.ts';
import { figureWords, headline, linkOf } from './wording.ts';

export interface PagerDutySettings {
  routingKey: string;
  /** Base address of Events API v2. */
  url: string;
  publicUrl: string;
  timeoutMs: number;
}

const LONGEST_SUMMARY = 1_024;

export function createPagerDuty(settings: PagerDutySettings): Channel {
  return {
    gap: gapOf(settings),
    send: (notice) =>
      postJson(new URL('/v2/enqueue', settings.url).href, pagerDutyEvent(notice, settings), settings.timeoutMs),
  };
}

function gapOf({ routingKey, url }: PagerDutySettings): string | null {
  if (routingKey === '') return 'not configured: PAGERDUTY_ROUTING_KEY';
  return URL.canParse(url) && /^https?:/.test(url) ? null : 'PAGERDUTY_URL is not a URL';
}

/** An event of Events API v2. The alert's id is its `dedup_key`: a second delivery changes nothing, and the end finds its beginning. */
export function pagerDutyEvent(notice: Notice, settings: Pick<PagerDutySettings, 'routingKey' | 'publicUrl'>) {
  const common = { routing_key: settings.routingKey, dedup_key: notice.alertId };
  if (notice.event === 'resolved' || notice.event === 'test-over') return { ...common, event_action: 'resolve' };
  const link = linkOf(settings.publicUrl, notice);
  return {
    ...common,
    event_action: 'trigger',
    client: 'Draftgate',
    ...(link === null ? {} : { client_url: link, links: [{ href: link, text: 'The numbers' }] }),
    payload: {
      summary: headline(notice).slice(0, LONGEST_SUMMARY),
      source: link === null ? 'draftgate' : new URL(link).host,
      severity: notice.severity,
      timestamp: notice.at,
      component: 'rag',
      ...(notice.businessId === null ? {} : { group: notice.businessId }),
      class: notice.kind,
      custom_details: {
        detail: notice.detail,
        ...(notice.figures === null ? {} : { figures: figureWords(notice.figures), ...notice.figures }),
        ...(notice.incidentId === null ? {} : { incident: notice.incidentId }),
        ...(notice.rollbackCommand === null ? {} : { rollback_command: notice.rollbackCommand }),
      },
    },
  };
}
