import { createAccessVerifier, type VerifyAccess } from './access/cloudflare-access.ts';
import { createApiKey, createApiKeyOnce, listApiKeys, revokeApiKey } from './access/manage-api-keys.ts';
import { endSession, endSessions } from './access/session.ts';
import { listAudit, walkAudit } from './audit/list-audit.ts';
import { type Config, readConfig } from './config.ts';
import { buryRetry } from './drafting/bury-retry.ts';
import { findUnfinishedDrafts } from './drafting/find-unfinished-drafts.ts';
import { type DraftingDeps, generateDraft } from './drafting/generate-draft.ts';
import { requestDraft } from './drafting/request-draft.ts';
import type { BackfillQueueMessage, DraftRetry } from './jobs/queue-messages.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { consoleLogger, type Logger } from './lib/logger.ts';
import { receiveMessages } from './mail/receive-messages.ts';
import { announce } from './metrics/alerts/announce.ts';
import { announceActs } from './metrics/alerts/announce-acts.ts';
import { buryDelivery } from './metrics/alerts/bury-delivery.ts';
import { checkDeadLetters, listDeadLettersOfQueues } from './metrics/alerts/check-dead-letters.ts';
import { type DeliveryDeps, deliverAlert } from './metrics/alerts/deliver-alert.ts';
import { listAlerts } from './metrics/alerts/list-alerts.ts';
import { sendTestAlert } from './metrics/alerts/send-test-alert.ts';
import { type AlertDeps, syncAlerts } from './metrics/alerts/sync-alerts.ts';
import { tendDeliveries } from './metrics/alerts/tend-deliveries.ts';
import { listGuardrailDecisions, listGuardrails, setGuardrail } from './metrics/guardrails/manage-guardrails.ts';
import { actOnFindings, type GuardrailDeps, runGuardrails } from './metrics/guardrails/run-guardrails.ts';
import { addIncidentEntry } from './metrics/incidents/add-incident-entry.ts';
import { addIncidentNote } from './metrics/incidents/add-incident-note.ts';
import { closeIncident } from './metrics/incidents/close-incident.ts';
import { findIncident, listIncidents } from './metrics/incidents/find-incident.ts';
import { openIncident } from './metrics/incidents/open-incident.ts';
import { reportBreach } from './metrics/incidents/report-breach.ts';
import { raiseMetricAlerts } from './metrics/raise-metric-alerts.ts';
import { createRampReadings } from './metrics/ramp-readings.ts';
import { readBusinessMetrics, readExperiments, readMetricSeries, readMetrics } from './metrics/read-metrics.ts';
import { rollUpMetrics } from './metrics/roll-up-metrics.ts';
import { readRolloutNow } from './metrics/rollout-now.ts';
import type { LanguageModel } from './model/language-model.ts';
import { createOpenAiModel } from './model/openai-model.ts';
import type { Channels } from './notify/channels.ts';
import { createEmail, type EmailBinding } from './notify/email.ts';
import { createPagerDuty } from './notify/pagerduty.ts';
import { createSlack } from './notify/slack.ts';
import { checkDeployment } from './operations/check-deployment.ts';
import { type Beat, listHeartbeats, recordHeartbeats } from './operations/heartbeats.ts';
import { probeQueues, type SendProbe } from './operations/probe-queues.ts';
import { listProofs, recordProof } from './operations/proofs.ts';
import { checkIsolation, type IsolationBreach } from './privacy/check-isolation.ts';
import { eraseCustomer, findErasure, listErasures } from './privacy/erase-customer.ts';
import { exportBusiness } from './privacy/export-business.ts';
import { buryMessage } from './retrieval/backfill/bury-message.ts';
import { estimateBackfill } from './retrieval/backfill/estimate-backfill.ts';
import {
  backfillRate,
  listBackfillLetters,
  listBackfills,
  listDeadLetters,
  progressById,
} from './retrieval/backfill/find-backfill.ts';
import { serveKvBackfills } from './retrieval/backfill/kv-backfills.ts';
import { planBackfill } from './retrieval/backfill/plan-backfill.ts';
import { startBackfill } from './retrieval/backfill/start-backfill.ts';
import { cancelBackfill, retryBackfill, tendBackfills } from './retrieval/backfill/tend-backfills.ts';
import { workOnPages } from './retrieval/backfill/work-on-pages.ts';
import { indexApprovedDrafts, indexNewMail } from './retrieval/maintenance/index-new-mail.ts';
import { capExamples, dropDuplicateExamples, expireExamples } from './retrieval/maintenance/maintain-examples.ts';
import { approveDraft } from './review/approve-draft.ts';
import { checkFacts } from './review/current-facts.ts';
import { discardDraft } from './review/discard-draft.ts';
import { readDraftSurroundings } from './review/inbox-store.ts';
import { listInbox } from './review/list-inbox.ts';
import { openDraft } from './review/open-draft.ts';
import { recheckDrafts } from './review/recheck-drafts.ts';
import { regenerateDraft } from './review/regenerate-draft.ts';
import { reportDraft } from './review/report-draft.ts';
import { findDraft, listDraftEvents, listDrafts, listVersions } from './review/review-store.ts';
import { undoReview } from './review/undo-review.ts';
import {
  createBusiness,
  deleteBusiness,
  findBusiness,
  listBusinesses,
  patchBusiness,
} from './rollout/business-store.ts';
import { RAG_FEATURE } from './rollout/decide.ts';
import { createEdgeSwitch, type EdgeSwitch, readEdgeState } from './rollout/edge-switch.ts';
import { listRollbacks } from './rollout/list-rollbacks.ts';
import {
  abortRamp,
  approveRamp,
  createRamp,
  listRampDecisions,
  listRamps,
  pauseRamp,
  resumeRamp,
  showRamp,
} from './rollout/manage-ramps.ts';
import {
  enrolPilot,
  enrolPilots,
  listPilots,
  previewPilots,
  removePilot,
  removePilots,
} from './rollout/pilot-store.ts';
import type { RampMetrics } from './rollout/ramp-metrics.ts';
import { reconcileEdge } from './rollout/reconcile-edge.ts';
import { confirmRestore, findRollback, restoreRollback } from './rollout/restore-rollback.ts';
import { previewRollback, rollBack } from './rollout/roll-back.ts';
import { type RampDeps, runRamps } from './rollout/run-ramps.ts';
import { showFeature } from './rollout/show-feature.ts';
import { checkReadiness } from './storage/check-readiness.ts';
import { createDatabase, type Database } from './storage/db.ts';
import { deleteSnippet, listSnippets } from './tools/list-snippets.ts';
import { putAppointments, putOrders, putSnippets } from './tools/put-records.ts';

