import type { DraftContent, DraftEvidence } from '../../drafting/draft.ts';
import type { Claim } from '../../guards/grounding/claim.ts';
import type { FactCheck } from '../../review/current-facts.ts';
import { Badge, type Tone } from '../components.tsx';
import type { View } from '../view.ts';
import { evidenceWords } from './evidence-words.ts';

const TONES: Record<Shown, Tone> = {
  overtaken: 'bad',
  verified: 'good',
  contradicted: 'bad',
  unsupported: 'bad',
  unverifiable: 'warn',
};

interface Props {
  view: View;
  timeZone: string;
  content: DraftContent;
  evidence: DraftEvidence | null;
  /** What the tools say now; claims that no longer hold are shown as such, whatever held when they were written. */
  facts: FactCheck;
}

/** A verdict as it is now. */
type Shown = Claim['verdict'] | 'overtaken';

function shownVerdict(facts: FactCheck, { verdict, start, end }: Claim): Shown {
  const isOvertaken =
    facts.state === 'changed' && facts.overtaken.some((one) => one.start === start && one.end === end);
  return isOvertaken ? 'overtaken' : verdict;
}

/** The body as text, each claim marked by its verdict; its evidence shows on focus and on hover. */
export function MarkedBody({ view, timeZone, content, evidence, facts }: Props) {
  const { t } = view;
  const { body } = content;
  let at = 0;
  const parts = inOrder(content.claims).flatMap((claim, i) => {
    const before = body.slice(at, claim.start);
    at = claim.end;
    const id = `claim-${i}`;
    const verdict = shownVerdict(facts, claim);
    return [
      before,
      <span class="claim-place">
        <mark class={`claim claim-${verdict}`} tabindex={0} aria-describedby={id}>
          {body.slice(claim.start, claim.end)}
        </mark>
        <span class="tip" role="tooltip" id={id}>
          <strong>{t(`verdict.${verdict}`)}</strong> {claimWords(view, evidence, claim, verdict, timeZone)}
        </span>
      </span>,
    ];
  });
  return (
    <div class="body" lang={content.language}>
      {parts}
      {body.slice(at)}
    </div>
  );
}

/** The same as a list: what is marked, and why. */
export function FactList({ view, timeZone, content, evidence, facts }: Props) {
  const { t } = view;
  // What is said twice is one fact.
  const said = Map.groupBy(inOrder(content.claims), (claim) =>
    JSON.stringify([claim.text, claim.evidence, shownVerdict(facts, claim)]),
  );
  const claims = [...said.values()].flatMap(([first]) => first ?? []);
  if (claims.length === 0) return <p class="soft">{t('facts.none')}</p>;
  return (
    <ul class="plain">
      {claims.map((claim) => {
        const verdict = shownVerdict(facts, claim);
        return (
          <li>
            <Badge tone={TONES[verdict]}>{t(`verdict.${verdict}`)}</Badge> <q>{claim.text}</q>{' '}
            <span class="soft">{claimWords(view, evidence, claim, verdict, timeZone)}</span>
          </li>
        );
      })}
    </ul>
  );
}

function claimWords(
  view: View,
  evidence: DraftEvidence | null,
  claim: Claim,
  verdict: Shown,
  timeZone: string,
): string {
  const shown = claim.evidence === undefined ? '–' : evidenceWords(view, evidence, claim.evidence, timeZone);
  return view.t(`verdict.${verdict}.text`, { evidence: shown });
}

/** From left to right, none within another: of two that overlap the first stays. */
export function inOrder(claims: Claim[]): Claim[] {
  const kept: Claim[] = [];
  for (const claim of claims.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (claim.start >= (kept.at(-1)?.end ?? 0)) kept.push(claim);
  }
  return kept;
}
