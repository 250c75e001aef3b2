REVOKE ALL ON "Erasure" FROM draftgate_tenant;
--> statement-breakpoint
-- A receipt is kept as it was written.
REVOKE UPDATE, DELETE ON "Erasure" FROM draftgate_operator;
