import type { Config } from '../config.ts';
import type { Finding } from '../guards/finding.ts';
import type { BusinessProfile, Claim } from '../guards/grounding/claim.ts';
import { createRedactionSession, redactDeep, redactPii } from '../guards/pii/redact-pii.ts';
import type { Deadline } from '../lib/deadline.ts';
import { isLanguage, type Language, languageOfLocale } from '../lib/languages.ts';
import { loadTokenCounter } from '../model/count-tokens.ts';
import type { LanguageModel, ModelUsage } from '../model/language-model.ts';
import { pickSnippets } from '../retrieval/pick-snippets.ts';
import type { RetrievalOutcome } from '../retrieval/search-examples.ts';
import type { FlagDecision } from '../rollout/decide.ts';
import type { ToolResults } from '../tools/facts.ts';
import type { ClaimedWork } from './claim-work.ts';
import { COMPOSE_INSTRUCTIONS, composeReply, REQUEST_OVERHEAD_TEXT } from './compose.ts';
import type { DraftEvidence, DraftKind, DraftSource } from './draft.ts';
import { type GuardVerdict, guardBody, identifiersOf } from './guard-body.ts';
import type { PolicyDecision, VerificationTemplate } from './policy.ts';
import type { ComposeDocument, PromptSource } from './prompt-document.ts';
import type { Mail } from './read-mail.ts';
import { withClosing, writeVerification } from './templates/write-verification.ts';
import { fitBudget } from './token-budget.ts';
import type { Trace } from './trace.ts';
import type { TriageResult } from './triage/triage.ts';

export interface WriteInput {
  work: ClaimedWork;
  mail: Mail;
  triage: TriageResult;
  tools: ToolResults;
  policy: PolicyDecision;
  flags: FlagDecision;
  retrieved: RetrievalOutcome;
  deadline: Deadline;
  trace: Trace;
}

export type Written =
  | {
      status: 'body';
      kind: DraftKind;
      body: string;
      claims: Claim[];
      findings: Finding[];
      sources: DraftSource[];
      tokens: { predicted: number; actual: number | null; dropped: string[] };
      /** Prompt tokens as counted, before the model's correction; 0 where nothing was asked. */
      counted: number;
      evidence: DraftEvidence;
      snippetsUsed: boolean;
    }
  /** The model did not deliver; nothing was written. */
  | { status: 'retry'; because: string; retryAfterSeconds?: number; evidence: DraftEvidence };

interface Deps {
  model: LanguageModel;
  config: Config;
}

/** Characters of a blocked body that a repair is shown: enough to see what went wrong. */
const REPAIR_BODY_LENGTH = 4_000;

const NO_TOKENS = { predicted: 0, actual: null, dropped: [] };

/** Budget → compose → guards, with one repair. Whatever the model does, the result is a body that passed, a template or a retry. */
export async function writeBody(deps: Deps, input: WriteInput): Promise<Written> {
  const { work, mail, triage, tools, policy, flags, trace } = input;
  const snippets = flags.snippets ? pickSnippets(work.snippets, mail.question, triage.language) : [];
  const evidence = evidenceOf(input, snippets);
  const template = (name: VerificationTemplate, tokens: TokenUse = NO_TOKENS, counted = 0): Written => ({
    status: 'body',
    kind: 'verification',
    body: writeVerification(name, triage.language, work.business),
    claims: [],
    findings: mail.findings,
    sources: [],
    tokens,
    counted,
    evidence,
    snippetsUsed: false,
  });
  if (policy.action === 'verify') return template(policy.template);

  const redaction = createRedactionSession(work.business.piiPolicy, identifiersOf(tools));
  const document = buildDocument(input, snippets, evidence.profile, redaction);
  const withinBudget = (candidate: ComposeDocument) =>
    trace.stage('budget', async () =>
      fitBudget(candidate, {
        instructions: COMPOSE_INSTRUCTIONS + REQUEST_OVERHEAD_TEXT,
        budget: deps.config.tokenBudget,
        correction: work.tokenCorrection,
        countTokens: await loadTokenCounter(),
      }),
    );
  const budget = await withinBudget(document);
  trace.set({ dropped: budget.dropped });
  if (budget.status === 'does-not-fit') return template('check', { ...NO_TOKENS, dropped: budget.dropped });

  const tokens: TokenUse = { predicted: budget.predictedTokens, actual: null, dropped: budget.dropped };
  let prompt = budget.document;
  let blocked: GuardVerdict | undefined;
  for (let attempt = 1; attempt <= 2; attempt++) {
    const answer = await trace.stage('compose', () =>
      composeReply(deps.model, prompt, {
        maxOutputTokens: deps.config.maxOutputTokens,
        signal: input.deadline.signal(deps.config.modelTimeoutMs),
      }),
    );
    if (attempt === 1) tokens.actual = reported(answer.usage);
    trace.set({ composeCalls: attempt, [`compose${attempt}`]: answer.status });
    if (answer.status !== 'ok') {
      if (blocked !== undefined) break;
      return { status: 'retry', because: answer.status, retryAfterSeconds: answer.retryAfterSeconds, evidence };
    }
    const verdict = guardBody({
      body: withClosing(answer.value.body, triage.language, work.business),
      language: replyLanguage(input),
      languageConfident: triage.languageConfident,
      evidence,
      piiPolicy: work.business.piiPolicy,
      redaction,
    });
    if (verdict.verdict === 'pass') {
      return {
        status: 'body',
        kind: 'reply',
        body: verdict.body,
        claims: verdict.claims,
        findings: [...mail.findings, ...verdict.findings],
        sources: sourcesOf(prompt, answer.value.sources, input.retrieved),
        tokens,
        counted: budget.countedTokens,
        evidence,
        snippetsUsed: prompt.sources.some((source) => source.kind === 'snippet'),
      };
    }
    blocked = verdict;
    trace.set({ [`blocked${attempt}`]: countCodes(verdict.findings) });
    if (input.deadline.remainingMs() < deps.config.repairMinimumMs) break;
    const previousBody = redactPii(verdict.body, redaction).text.slice(0, REPAIR_BODY_LENGTH);
    const repair = await withinBudget({ ...prompt, repair: { previousBody, problems: verdict.problems } });
    if (repair.status === 'does-not-fit') break;
    prompt = repair.document;
  }
  return template('check', tokens, budget.countedTokens);
}

