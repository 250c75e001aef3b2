import type { Candidate } from './candidates.ts';
import { lexicon, occursIn } from './lexicon.ts';
import { PROMISE_KINDS, type PromiseKind, STATED_STATUSES, type StatedStatus } from './locale.ts';
import { findOccurrences, firstStartingFrom, type Occurrences, wordsAhead, wordsBack } from './occurrences.ts';
import type { Segments, Span } from './segments.ts';
import type { TextContext } from './text-context.ts';

/** The commitment that a status becomes when it is said of the future or as a policy. */
const PROMISE_OF_STATUS: Partial<Record<StatedStatus, PromiseKind>> = {
  shipped: 'ship',
  in_transit: 'ship',
  out_for_delivery: 'deliver',
  ready_for_pickup: 'deliver',
  delivered: 'deliver',
  cancelled: 'cancel',
  returned: 'return',
  refunded: 'refund',
  refund_started: 'refund',
  replaced: 'replacement',
  rescheduled: 'appointment',
  confirmed: 'appointment',
  processing: 'ship',
};

/** Where two phrases cover the same words, the earlier one in this order says what is meant. */
const STATUS_PRIORITY: readonly StatedStatus[] = [
  'refund_started',
  'refunded',
  'replaced',
  'rescheduled',
  'paid',
  'lost',
  'cancelled',
  'returned',
  'ready_for_pickup',
  'out_for_delivery',
  ...STATED_STATUSES,
];

/** Said in the present tense, which some languages form like the future. */
const GOING_ON: readonly StatedStatus[] = ['processing', 'in_transit', 'out_for_delivery'];

/** How far a marker reaches to the action it commits to, in characters (about ten words). */
const MARKER_REACH = 90;
/** Words between a negation and what it negates. */
const NEGATION_REACH = 5;
const CONJUNCTION_INSIDE = /,| (?:and|und|ve|et|y|then|dann|puis|luego) /g;

interface Surroundings {
  text: string;
  segments: Segments;
  negations: Occurrences;
  trailingNegations: Occurrences;
  conditionals: Occurrences;
  trailingConditionals: Occurrences;
  questionStarts: Occurrences;
  habitual: Occurrences;
  wishes: Occurrences;
  unstated: Occurrences;
  undertakings: Occurrences;
  markers: Occurrences;
  futures: Occurrences;
  pasts: Occurrences;
}

function readSurroundings(context: TextContext): Surroundings {
  const words = lexicon();
  const { text, segments } = context;
  const falseNegations = findOccurrences(text, words.falseNegations);
  return {
    text,
    segments,
    negations: findOccurrences(text, words.negations, (start, end) => {
      const cover = falseNegations.firstFrom(Math.max(0, start - 12));
      return cover !== undefined && cover.start <= start && cover.end >= end;
    }),
    trailingNegations: findOccurrences(text, words.trailingNegations),
    conditionals: findOccurrences(text, words.conditionals),
    trailingConditionals: findOccurrences(text, words.trailingConditionals),
    questionStarts: findOccurrences(text, words.questionStarts),
    habitual: findOccurrences(text, words.habitual),
    wishes: findOccurrences(text, words.wishes),
    unstated: findOccurrences(text, words.unstated),
    undertakings: findOccurrences(text, words.undertakings),
    markers: findOccurrences(text, words.promiseMarkers),
    futures: findOccurrences(text, words.futures),
    pasts: findOccurrences(text, words.pasts),
  };
}

/** A question asserts nothing; in a longer one only the last clause and those that begin like a question ask. */
function isAsked({ text, segments, questionStarts }: Surroundings, at: number): boolean {
  const sentence = segments.sentenceAt(at);
  if (!text.slice(Math.max(sentence.start, sentence.end - 6), sentence.end).includes('?')) return false;
  const clause = segments.clauseAt(at);
  if (clause.end >= sentence.end) return true;
  const first = text.slice(clause.start, clause.start + 4).search(/[a-z]/);
  return questionStarts.firstFrom(clause.start)?.start === clause.start + Math.max(0, first);
}

