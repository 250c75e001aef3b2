-- Search reads this index and nothing else to find its candidates: a business's rows stand together in it, others' never count.
-- Exact scans over bits beat every shared graph index for one business of many (scripts/bench/retrieval.ts).
CREATE INDEX "Embedding_search_idx" ON "Embedding" ("businessId", "model") INCLUDE ("id", "bits", "wordBits");
--> statement-breakpoint
-- A vector stays in its row: re-ranking fetches a hundred of them, and never follows a pointer to one.
ALTER TABLE "Embedding" ALTER COLUMN "embedding" SET STORAGE PLAIN;
--> statement-breakpoint
-- An index-only scan needs the visibility map; the default waits for a fifth of the whole table after a backfill.
ALTER TABLE "Embedding" SET (
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 5000,
  autovacuum_vacuum_scale_factor = 0.02
);
--> statement-breakpoint
REVOKE ALL ON "DeadLetter", "RateBudget", "MaintenanceProgress" FROM draftgate_tenant;
