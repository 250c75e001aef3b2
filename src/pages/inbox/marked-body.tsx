import type { DraftContent, DraftEvidence } from '../../drafting/draft.ts';
import type { Claim } from '../../guards/grounding/claim.ts';
import { Badge, type Tone } from '../components.tsx';
import type { Translate } from '../texts/translate.ts';
import { evidenceWords } from './evidence-words.ts';

const TONES: Record<Claim['verdict'], Tone> = {
  verified: 'good',
  contradicted: 'bad',
  unsupported: 'bad',
  unverifiable: 'warn',
};

interface Props {
  t: Translate;
  content: DraftContent;
  evidence: DraftEvidence | null;
}

/** The body as text, each claim marked by its verdict; its evidence shows on focus and on hover. */
export function MarkedBody({ t, content, evidence }: Props) {
  const { body } = content;
  let at = 0;
  const parts = inOrder(content.claims).flatMap((claim, i) => {
    const before = body.slice(at, claim.start);
    at = claim.end;
    const id = `claim-${i}`;
    return [
      before,
      <span class="claim-place">
        <mark class={`claim claim-${claim.verdict}`} tabindex={0} aria-describedby={id}>
          {body.slice(claim.start, claim.end)}
        </mark>
        <span class="tip" role="tooltip" id={id}>
          <strong>{t(`verdict.${claim.verdict}`)}</strong> {claimWords(t, evidence, claim)}
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
export function FactList({ t, content, evidence }: Props) {
  const claims = inOrder(content.claims);
  if (claims.length === 0) return <p class="soft">{t('facts.none')}</p>;
  return (
    <ul class="plain">
      {claims.map((claim) => (
        <li>
          <Badge tone={TONES[claim.verdict]}>{t(`verdict.${claim.verdict}`)}</Badge> <q>{claim.text}</q>{' '}
          <span class="soft">{claimWords(t, evidence, claim)}</span>
        </li>
      ))}
    </ul>
  );
}

function claimWords(t: Translate, evidence: DraftEvidence | null, claim: Claim): string {
  const shown = claim.evidence === undefined ? '–' : evidenceWords(t, evidence, claim.evidence);
  return t(`verdict.${claim.verdict}.text`, { evidence: shown });
}

/** From left to right, none within another: of two that overlap the first stays. */
function inOrder(claims: Claim[]): Claim[] {
  const kept: Claim[] = [];
  for (const claim of claims.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (claim.start >= (kept.at(-1)?.end ?? 0)) kept.push(claim);
  }
  return kept;
}