function isConditional({ text, segments, conditionals, trailingConditionals }: Surroundings, span: Span): boolean {
  const clause = segments.clauseAt(span.start);
  if (conditionals.within(Math.max(clause.start, span.start - 200), span.start)) return true;
  return trailingConditionals.within(span.end, wordsAhead(text, span.end, 3, segments.clauseAt(span.end - 1).end));
}

/** Turkish puts the wish behind what is wished: "iptal etmek istediğinizi". */
const TRAILING_WISH = /^(?:iste|talep et|arzu et|dusun)/;
const WISH_REACH = 3;

/** "You would like to cancel your order": the customer's wish, not our word; "as you wish, we cancel" is ours. */
function isWished({ text, segments, wishes }: Surroundings, span: Span): boolean {
  const clause = segments.clauseAt(span.start);
  const wish = wishes.lastBefore(span.end);
  for (const before of [wish, wishes.firstFrom(Math.max(clause.start, span.start - 30))]) {
    if (before === undefined || before.start > span.start || before.end < span.start - 2) continue;
    if (TRAILING_WISH.test(text.slice(before.start, before.end))) continue;
    const lead = text.slice(wordsBack(text, before.start, 2, clause.start), before.start);
    if (!/\b(?:as|like|wie|comme|como|gibi)\b/.test(lead)) return true;
  }
  const behind = wishes.firstFrom(span.end);
  if (behind === undefined || !TRAILING_WISH.test(text.slice(behind.start, behind.end))) return false;
  return behind.start <= wordsAhead(text, span.end, WISH_REACH, Math.max(clause.end, span.end));
}

/** "If the parcel does not arrive", "whether we ship to Norway": supposed or asked, unless "will" commits to it. */
function isSupposed(surroundings: Surroundings, promise: PromiseMatch): boolean {
  if (promise.kind !== 'deliver' && promise.kind !== 'ship') return false;
  const { markers, futures } = surroundings;
  const commits = [markers, futures].some((found) => found.firstFrom(promise.start)?.start === promise.start);
  return !commits && isConditional(surroundings, promise);
}

function isNegated({ text, segments, negations, trailingNegations }: Surroundings, span: Span): boolean {
  const clause = segments.clauseAt(span.start);
  if (negations.within(wordsBack(text, span.start, NEGATION_REACH, clause.start), span.end)) return true;
  return trailingNegations.within(span.end, wordsAhead(text, span.end, 2, segments.clauseAt(span.end - 1).end));
}

/**
 * "Nobody can say that it was not delivered": whether a clause with "that" hangs on a negation which states nothing itself,
 * and whether this says "it is not true that".
 */
