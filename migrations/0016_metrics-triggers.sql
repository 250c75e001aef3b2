REVOKE ALL ON "MetricRollup", "MetricStaleHour", "GuardrailDecision", "GuardrailSetting" FROM draftgate_tenant;
--> statement-breakpoint
-- Decisions are kept as they were made; only what came of one is written later.
REVOKE DELETE ON "GuardrailDecision" FROM draftgate_operator;
--> statement-breakpoint
-- An event that comes into an hour that is rolled up already, or leaves it (an erasure), has that hour made anew.
-- SECURITY DEFINER: tenants write events, and know nothing of rollups.
CREATE FUNCTION draftgate_events_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO "MetricStaleHour" ("hour")
  SELECT DISTINCT date_trunc('hour', e."at") FROM changed e
  WHERE e."at" < (SELECT "at" FROM "MaintenanceProgress" WHERE "task" = 'metric-rollup')
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "DraftEvent_inserted" AFTER INSERT ON "DraftEvent" REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION draftgate_events_changed();
--> statement-breakpoint
CREATE TRIGGER "DraftEvent_deleted" AFTER DELETE ON "DraftEvent" REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION draftgate_events_changed();
