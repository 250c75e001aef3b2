REVOKE ALL ON "Heartbeat", "Proof" FROM draftgate_tenant;
--> statement-breakpoint
-- What was proved is kept as it was.
REVOKE UPDATE, DELETE ON "Proof" FROM draftgate_operator;