function isDenied(
  { text, segments, negations }: Surroundings,
  statuses: readonly StatusMatch[],
  match: Span,
): 'as untrue' | 'somehow' | undefined {
  const sentence = segments.sentenceAt(match.start);
  const clause = segments.clauseAt(match.start);
  const opening = text.slice(clause.start, clause.start + 6);
  if (clause.start <= sentence.start || !/^ ?(?:that|dass|que|qu'|ki)\b/.test(opening)) return undefined;
  let outer = segments.clauseAt(clause.start - 1);
  // ", dass": between comma and conjunction nothing stands.
  if (outer.start > sentence.start && text.slice(outer.start, outer.end).trim() === '')
    outer = segments.clauseAt(outer.start - 1);
  const from = Math.max(outer.start, sentence.start);
  if (!negations.within(from, outer.end)) return undefined;
  if ((firstStartingFrom(statuses, from)?.end ?? Number.POSITIVE_INFINITY) <= outer.end) return undefined;
  const said = text.slice(Math.max(from, outer.end - 60), outer.end);
  return /\b(?:true|correct|right|the case|wahr|richtig|der fall|vrai|exact|cierto|verdad|correcto)\b/.test(said)
    ? 'as untrue'
    : 'somehow';
}

/** "will be paid", "sera remboursée": a state that is yet to come is promised, not stated. */
function isFuture({ text, segments, futures, pasts }: Surroundings, span: StatusMatch): boolean {
  const clause = segments.clauseAt(span.start);
  const from = wordsBack(text, span.start, 6, clause.start);
  // "wird bearbeitet" is going on now; only a future that stands before such a phrase puts it off.
  const future = futures.lastBefore(GOING_ON.includes(span.stated) ? span.start : span.end);
  return future !== undefined && future.start >= from && !pasts.within(future.end, span.end);
}

/** Keeps of overlapping spans the first by priority, then the longest; in text order. */
function withoutOverlaps<T extends Span>(
  spans: readonly T[],
  priority: (span: T) => number,
  length: number,
): { kept: T[]; covered: Uint8Array } {
  const covered = new Uint8Array(length);
  const ordered = [...spans].sort(
    (left, right) =>
      priority(left) - priority(right) || right.end - right.start - (left.end - left.start) || left.start - right.start,
  );
  const kept: T[] = [];
  for (const span of ordered) {
    if (covered.subarray(span.start, span.end).includes(1)) continue;
    covered.fill(1, span.start, span.end);
    kept.push(span);
  }
  return { kept: kept.sort((left, right) => left.start - right.start), covered };
}

interface StatusMatch extends Span {
  stated: StatedStatus;
  negative: boolean;
}

function statusMatches(text: string): StatusMatch[] {
  const words = lexicon();
  const found: StatusMatch[] = [];
  for (const stated of STATED_STATUSES) {
    for (const { start, end } of findOccurrences(text, words.statuses[stated]).spans)
      found.push({ start, end, stated, negative: false });
    for (const { start, end } of findOccurrences(text, words.negatedStatuses[stated]).spans)
      found.push({ start, end, stated, negative: true });
  }
  return withoutOverlaps(found, (match) => (match.negative ? -1 : STATUS_PRIORITY.indexOf(match.stated)), text.length)
    .kept;
}

interface PromiseMatch extends Span {
  kind: PromiseKind;
  refused: boolean;
}

/** Commitments made of a marker ("will") and an action ("refund"), unless the marker commits to look, check or reply. */
function markedPromises({ text, segments, markers, undertakings, pasts }: Surroundings): PromiseMatch[] {
  const found: PromiseMatch[] = [];
  if (markers.spans.length === 0) return found;
  const words = lexicon();
  const conjunctions = findOccurrences(text, CONJUNCTION_INSIDE);
  for (const kind of PROMISE_KINDS) {
    for (const action of findOccurrences(text, words.promiseActions[kind]).spans) {
      const marker = markers.lastBefore(action.start);
      if (marker === undefined || action.start - marker.end > MARKER_REACH) continue;
      if (segments.sentenceAt(marker.start).end < action.end) continue;
      // An undertaking between the two takes the marker for itself, unless "and" starts a commitment behind it.
      const conjunction = conjunctions.lastBefore(action.start);
      const own = Math.max(marker.start, conjunction === undefined ? 0 : conjunction.end);
      if (undertakings.within(own, action.start)) continue;
      // "glad to say that it was delivered" states, it does not promise.
      if (pasts.within(marker.end, action.start)) continue;
      found.push({ start: marker.start, end: action.end, kind, refused: false });
    }
  }
  return found;
}

function allPromises(surroundings: Surroundings): PromiseMatch[] {
  const words = lexicon();
  const { text } = surroundings;
  const found = markedPromises(surroundings);
  for (const kind of PROMISE_KINDS) {
    for (const span of findOccurrences(text, words.completePromises[kind]).spans)
      found.push({ ...span, kind, refused: false });
    for (const span of findOccurrences(text, words.refusals[kind]).spans) found.push({ ...span, kind, refused: true });
  }
  return found;
}

/** What else than parcels can arrive, be sent or be on its way. */
type Subject = 'goods' | 'payment' | 'refund' | 'message';
const ARRIVALS: readonly StatedStatus[] = ['delivered', 'shipped', 'in_transit', 'processing', 'delayed', 'lost'];
/** Characters before a status in which its subject is looked for. */
const SUBJECT_REACH = 80;

function readSubjects(text: string): readonly { subject: Subject; found: Occurrences }[] {
  const words = lexicon();
  return [
    { subject: 'goods', found: findOccurrences(text, words.nouns.order) },
    { subject: 'payment', found: findOccurrences(text, words.paymentNouns) },
    { subject: 'refund', found: findOccurrences(text, words.refundNouns) },
    { subject: 'message', found: findOccurrences(text, words.nouns.message) },
  ];
}

/** The noun nearest before the status, in its clause; goods where none of the other things is named. */
function subjectOf(subjects: ReturnType<typeof readSubjects>, clauseStart: number, match: Span): Subject {
  let nearest: { subject: Subject; at: number } = { subject: 'goods', at: -1 };
  for (const { subject, found } of subjects) {
    const at = found.lastBefore(match.start)?.start ?? -1;
    if (at >= Math.max(clauseStart, match.start - SUBJECT_REACH) && at > nearest.at) nearest = { subject, at };
  }
  return nearest.subject;
}

/** A heading that the next sentence may answer has no more words. */
const WORDS_OF_A_HEADING = 4;
/** Where in its sentence an answer begins at the latest. */
const ANSWER_BEGINS = 12;

/** "Your refund? We will make it.", "Delivered? Yes.", "Refund: granted": what is asked, or only named, then affirmed. */
function answers(surroundings: Surroundings, statuses: readonly StatusMatch[]): Candidate[] {
  const { text, segments } = surroundings;
  const words = lexicon();
  const found: Candidate[] = [];
  const affirmations = findOccurrences(text, words.affirmations).spans.map((span) => ({ ...span, onlyAnswers: true }));
  const proForms = findOccurrences(text, words.proForms).spans.map((span) => ({ ...span, onlyAnswers: false }));
  for (const { start, end, onlyAnswers } of [...proForms, ...affirmations]) {
    const sentence = segments.sentenceAt(start);
    const joint = text.slice(Math.max(sentence.start, start - 40), start).search(/(?:[:=]| -{1,2}) ?$/);
    const heading = joint >= 0 && !onlyAnswers;
    if (!heading && (sentence.start === 0 || start - sentence.start > ANSWER_BEGINS)) continue;
    const before = heading ? { start: sentence.start, end: start } : segments.sentenceAt(sentence.start - 1);
    const said = text.slice(Math.max(before.start, before.end - 200), before.end).trim();
    const isQuestion = said.endsWith('?');
    if (!isQuestion && (onlyAnswers || said.split(' ').length > WORDS_OF_A_HEADING)) continue;
    if (surroundings.negations.within(wordsBack(text, start, NEGATION_REACH, sentence.start), end)) continue;
    if (surroundings.negations.within(end, Math.min(sentence.end, end + 5))) continue;
    if (surroundings.undertakings.within(end, Math.min(sentence.end, end + 40))) continue;
    const first = firstStartingFrom(statuses, before.start);
    const status = first !== undefined && first.end <= before.end ? first : undefined;
    const kind = PROMISE_KINDS.find((candidate) => occursIn(words.promiseActions[candidate], said));
    if (status !== undefined && isQuestion)
      found.push({ type: 'status', start, end, stated: status.stated, negated: status.negative });
    else if (kind !== undefined && !onlyAnswers)
      found.push({ type: 'promise', start, end, kind, refused: false, conditional: false });
  }
  return found;
}

/** What `extractStatements` found, and which clauses only undertake to look, check or reply. */
export interface Statements {
  candidates: Candidate[];
  isUndertaking(offset: number): boolean;
}

/** Finds statements about the state of an order or appointment, commitments, and vague words of time. */
export function extractStatements(context: TextContext): Statements {
  const { text, segments } = context;
  const surroundings = readSurroundings(context);
  const candidates: Candidate[] = [];
  const statuses = statusMatches(text);
  const { kept: promises, covered } = withoutOverlaps(
    allPromises(surroundings),
    (promise) => (promise.refused ? 0 : 1),
    text.length,
  );
  const stating = new Uint8Array(text.length);
  const subjects = readSubjects(text);

  for (const match of statuses) {
    if (covered.subarray(match.start, match.end).includes(1)) continue;
    if (isAsked(surroundings, match.start) || isConditional(surroundings, match)) continue;
    const clause = segments.clauseAt(match.start);
    const fourBack = wordsBack(text, match.start, 4, clause.start);
    const near = fourBack + text.slice(fourBack, match.start).lastIndexOf(':') + 1;
    const sentence = segments.sentenceAt(match.start);
    const kind = PROMISE_OF_STATUS[match.stated];
    const own = match.negative || isNegated(surroundings, match);
    const denied = isDenied(surroundings, statuses, match);
    const negated = own || denied === 'as untrue';
    if (own && denied !== undefined)
      candidates.push({ type: 'status', start: match.start, end: match.end, stated: match.stated, negated: false });
    // "is yet to be shipped" states, "to be shipped" alone does not.
    if (!negated && surroundings.unstated.within(near, match.start)) continue;
    const span = { start: match.start, end: match.end };
    const subject = ARRIVALS.includes(match.stated) ? subjectOf(subjects, clause.start, match) : 'goods';
    if (subject === 'message') continue;
    stating[match.start] = 1;
    if (subject === 'payment' || subject === 'refund') {
      const future = isFuture(surroundings, match);
      if (subject === 'refund' && future)
        candidates.push({ type: 'promise', ...span, kind: 'refund', refused: negated, conditional: false });
      else candidates.push({ type: 'status', ...span, stated: subject === 'payment' ? 'paid' : 'refunded', negated });
    } else if (kind !== undefined && surroundings.habitual.within(sentence.start, sentence.end)) {
      candidates.push({ type: 'promise', ...span, kind, refused: negated, conditional: true });
    } else if (kind !== undefined && isFuture(surroundings, match)) {
      const conditional = surroundings.conditionals.within(sentence.start, sentence.end);
      candidates.push({ type: 'promise', ...span, kind, refused: negated, conditional });
    } else {
      candidates.push({ type: 'status', ...span, stated: match.stated, negated });
    }
  }
  for (const promise of promises) {
    if (isAsked(surroundings, promise.start) || isWished(surroundings, promise)) continue;
    if (isSupposed(surroundings, promise)) continue;
    // "We will send an e-mail" undertakes to write.
    const from = segments.clauseAt(promise.start).start;
    if (promise.kind === 'ship' && subjectOf(subjects, from, promise) === 'message') continue;
    stating[promise.start] = 1;
    const sentence = segments.sentenceAt(promise.start);
    const conditional =
      surroundings.conditionals.within(sentence.start, sentence.end) ||
      surroundings.trailingConditionals.within(sentence.start, sentence.end);
    const refused = promise.refused || isNegated(surroundings, promise);
    candidates.push({
      type: 'promise',
      start: promise.start,
      end: promise.end,
      kind: promise.kind,
      refused,
      conditional,
    });
  }
  for (const answer of answers(surroundings, statuses)) {
    stating[answer.start] = 1;
    candidates.push(answer);
  }
  const isUndertaking = (offset: number): boolean => {
    const clause = segments.clauseAt(offset);
    const start = Math.max(clause.start, offset - 300);
    const end = Math.min(clause.end, offset + 300);
    return surroundings.undertakings.within(start, end) && !stating.subarray(start, end).includes(1);
  };
  for (const span of findOccurrences(text, lexicon().vague).spans) {
    if (!isUndertaking(span.start)) candidates.push({ type: 'vague', ...span });
  }
  return { candidates, isUndertaking };
}
