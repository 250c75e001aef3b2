REVOKE ALL ON "Rollback", "PilotExclusion", "Ramp", "RampDecision" FROM draftgate_tenant;
--> statement-breakpoint
REVOKE DELETE ON "Rollback", "Ramp" FROM draftgate_operator;
--> statement-breakpoint
-- Decisions are kept as they were made.
REVOKE UPDATE, DELETE ON "RampDecision" FROM draftgate_operator;
--> statement-breakpoint
-- src/lib/ids.ts in SQL: the ids of a list sort by time, whoever made them.
CREATE FUNCTION draftgate_new_id(prefix text) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  alphabet constant text := '0123456789abcdefghjkmnpqrstvwxyz';
  rest bigint := floor(extract(epoch FROM clock_timestamp()) * 1000);
  random bytea := uuid_send(gen_random_uuid());
  stamp text := '';
  tail text := '';
BEGIN
  FOR i IN 1..10 LOOP
    stamp := substr(alphabet, (rest % 32)::int + 1, 1) || stamp;
    rest := rest / 32;
  END LOOP;
  FOR i IN 0..15 LOOP
    tail := tail || substr(alphabet, get_byte(random, i) % 32 + 1, 1);
  END LOOP;
  RETURN prefix || '_' || stamp || tail;
END
$$;
--> statement-breakpoint
-- Who acts: the API says so in its transaction; whoever writes plain SQL is named by his login.
CREATE FUNCTION draftgate_actor() RETURNS text
LANGUAGE sql STABLE
RETURN coalesce(nullif(current_setting('app.actor', true), ''), 'sql:' || session_user);
--> statement-breakpoint
CREATE FUNCTION draftgate_write_audit(about text, what text, was jsonb, is_now jsonb) RETURNS void
LANGUAGE sql VOLATILE AS $$
  INSERT INTO "AuditEvent" ("id", "at", "businessId", "action", "actor", "reason", "before", "after", "requestId")
  VALUES (draftgate_new_id('aud'), clock_timestamp(), about, what, draftgate_actor(),
    nullif(current_setting('app.reason', true), ''), was, is_now, nullif(current_setting('app.request_id', true), ''))
$$;
--> statement-breakpoint
-- Fields of `one` that `other` has not, or has otherwise.
CREATE FUNCTION draftgate_changed_fields(one jsonb, other jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
RETURN (
  SELECT coalesce(jsonb_object_agg(key, value), '{}'::jsonb) FROM jsonb_each(one)
  WHERE key <> 'updatedAt' AND value IS DISTINCT FROM other -> key
);
--> statement-breakpoint
-- Pilot rows changed by API and by SQL leave the same audit, and keep out or let in for ramps alike.
-- SECURITY DEFINER: it writes for every role that may change the row, also one that may not write the audit.
CREATE FUNCTION draftgate_pilot_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  leaves boolean := TG_OP = 'DELETE';
  enters boolean := TG_OP = 'INSERT';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW IS NOT DISTINCT FROM OLD THEN RETURN NULL; END IF;
    leaves := (OLD."businessId", OLD."feature") IS DISTINCT FROM (NEW."businessId", NEW."feature");
    enters := leaves;
    PERFORM draftgate_write_audit(NEW."businessId", 'pilot.update', to_jsonb(OLD), to_jsonb(NEW));
  ELSIF leaves THEN
    PERFORM draftgate_write_audit(OLD."businessId", 'pilot.remove', to_jsonb(OLD), NULL);
  ELSE
    PERFORM draftgate_write_audit(NEW."businessId", 'pilot.enrol', NULL, to_jsonb(NEW));
  END IF;

  IF leaves THEN
    INSERT INTO "PilotExclusion" ("businessId", "feature", "actor", "reason", "rollbackId")
    SELECT OLD."businessId", OLD."feature", draftgate_actor(), nullif(current_setting('app.reason', true), ''),
      nullif(current_setting('app.rollback_id', true), '')
    WHERE EXISTS (SELECT FROM "Business" b WHERE b."id" = OLD."businessId")
    ON CONFLICT ("businessId", "feature") DO UPDATE SET "since" = now(), "actor" = excluded."actor",
      "reason" = excluded."reason", "rollbackId" = excluded."rollbackId";
  END IF;
  IF enters THEN
    IF coalesce(current_setting('app.ramp_id', true), '') = '' THEN
      DELETE FROM "PilotExclusion" e WHERE e."businessId" = NEW."businessId" AND e."feature" = NEW."feature";
    ELSIF EXISTS (SELECT FROM "PilotExclusion" e WHERE e."businessId" = NEW."businessId" AND e."feature" = NEW."feature") THEN
      -- Removed while the ramp waited for the row: it decides again, on what holds now.
      RAISE EXCEPTION 'business is kept out of this feature' USING ERRCODE = 'serialization_failure';
    END IF;
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "PilotBusiness_changed" AFTER INSERT OR UPDATE OR DELETE ON "PilotBusiness"
FOR EACH ROW EXECUTE FUNCTION draftgate_pilot_changed();
--> statement-breakpoint
-- Several rows of a feature removed by one SQL statement are a cohort: its ramp must not go on as if nothing had happened.
CREATE FUNCTION draftgate_pilots_removed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  stopped record;
BEGIN
  IF coalesce(current_setting('app.rollback_id', true), '') <> '' THEN RETURN NULL; END IF;
  FOR stopped IN
    UPDATE "Ramp" r SET "status" = 'rolled-back', "updatedAt" = now(), "version" = r."version" + 1
    WHERE r."status" <> 'rolled-back' AND r."outcome" IS DISTINCT FROM 'aborted'
      AND r."feature" IN (SELECT d."feature" FROM removed d GROUP BY d."feature" HAVING count(*) > 1)
    RETURNING r."id", r."feature", r."step"
  LOOP
    PERFORM draftgate_write_audit(NULL, 'ramp.rolled-back', NULL, to_jsonb(stopped));
  END LOOP;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "PilotBusiness_removed" AFTER DELETE ON "PilotBusiness"
REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION draftgate_pilots_removed();
--> statement-breakpoint
CREATE FUNCTION draftgate_business_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  was jsonb;
  is_now jsonb;
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM draftgate_write_audit(NEW."id", 'business.create', NULL, to_jsonb(NEW));
  ELSIF TG_OP = 'DELETE' THEN
    PERFORM draftgate_write_audit(OLD."id", 'business.delete', to_jsonb(OLD), NULL);
  ELSE
    was := draftgate_changed_fields(to_jsonb(OLD), to_jsonb(NEW));
    is_now := draftgate_changed_fields(to_jsonb(NEW), to_jsonb(OLD));
    IF was <> '{}'::jsonb OR is_now <> '{}'::jsonb THEN
      PERFORM draftgate_write_audit(NEW."id", 'business.update', was, is_now);
    END IF;
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "Business_changed" AFTER INSERT OR UPDATE OR DELETE ON "Business"
FOR EACH ROW EXECUTE FUNCTION draftgate_business_changed();
--> statement-breakpoint
CREATE FUNCTION draftgate_feature_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD."state" = NEW."state" THEN RETURN NULL; END IF;
  PERFORM draftgate_write_audit(NULL, 'feature.change',
    CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END,
    CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END);
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "Feature_changed" AFTER INSERT OR UPDATE OR DELETE ON "Feature"
FOR EACH ROW EXECUTE FUNCTION draftgate_feature_changed();