interface TokenUse {
  predicted: number;
  actual: number | null;
  dropped: string[];
}

function reported(usage: ModelUsage | null): number | null {
  return usage?.inputTokens ?? null;
}

function evidenceOf(input: WriteInput, snippets: ClaimedWork['snippets']): DraftEvidence {
  const { work, tools, mail } = input;
  return {
    orders: tools.orders,
    appointments: tools.appointments,
    snippets: snippets.map(({ key, text, language }) => ({ key, text, language })),
    profile: profileOf(work.business),
    customerText: [
      ...mail.turn.earlier.filter((turn) => turn.from === 'customer').map((turn) => turn.text),
      mail.question,
    ].join('\n\n'),
    mailSentAt: work.message.sentAt.toISOString(),
  };
}

/** What the business says of itself, as evidence. */
export function profileOf(business: ClaimedWork['business']): BusinessProfile {
  const optional = {
    signature: business.signature,
    website: business.website,
    supportEmail: business.supportEmail,
    supportPhone: business.supportPhone,
    address: business.address,
    openingHours: business.openingHours,
  };
  return {
    name: business.name,
    locale: business.locale,
    timeZone: business.timeZone,
    facts: business.facts,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)),
  };
}

function buildDocument(
  input: WriteInput,
  snippets: ClaimedWork['snippets'],
  profile: BusinessProfile,
  redaction: ReturnType<typeof createRedactionSession>,
): ComposeDocument {
  const { work, mail, triage, tools, retrieved } = input;
  const redact = (text: string) => redactPii(text, redaction).text;
  const { name, locale: _locale, timeZone, facts, signature: _signature, ...fields } = profile;
  const profileFields = { ...fields, ...(facts && facts.length > 0 ? { facts: facts.join('\n') } : {}) };
  const sources: PromptSource[] = [
    ...tools.orders.map((order) => ({ kind: 'order' as const, order: redactDeep(order, redaction) })),
    ...tools.appointments.map((appointment) => ({
      kind: 'appointment' as const,
      appointment: redactDeep(appointment, redaction),
    })),
    ...(Object.keys(profileFields).length > 0
      ? [{ kind: 'profile' as const, profile: redactDeep(profileFields, redaction) }]
      : []),
    ...snippets.map(({ key, text }) => ({ kind: 'snippet' as const, key, text: redact(text) })),
    ...retrieved.examples.map(({ question, answer }) => ({
      kind: 'example' as const,
      question: redact(question),
      answer: redact(answer),
    })),
  ].map((source, index) => ({ ...source, index }));
  return {
    task: 'compose_reply',
    language: replyLanguage(input),
    intent: triage.intent,
    mailDate: dateIn(work.message.sentAt, timeZone),
    business: { name, timeZone },
    sources,
    thread: mail.turn.earlier.map((turn) => ({
      from: turn.from,
      date: dateIn(turn.sentAt, timeZone),
      text: redact(turn.text),
    })),
    customerMail: { subject: redact(mail.turn.subject), text: redact(mail.turn.text) },
  };
}

/** The customer's language where facts can be checked in it, else the business's own. */
function replyLanguage({ triage, work }: WriteInput): Language {
  return isLanguage(triage.language) ? triage.language : languageOfLocale(work.business.locale);
}

/** YYYY-MM-DD in a time zone. */
function dateIn(instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(instant);
}

function sourcesOf(document: ComposeDocument, used: number[], retrieved: RetrievalOutcome): DraftSource[] {
  const firstExample = document.sources.find((source) => source.kind === 'example')?.index ?? 0;
  return document.sources.map((source) => ({
    index: source.index,
    kind: source.kind,
    id: idOf(source, retrieved.examples[source.index - firstExample]?.id ?? ''),
    used: used.includes(source.index),
  }));
}

function idOf(source: PromptSource, exampleId: string): string {
  switch (source.kind) {
    case 'order':
      return source.order.orderNumber;
    case 'appointment':
      return source.appointment.id;
    case 'snippet':
      return source.key;
    case 'profile':
      return 'profile';
    case 'example':
      return exampleId;
  }
}

function countCodes(findings: Finding[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code, severity } of findings) if (severity === 'block') counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
