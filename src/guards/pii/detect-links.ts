import type { PiiMatch } from './pii-match.ts';

const WEB_SCHEME = /(?:h(?:tt|xx)ps?|ftps?|sftp|wss?|file)$/i;
const ANY_SCHEME = /[a-z][a-z0-9+-]{1,20}$/i;
const SCRIPT_SCHEME = /(?<![a-z0-9])(?:javascript|vbscript|livescript|data|blob|intent)$/i;
const WWW = /(?<![a-z0-9@.-])www\d?\.(?=[a-z0-9\u00a1-\uffff])/gi;
const HREF = /\b(?:href|src|action)\s?=\s?["']?/gi;
const MARKDOWN_TARGET = /\]\s?\(\s?<?(?=\S)/g;
const SLASHES = /(?<![:\w/\\])\/\/(?=[a-z0-9])/gi;
const SPELT_DOT = /[[({]\s?(?:\.|dot)\s?[\])}]/gi;
const IP_HOST = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])(?:[:/][^\s<>"]{0,2000})?/g;
const ENDS_LINK = /[\s<>"\u201c\u201d\u00ab\u00bb]/g;
const LONGEST_LABEL = 63;

/** Generic endings in use; two-letter ones are countries. */
const ENDINGS = new Set(
  (
    'com net org info biz edu gov mil int name pro mobi tel jobs travel museum coop aero asia cat post ' +
    'shop store online site website web app dev page blog cloud host hosting digital tech technology software systems solutions ' +
    'services service support help email chat social media news live life world today space zone center link links click top vip club ' +
    'xyz win bid loan men date party review trade science work works money cash finance financial bank credit loans fund capital ' +
    'game games fun buzz icu cyou rest bar cafe pizza food recipes deals sale discount gift gifts promo cheap bargains market markets ' +
    'delivery express parcel ltd llc inc gmbh company group team agency studio design photo photos pics video tube stream download zip mov ' +
    'london berlin paris istanbul ist nyc tokyo amsterdam wien koeln hamburg bayern eus gal scot global international network ' +
    'health care clinic doctor dental fit fitness yoga beauty fashion style clothing shoes jewelry house homes property land rent ' +
    'education school academy university college training courses io ai'
  ).split(' '),
);
const COUNTRIES = new Set(
  (
    'ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg ch ci ck cl ' +
    'cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt ' +
    'gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ' +
    'ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm ' +
    'pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to ' +
    'tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw рф'
  ).split(' '),
);
const FILE_ENDINGS = new Set(
  'pdf jpg jpeg png gif webp heic svg doc docx xls xlsx csv txt ppt pptx odt ods rtf xml html htm json js ts css mp3 mp4 avi eml msg ics'.split(
    ' ',
  ),
);
/** Country codes that are words too: "thanks.it" is a missing blank more often than a host. */
const WORDS = new Set(
  'ad al am an ar as at be by da de do es et id il in is it la ma me mi mu my ne no or pa se si so su te to tu us va ve vi work date post name life news help py sh md ps'.split(
    ' ',
  ),
);

/**
 * Links in folded text: any scheme, www, bare hosts, protocol-relative and Markdown targets, IP hosts, defanged forms.
 * `thorough` also takes hosts that could be two words with a missing blank, and whatever stands in a link target.
 */
export function detectLinks(text: string, matches: PiiMatch[], thorough: boolean): void {
  const spans: Span[] = [];
  detectSchemes(text, spans);
  if (/www\d?\./i.test(text)) collect(text, WWW, spans);
  if (text.includes('//')) collect(text, SLASHES, spans);
  if (thorough) {
    if (text.includes('=')) collect(text, HREF, spans);
    if (text.includes('](') || text.includes('] (')) collect(text, MARKDOWN_TARGET, spans);
    for (const found of text.matchAll(IP_HOST))
      spans.push({ start: found.index, end: trimmedEnd(text, found.index, found.index + found[0].length) });
    detectSpeltHosts(text, spans);
  }
  detectHosts(text, spans, thorough);
  spans.sort((a, b) => a.start - b.start || b.end - a.end);
  let free = 0;
  for (const { start, end } of spans) {
    if (start < free || end - start < 3) continue;
    matches.push({ type: 'LINK', start, end, key: text.slice(start, end) });
    free = end;
  }
}

interface Span {
  start: number;
  end: number;
}

/** From each colon, the scheme before it and the rest behind; a run that is already part of a link is not read again. */
function detectSchemes(text: string, spans: Span[]): void {
  for (let colon = text.indexOf(':'), free = 0; colon >= 0; colon = text.indexOf(':', Math.max(colon + 1, free))) {
    // "12:30" and ": " are no schemes.
    const next = text.charCodeAt(colon + 1);
    if (colon - free < 2 || !isSchemeCode(text.charCodeAt(colon - 1))) continue;
    if (next <= 0x20 && text.charCodeAt(colon + 2) !== 0x2f && text.charCodeAt(colon + 2) !== 0x5c) continue;
    const before = text.slice(Math.max(free, colon - 24), colon);
    const after = text.slice(colon + 1, colon + 8);
    const scheme = WEB_SCHEME.exec(before.trimEnd());
    let start = -1;
    if (scheme && /^\s?[/\\]|^[^\s/\\]/.test(after)) start = colon - before.length + scheme.index;
    else if (after.startsWith('//')) {
      const other = ANY_SCHEME.exec(before);
      if (other) start = colon - before.length + other.index;
    } else {
      const script = SCRIPT_SCHEME.exec(before);
      if (script && /^[^\s]/.test(after) && !/^data$/i.test(script[0])) start = colon - before.length + script.index;
      if (script && /^data$/i.test(script[0]) && /^[a-z]+\/|^[;,]/i.test(text.slice(colon + 1, colon + 24))) {
        start = colon - before.length + script.index;
      }
    }
    if (start < 0) continue;
    const slashes = /^\s?[/\\]*\s?/.exec(text.slice(colon + 1, colon + 12));
    const end = linkEnd(text, start, colon + 1 + (slashes ? slashes[0].length : 0));
    if (end <= colon + 1) continue;
    spans.push({ start, end });
    free = end;
  }
}

/** The blank of "https ://" counts. */
function isSchemeCode(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2b ||
    code === 0x20
  );
}

/** Every hit of the pattern up to the end of its link; the search goes on behind that, so a run is read once. */
function collect(text: string, pattern: RegExp, spans: Span[]): void {
  const inTarget = pattern === HREF || pattern === MARKDOWN_TARGET;
  pattern.lastIndex = 0;
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const after = found.index + found[0].length;
    const start = inTarget ? after : found.index;
    const end = linkEnd(text, start, after);
    if (end > after) spans.push({ start, end });
    pattern.lastIndex = Math.max(end, after);
  }
}

function linkEnd(text: string, start: number, from: number): number {
  ENDS_LINK.lastIndex = from;
  return trimmedEnd(text, start, ENDS_LINK.exec(text)?.index ?? text.length);
}

/** Punctuation at the end belongs to the sentence; a closing bracket does unless it was opened inside. */
function trimmedEnd(text: string, start: number, stop: number): number {
  let end = stop;
  // Closing brackets less opening ones, counted only once there is a bracket at the end.
  let surplus: number[] | undefined;
  while (end > start) {
    const last = text.charCodeAt(end - 1);
    const bracket = CLOSING.indexOf(last);
    if (bracket >= 0) {
      surplus ??= bracketSurplus(text, start, end);
      if ((surplus[bracket] as number) <= 0) break;
      surplus[bracket] = (surplus[bracket] as number) - 1;
    } else if (!TRAILING.has(last)) break;
    end--;
  }
  return end;
}

const OPENING = [0x28, 0x5b, 0x7b];
const CLOSING = [0x29, 0x5d, 0x7d];
const TRAILING = new Set([...".,;:!?'*_`|\u2019"].map((character) => character.charCodeAt(0)));

function bracketSurplus(text: string, start: number, end: number): number[] {
  const surplus = [0, 0, 0];
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    const closing = CLOSING.indexOf(code);
    const opening = OPENING.indexOf(code);
    if (closing >= 0) surplus[closing] = (surplus[closing] as number) + 1;
    else if (opening >= 0) surplus[opening] = (surplus[opening] as number) - 1;
  }
  return surplus;
}

