export const INCIDENT_SEVERITIES = ['critical', 'warning'] as const;
export const INCIDENT_STATUSES = ['open', 'closed'] as const;
export const INCIDENT_ENTRY_KINDS = ['detection', 'decision', 'act', 'alert', 'note', 'resolution'] as const;
export type IncidentEntryKind = (typeof INCIDENT_ENTRY_KINDS)[number];
