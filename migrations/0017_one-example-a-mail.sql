-- The first of several examples of one mail stays.
DELETE FROM "Embedding" e USING "Embedding" f
WHERE e."messageRef" = f."messageRef" AND e."model" = f."model" AND (f."createdAt", f."id") < (e."createdAt", e."id");
--> statement-breakpoint
DROP INDEX "Embedding_messageRef_idx";--> statement-breakpoint
ALTER TABLE "Embedding" ADD CONSTRAINT "Embedding_messageRef_model_key" UNIQUE("messageRef","model");