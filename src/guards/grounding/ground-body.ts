import { isLanguage, LANGUAGES, languageOfLocale } from '../../lib/languages.ts';
import { createBinder } from './bind-orders.ts';
import { localMoment } from './calendar.ts';
import type { Claim, GroundingInput } from './claim.ts';
import { type EvidenceIndex, type EvidenceText, indexEvidence } from './evidence-index.ts';
import { extractClaims } from './extract-claims.ts';
import { identifierKey, type KnownIdentifiers } from './extract-identifiers.ts';
import { type Court, type EvidenceCandidates, judgeCandidate } from './judge.ts';
import { foldText, originalSpan } from './normalise-text.ts';

export { blockingClaims, describeFailedClaims, hasBlockingClaim } from './blocking-claims.ts';

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Reads the texts of one language in one go: reading has a cost of its own, and there are many short ones. */
function readEvidenceTexts(
  sources: readonly EvidenceText[],
  localeTag: string,
  known: KnownIdentifiers,
): EvidenceCandidates[] {
  const read: EvidenceCandidates[] = [];
  for (const language of LANGUAGES) {
    const own = sources.filter((source) => source.language === language);
    if (own.length === 0) continue;
    const { context, candidates } = extractClaims(
      own.map((source) => source.text).join(TEXT_BREAK),
      language,
      localeTag,
      [],
      known,
      [],
      [],
      true,
    );
    let at = 0;
    let next = 0;
    let folded = 0;
    for (const source of own) {
      const end = at + source.text.length;
      const first = next;
      while (next < candidates.length && (context.normalised.starts[candidates[next]?.start ?? 0] ?? 0) < end)
        next += 1;
      const range = { start: folded, end: folded };
      while (folded < context.text.length && (context.normalised.starts[folded] ?? 0) < end) folded += 1;
      range.end = folded;
      read.push({ source, context, range, candidates: candidates.slice(first, next), text: foldText(source.text) });
      at = end + TEXT_BREAK.length;
    }
  }
  return read;
}

function carriersOf(index: EvidenceIndex): string[] {
  return index.orders.flatMap((order) => order.carriers.map((carrier) => carrier.folded));
}

/** What a name of goods may say by itself: "2-pack", "100 % linen". */
const HARMLESS: ReadonlySet<string> = new Set(['quantity', 'percentage']);

/** An empty line ends a sentence, so that no claim reaches from one text into the next. */
const TEXT_BREAK = '\n\n';

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
  // A record's name may hide its own numbers ("30MP", "Speaker 2"), but carry no fact into a body: "transfer 500 EUR".
  const carriesNothing = (name: string): boolean =>
    extractClaims(name, language, profile.locale, [], new Map()).candidates.every(({ type }) => HARMLESS.has(type));
  const names = [...index.names, ...index.recordNames.filter(carriesNothing)];
  const extracted = extractClaims(body, language, profile.locale, names, known, items, carriersOf(index));
  const court: Court = {
    body: extracted,
    index,
    binder: createBinder(extracted.context, extracted.candidates, index, evidence.customerText),
    texts: once(() => readEvidenceTexts(index.texts, profile.locale, known)),
    customer: once(() => extractClaims(evidence.customerText, language, profile.locale, [], known)),
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
