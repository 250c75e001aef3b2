import type { ChannelName, Notice, NoticeEvent } from './alert.ts';
import { CHANNEL_NAMES } from './alert.ts';
import type { AlertRow, DeliveryWrite } from './alert-store.ts';

/** Why a channel cannot be used; null where it can. */
export type ChannelGaps = Record<ChannelName, string | null>;

/** Whether PagerDuty hears of it: critical ones, their end, and tests. Its own escalation does the reminding. */
function concernsPagerDuty(row: AlertRow, event: NoticeEvent): boolean {
  if (event === 'test' || event === 'test-over') return true;
  return row.severity === 'critical' && event !== 'reminder';
}

/** One row for each channel that is to be told of a change; a channel that is not configured gets a row that says so. */
export function planDeliveries(row: AlertRow, event: NoticeEvent, at: Date, gaps: ChannelGaps): DeliveryWrite[] {
  const channels = CHANNEL_NAMES.filter((name) =>
    name === 'pagerduty' ? concernsPagerDuty(row, event) : event !== 'test-over',
  );
  const notice = noticeOf(row, event, at);
  return channels.map((channel) => ({
    id: `${row.id}:${row.version}:${channel}`,
    alertId: row.id,
    version: row.version,
    channel,
    notice,
    status: gaps[channel] === null ? 'pending' : 'skipped',
    reason: gaps[channel],
    at: notice.at,
  }));
}

function noticeOf(row: AlertRow, event: NoticeEvent, at: Date): Notice {
  const { id, kind, severity, title, detail, figures, businessId, incidentId, rollbackCommand, firedAt } = row;
  return {
    event,
    alertId: id,
    kind,
    severity,
    title,
    detail,
    figures,
    businessId,
    incidentId,
    rollbackCommand,
    firedAt: firedAt.toISOString(),
    at: at.toISOString(),
  };
}
