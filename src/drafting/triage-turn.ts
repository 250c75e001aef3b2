import type { Config } from '../config.ts';
import { createRedactionSession, redactPii } from '../guards/pii/redact-pii.ts';
import type { Deadline } from '../lib/deadline.ts';
import { languageOfLocale } from '../lib/languages.ts';
import type { LanguageModel } from '../model/language-model.ts';
import type { ClaimedWork } from './claim-work.ts';
import { askModelForTriage } from './compose.ts';
import type { Mail } from './read-mail.ts';
import { mergeModelTriage, type TriageResult, triageMail } from './triage/triage.ts';

/** Characters of a mail that a triage call sees. */
const TRIAGE_TEXT_LENGTH = 4_000;

/** Code first; a model call only below the configured confidence. A model that does not answer changes nothing. */
export async function triageTurn(
  deps: { model: LanguageModel; config: Config },
  work: ClaimedWork,
  mail: Mail,
  deadline: Deadline,
): Promise<TriageResult & { trace: Record<string, unknown> }> {
  const { subject, text } = mail.turn;
  const byCode = triageMail({ subject, text, fallbackLanguage: languageOfLocale(work.business.locale) });
  const trace = {
    intent: byCode.intent,
    intentConfidence: byCode.confidence,
    language: byCode.language,
    named: byCode.entities.named.length,
  };
  if (byCode.confidence >= deps.config.triageMinConfidence || (text === '' && subject === '')) {
    return { ...byCode, trace: { ...trace, triageBy: 'code' } };
  }
  const session = createRedactionSession(work.business.piiPolicy);
  const redact = (value: string) => redactPii(value.slice(0, TRIAGE_TEXT_LENGTH), session).text;
  const answer = await askModelForTriage(
    deps.model,
    { task: 'triage', customerMail: { subject: redact(subject), text: redact(text) } },
    deadline.signal(deps.config.triageTimeoutMs),
  );
  if (answer.status !== 'ok') return { ...byCode, trace: { ...trace, triageBy: 'code', triageModel: answer.status } };
  const merged = mergeModelTriage(byCode, answer.value);
  return { ...merged, trace: { ...trace, intent: merged.intent, triageBy: 'model' } };
}