/** Bare hosts: from a dot outwards, each chain of labels read once. */
function detectHosts(text: string, spans: { start: number; end: number }[], thorough: boolean): void {
  let free = 0;
  for (let dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', Math.max(dot + 1, free))) {
    if (!isHostCode(text.charCodeAt(dot - 1)) || !isHostCode(text.charCodeAt(dot + 1))) continue;
    let start = dot;
    const lowest = Math.max(free, dot - LONGEST_LABEL);
    while (start > lowest && isHostCode(text.charCodeAt(start - 1))) start--;
    let end = dot;
    while (end < text.length && (isHostCode(text.charCodeAt(end)) || text.charCodeAt(end) === 0x2e)) end++;
    free = end;
    while (end > dot && !isHostCode(text.charCodeAt(end - 1))) end--;
    const stop = hostEnd(text, start, end, thorough);
    if (stop > 0) {
      spans.push({ start, end: stop });
      free = Math.max(free, stop);
    }
  }
}

/** "shop[.]example" and "shop (dot) example". */
function detectSpeltHosts(text: string, spans: Span[]): void {
  for (const spelt of text.matchAll(SPELT_DOT)) {
    const before = /[\w-]{1,63}\s?$/.exec(text.slice(Math.max(0, spelt.index - 64), spelt.index));
    const after = spelt.index + spelt[0].length;
    const rest = /^\s?[\w-]{2,63}(?:[./][^\s<>"]{0,500})?/.exec(text.slice(after, after + 600));
    if (!before || !rest) continue;
    const start = spelt.index - before[0].length;
    spans.push({ start, end: trimmedEnd(text, start, after + rest[0].length) });
  }
}

/** End of the link that begins with these labels; -1 when it is no host. */
function hostEnd(text: string, start: number, end: number, thorough: boolean): number {
  const next = text.charAt(end);
  const before = text.charAt(start - 1);
  if (next === '@' || before === '@') return -1;
  const labels = text.slice(start, end);
  const lastDot = labels.lastIndexOf('.');
  const ending = labels.slice(lastDot + 1);
  const lower = ending.toLowerCase();
  const name = labels.slice(labels.lastIndexOf('.', lastDot - 1) + 1, lastDot);
  const hasPath = /^(?:[/?#][^\s]|:\d)/.test(text.slice(end, end + 2));
  if (!/^(?:[^\d\W]|[\u00a1-\uffff]){2,}$|^xn--/i.test(ending)) return -1;
  const known = ENDINGS.has(lower) || COUNTRIES.has(lower) || lower.startsWith('xn--');
  // In what a model wrote, any word may be an ending: there are more of them every year.
  if (!known && (!thorough || !/\p{L}/u.test(name) || (FILE_ENDINGS.has(lower) && !hasPath))) return -1;
  const common = lower === 'com' || lower === 'net' || lower === 'org' || lower === 'info';
  if (!hasPath && !common) {
    if (name.length < 2) return -1;
    // A capital begins the next sentence: "Thanks.It …".
    if (ending !== lower && ending !== ending.toUpperCase()) return -1;
    const single = labels.indexOf('.') === lastDot;
    if (!thorough && WORDS.has(lower) && single) return -1;
  }
  return hasPath ? linkEnd(text, start, end) : end;
}

function isHostCode(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x2d ||
    code === 0x5f ||
    (code >= 0xa1 && code !== 0x2026 && code !== 0x201c && code !== 0x201d && code !== 0x2019)
  );
}
