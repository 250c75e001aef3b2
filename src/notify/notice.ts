export type NoticeEvent =
  | 'fired'
  | 'fired-again'
  | 'worsened'
  | 'reminder'
  | 'resolved'
  | 'announced'
  | 'test'
  | 'test-over';
export type Severity = 'critical' | 'warning' | 'info';

export interface NoticeFigures {
  metric: string;
  value: number | null;
  numerator: number;
  denominator: number;
  low: number | null;
  high: number | null;
  threshold: number;
  window: string;
}

/** What people are told: an alert as it was at one change. Ids, plain words and numbers; nothing that stands in a mail. */
export interface Notice {
  event: NoticeEvent;
  alertId: string;
  kind: string;
  severity: Severity;
  title: string;
  detail: string;
  figures: NoticeFigures | null;
  businessId: string | null;
  incidentId: string | null;
  rollbackCommand: string | null;
  firedAt: string;
  at: string;
}
