import type { NoticeFigures } from '../../notify/notice.ts';

export { CHANNEL_NAMES, type ChannelName } from '../../notify/channel-names.ts';
export type { Notice, NoticeEvent, Severity } from '../../notify/notice.ts';

/** `announcement`: something that happened, and is over; `test`: somebody tries the channels. */
export const ALERT_KINDS = ['metric', 'guardrail', 'invariant', 'operations', 'announcement', 'test'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export const ALERT_SEVERITIES = ['critical', 'warning', 'info'] as const;
export const ALERT_STATES = ['firing', 'resolved', 'announced'] as const;

export type AlertFigures = NoticeFigures;

/** Something that a check found to hold now. */
export interface AlertCondition {
  /** At most one alert fires per key, such as `metric:approvalRate` or `guardrail:tool-validation:<businessId>`. */
  key: string;
  kind: 'metric' | 'guardrail' | 'invariant' | 'operations';
  /** PagerDuty is told of critical ones only. */
  severity: 'critical' | 'warning';
  title: string;
  /** Plain words and numbers; nothing that stands in a mail. */
  detail: string;
  businessId: string | null;
  incidentId: string | null;
  figures: AlertFigures | null;
  /** Ready to paste. */
  rollbackCommand: string | null;
}
