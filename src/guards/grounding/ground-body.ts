import { isLanguage, languageOfLocale } from '../../lib/languages.ts';
import { createBinder } from './bind-orders.ts';
import { localMoment } from './calendar.ts';
import type { Claim, GroundingInput } from './claim.ts';
import { indexEvidence } from './evidence-index.ts';
import { extractClaims } from './extract-claims.ts';
import { identifierKey } from './extract-identifiers.ts';
import { type Court, judgeCandidate } from './judge.ts';
import { foldText, originalSpan } from './normalise-text.ts';

export { blockingClaims, describeFailedClaims, hasBlockingClaim } from './blocking-claims.ts';

/**
 * Extracts every checkable claim of a body by code and judges it by the evidence; claims are in text order and may
 * lie inside one another (a date in a promise). Linear in the body's length; an unknown language is read as the
 * business's own.
 */
export function groundBody(input: GroundingInput): Claim[] {
  const { body, evidence } = input;
  const { profile } = evidence;
  const language = isLanguage(input.language) ? input.language : languageOfLocale(profile.locale);
  const index = indexEvidence(evidence);
  const known = new Map<string, 'order_number' | 'tracking_number' | 'other'>();
  for (const appointment of evidence.appointments) known.set(identifierKey(foldText(appointment.id)), 'other');
  for (const order of index.orders) {
    if (order.fact.invoiceNumber !== undefined)
      known.set(identifierKey(foldText(order.fact.invoiceNumber)), 'order_number');
    for (const tracking of order.tracking) known.set(tracking.key, 'tracking_number');
    known.set(order.key, 'order_number');
  }
  known.delete('');
  const items = [...new Set(index.orders.flatMap((order) => order.items.map((item) => item.folded)))].filter(
    (name) => name !== '',
  );
  const extracted = extractClaims(body, language, profile.locale, index.names, known, items);
  const court: Court = {
    body: extracted,
    index,
    binder: createBinder(extracted.context, extracted.candidates, index, evidence.customerText),
    texts: index.texts.map((source) => ({
      ...extractClaims(source.text, source.language, profile.locale, [], known),
      source,
    })),
    customer: extractClaims(evidence.customerText, language, profile.locale, [], known),
    mailDay: localMoment(input.mailSentAt, profile.timeZone)?.day ?? 0,
  };
  let lastDate: { paths: string[] | undefined; sentence: number } | undefined;
  const datePaths = new Map<number, string[]>();
  const claims: Claim[] = [];
  const { segments } = extracted.context;
  const judged = extracted.candidates.map((candidate) => {
    if (candidate.type === 'time') return { candidate, judgement: undefined };
    const judgement = judgeCandidate(court, candidate);
    if (candidate.type === 'date' && judgement.paths !== undefined) {
      const sentence = segments.sentenceAt(candidate.start).start;
      if (!datePaths.has(sentence)) datePaths.set(sentence, judgement.paths);
    }
    return { candidate, judgement };
  });
  for (const { candidate, judgement } of judged) {
    const sentence = segments.sentenceAt(candidate.start).start;
    if (candidate.type === 'date') lastDate = { paths: judgement?.paths, sentence };
    const near = lastDate?.sentence === sentence ? lastDate.paths : datePaths.get(sentence);
    const { verdict, evidence: path } = judgement ?? judgeCandidate(court, candidate, near);
    const span = originalSpan(extracted.context.normalised, candidate.start, candidate.end);
    claims.push({
      type: candidate.type === 'vague' ? 'date' : candidate.type,
      text: body.slice(span.start, span.end),
      ...span,
      verdict,
      ...(path === undefined ? {} : { evidence: path }),
    });
  }
  return claims;
}
