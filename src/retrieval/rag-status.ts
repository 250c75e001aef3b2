/** What came of the retrieval beside a draft. */
export const RAG_STATUSES = ['hit', 'miss', 'timeout', 'off', 'error'] as const;
export type RagStatus = (typeof RAG_STATUSES)[number];