/** What a test may put in the place of an adapter. */
export interface Overrides {
  db?: Database;
  model?: LanguageModel;
  clock?: Clock;
  logger?: Logger;
  config?: Partial<Config>;
  enqueueRetry?: DraftingDeps['enqueueRetry'];
  enqueueBackfill?: (messages: BackfillQueueMessage[], delayMs: number) => Promise<void>;
  enqueueDeliveries?: AlertDeps['enqueueDeliveries'];
  channels?: Channels;
  edge?: EdgeSwitch;
  verifyAccess?: VerifyAccess;
  rampMetrics?: RampMetrics;
  reportBreach?: (breach: IsolationBreach) => Promise<void>;
}

/** The longest delay that a queue takes, in seconds. */
const LONGEST_QUEUE_DELAY_SECONDS = 43_200;
/** Messages that are sent at once: with 250 ids each they stay under a queue's 256 KB a call. */
const MESSAGES_AT_ONCE = 20;

/** The composition root: the only place that builds adapters. Verbs come bound to them. Throws where the configuration is wrong. */
export function createServices(env: Env, overrides: Overrides = {}) {
  const config = { ...readConfig(env), ...overrides.config };
  const clock = overrides.clock ?? systemClock;
  const logger = overrides.logger ?? consoleLogger;
  const db =
    overrides.db ??
    createDatabase({
      url: config.databaseUrl,
      fetchEndpoint: config.databaseFetchEndpoint,
      timeoutMs: config.databaseTimeoutMs,
      lockTimeoutMs: config.lockTimeoutMs,
    });
  const model =
    overrides.model ??
    createOpenAiModel(
      {
        apiKey: config.openaiApiKey,
        baseUrl: config.openaiBaseUrl,
        model: config.model,
        embeddingModel: config.embeddingModel,
      },
      logger,
    );
  const edge = overrides.edge ?? createEdgeSwitch(env.FLAGS);
  const enqueueBackfill =
    overrides.enqueueBackfill ??
    (async (messages: BackfillQueueMessage[], delayMs: number) => {
      const delaySeconds = Math.min(LONGEST_QUEUE_DELAY_SECONDS, Math.ceil(delayMs / 1000));
      for (let at = 0; at < messages.length; at += MESSAGES_AT_ONCE) {
        const batch = messages.slice(at, at + MESSAGES_AT_ONCE).map((body) => ({ body }));
        await env.BACKFILL.sendBatch(batch, { delaySeconds });
      }
    });
  const channels = overrides.channels ?? createChannels(config, env.ALERT_EMAIL);
  const deps: DraftingDeps & RampDeps & AlertDeps & DeliveryDeps & { enqueueBackfill: typeof enqueueBackfill } = {
    enqueueBackfill,
    channels,
    channelGaps: { slack: channels.slack.gap, email: channels.email.gap, pagerduty: channels.pagerduty.gap },
    enqueueDeliveries:
      overrides.enqueueDeliveries ??
      (async (ids, delayMs) => {
        const delaySeconds = Math.min(LONGEST_QUEUE_DELAY_SECONDS, Math.ceil(delayMs / 1000));
        for (let at = 0; at < ids.length; at += MESSAGES_AT_ONCE) {
          const batch = ids.slice(at, at + MESSAGES_AT_ONCE).map((id) => ({ body: { type: 'alert-delivery', id } }));
          await env.ALERTS.sendBatch(batch, { delaySeconds });
        }
      }),
    db,
    edge,
    rampMetrics: overrides.rampMetrics ?? createRampReadings({ db, clock }),
    model,
    clock,
    logger,
    config,
    readEdge: (feature) => readEdgeState(edge, feature),
    enqueueRetry:
      overrides.enqueueRetry ??
      (async (retry: Omit<DraftRetry, 'type'>, delayMs) => {
        const delaySeconds = Math.min(LONGEST_QUEUE_DELAY_SECONDS, Math.ceil(delayMs / 1000));
        await env.DRAFT_RETRIES.send({ type: 'draft-retry', ...retry }, { delaySeconds });
      }),
  };
  const guardrailDeps: GuardrailDeps & { syncAlerts: typeof alert } = {
    ...deps,
    openIncident: bind(openIncident),
    addIncidentEntry: bind(addIncidentEntry),
    syncAlerts: alert,
  };
  return {
    config,
    clock,
    logger,
    db,
    rateLimit: env.API_RATE_LIMIT,
    /** Undefined where Access is not configured: its header then means nothing. */
    verifyAccess:
      overrides.verifyAccess ??
      createAccessVerifier({ teamUrl: config.accessTeamUrl, audience: config.accessAudience }, clock),
    checkReadiness: () => checkReadiness(deps, env.FLAGS),
    checkDeployment: () =>
      checkDeployment(deps, {
        flags: env.FLAGS,
        bound: {
          FLAGS: env.FLAGS,
          DRAFT_RETRIES: env.DRAFT_RETRIES,
          BACKFILL: env.BACKFILL,
          ALERTS: env.ALERTS,
          API_RATE_LIMIT: env.API_RATE_LIMIT,
        },
      }),
    probeQueues: () => {
      const queues: Record<string, SendProbe> = {
        DRAFT_RETRIES: (message) => env.DRAFT_RETRIES.send(message),
        BACKFILL: (message) => env.BACKFILL.send(message),
        ALERTS: (message) => env.ALERTS.send(message),
      };
      return probeQueues(deps, queues);
    },
    recordHeartbeats: (beats: Beat[]) => recordHeartbeats(deps, beats),
    listHeartbeats: () => listHeartbeats(deps),
    recordProof: bind(recordProof),
    listProofs: bind(listProofs),

    receiveMessages: bind(receiveMessages),
    putOrders: bind(putOrders),
    putAppointments: bind(putAppointments),
    putSnippets: bind(putSnippets),
    listSnippets: bind(listSnippets),
    deleteSnippet: bind(deleteSnippet),

    generateDraft: bind(generateDraft),
    requestDraft: bind(requestDraft),
    regenerateDraft: bind(regenerateDraft),
    findUnfinishedDrafts: bind(findUnfinishedDrafts),
    buryRetry: bind(buryRetry),
    findDraft: (businessId: string | null, draftId: string) => findDraft(db, businessId, draftId),
    listDraftEvents: (businessId: string, draftId: string) => listDraftEvents(db, businessId, draftId),
    listDrafts: (filter: Parameters<typeof listDrafts>[1]) => listDrafts(db, filter),
    listVersions: (businessId: string, draftId: string) => listVersions(db, businessId, draftId),
    approveDraft: bind(approveDraft),
    discardDraft: bind(discardDraft),
    openDraft: bind(openDraft),
    undoReview: bind(undoReview),
    listInbox: bind(listInbox),
    checkFacts: bind(checkFacts),
    readDraftSurroundings: (draft: Parameters<typeof readDraftSurroundings>[1]) => readDraftSurroundings(db, draft),
    reportDraft: (input: Parameters<typeof reportDraft>[1]) =>
      reportDraft({ ...deps, actOnFindings: actAtOnce }, input),

    enqueueBackfill,
    startBackfill: bind(startBackfill),
    estimateBackfill: bind(estimateBackfill),
    findBackfill: bind(progressById),
    listBackfills: bind(listBackfills),
    backfillRate: bind(backfillRate),
    listBackfillLetters: bind(listBackfillLetters),
    cancelBackfill: bind(cancelBackfill),
    retryBackfill: bind(retryBackfill),
    listDeadLetters: bind(listDeadLetters),
    planBackfill: bind(planBackfill),
    workOnBackfillPages: bind(workOnPages),
    buryBackfillMessage: bind(buryMessage),
    tendBackfills: bind(tendBackfills),
    serveKvBackfills: () => serveKvBackfills(deps, env.FLAGS),
    indexNewMail: bind(indexNewMail),
    indexApprovedDrafts: bind(indexApprovedDrafts),
    expireExamples: bind(expireExamples),
    dropDuplicateExamples: bind(dropDuplicateExamples),
    capExamples: () => capExamples(deps),
    recheckDrafts: (after: string | null) => recheckDrafts({ ...deps, actOnFindings: actAtOnce }, after),

    createBusiness: bind(createBusiness),
    patchBusiness: bind(patchBusiness),
    deleteBusiness: bind(deleteBusiness),
    findBusiness: bind(findBusiness),
    listBusinesses: bind(listBusinesses),
    enrolPilot: bind(enrolPilot),
    enrolPilots: bind(enrolPilots),
    removePilot: bind(removePilot),
    removePilots: bind(removePilots),
    previewPilots: bind(previewPilots),
    listPilots: bind(listPilots),

    showFeature: bind(showFeature),
    rollBack: bind(rollBack),
    previewRollback: bind(previewRollback),
    restoreRollback: bind(restoreRollback),
    confirmRestore: bind(confirmRestore),
    findRollback: bind(findRollback),
    listRollbacks: bind(listRollbacks),
    reconcileEdge: bind(reconcileEdge),

    createRamp: bind(createRamp),
    approveRamp: bind(approveRamp),
    pauseRamp: bind(pauseRamp),
    resumeRamp: bind(resumeRamp),
    abortRamp: bind(abortRamp),
    showRamp: bind(showRamp),
    listRamps: bind(listRamps),
    listRampDecisions: bind(listRampDecisions),
    runRamps: bind(runRamps),

    eraseCustomer: bind(eraseCustomer),
    findErasure: bind(findErasure),
    listErasures: bind(listErasures),
    exportBusiness: bind(exportBusiness),
    checkIsolation: () =>
      checkIsolation({
        ...deps,
        reportBreach: overrides.reportBreach ?? ((breach) => reportBreach({ ...deps, announce }, RAG_FEATURE, breach)),
      }),

    readMetrics: bind(readMetrics),
    readRolloutNow: bind(readRolloutNow),
    readMetricSeries: bind(readMetricSeries),
    readBusinessMetrics: bind(readBusinessMetrics),
    readExperiments: bind(readExperiments),
    rollUpMetrics: bind(rollUpMetrics),
    raiseMetricAlerts: () => raiseMetricAlerts(guardrailDeps),
    runGuardrails: () => runGuardrails(guardrailDeps),
    listGuardrails: bind(listGuardrails),
    setGuardrail: bind(setGuardrail),
    listGuardrailDecisions: bind(listGuardrailDecisions),

    syncAlerts: bind(syncAlerts),
    announce: bind(announce),
    announceActs: bind(announceActs),
    listAlerts: bind(listAlerts),
    sendTestAlert: bind(sendTestAlert),
    deliverAlert: bind(deliverAlert),
    tendDeliveries: bind(tendDeliveries),
    buryDelivery: bind(buryDelivery),
    checkDeadLetters: bind(checkDeadLetters),
    listAllDeadLetters: bind(listDeadLettersOfQueues),
    channelGaps: deps.channelGaps,

    openIncident: bind(openIncident),
    addIncidentEntry: bind(addIncidentEntry),
    addIncidentNote: bind(addIncidentNote),
    closeIncident: bind(closeIncident),
    findIncident: bind(findIncident),
    listIncidents: bind(listIncidents),

    createApiKey: bind(createApiKey),
    createApiKeyOnce: bind(createApiKeyOnce),
    revokeApiKey: bind(revokeApiKey),
    endSession: bind(endSession),
    endSessions: bind(endSessions),
    listApiKeys: bind(listApiKeys),
    listAudit: bind(listAudit),
    walkAudit: bind(walkAudit),
  };

  function alert(input: Parameters<typeof syncAlerts>[1]) {
    return syncAlerts(deps, input);
  }

  /** Whoever brings a finding is answered whether or not the guardrails could act at once: cron does what is left. */
  async function actAtOnce(): Promise<void> {
    try {
      await actOnFindings(guardrailDeps);
    } catch (error) {
      logger.error('guardrail.not-at-once', { error: error instanceof Error ? error.name : 'unknown' });
    }
  }

  function bind<Arguments extends unknown[], Result>(verb: (boundDeps: typeof deps, ...rest: Arguments) => Result) {
    return (...rest: Arguments): Result => verb(deps, ...rest);
  }
}

function createChannels(config: Config, binding: EmailBinding | undefined): Channels {
  const { publicUrl, channelTimeoutMs: timeoutMs } = config;
  return {
    slack: createSlack({ webhookUrl: config.slackWebhookUrl, channel: config.slackChannel, publicUrl, timeoutMs }),
    email: createEmail({ from: config.alertEmailFrom, to: config.alertEmailTo, publicUrl, timeoutMs }, binding),
    pagerduty: createPagerDuty({
      routingKey: config.pagerDutyRoutingKey,
      url: config.pagerDutyUrl,
      publicUrl,
      timeoutMs,
    }),
  };
}

export type Services = ReturnType<typeof createServices>;
