import type { DraftRow } from '../drafting/draft-store.ts';

/** A draft as the API shows it. What is not made yet is empty. */
export function draftShape(row: DraftRow) {
  const { content } = row;
  return {
    id: row.id,
    version: row.version,
    businessId: row.businessId,
    messageId: row.messageId,
    threadId: row.threadId,
    status: row.status,
    kind: row.kind,
    intent: content?.intent ?? null,
    language: content?.language ?? null,
    to: content?.to ?? [],
    cc: content?.cc ?? [],
    bcc: [],
    subject: content?.subject ?? '',
    body: content?.body ?? '',
    claims: content?.claims ?? [],
    sources: content?.sources ?? [],
    rag: content?.rag ?? { enabled: false, reason: null, arm: 'none' as const, status: 'off' as const, examples: [] },
    tokens: content?.tokens ?? { predicted: 0, actual: null, dropped: [] },
    findings: content?.findings ?? [],
    skipReason: content?.skipReason ?? null,
    retryReason: row.retryReason,
    editDistance: row.editDistance,
    reviewedAt: row.reviewedAt?.toISOString() ?? null,
    reviewedBy: row.reviewedBy,
    reviewReason: row.reviewReason,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
