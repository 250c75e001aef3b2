/** Elements whose content nobody reads. */
const SKIPPED = new Set([
  'script',
  'style',
  'head',
  'title',
  'template',
  'svg',
  'object',
  'noframes',
  'textarea',
  'select',
  'iframe',
  'math',
]);
const VOID = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'param',
  'source',
  'track',
  'wbr',
]);
const BLOCK = new Set([
  'address',
  'article',
  'aside',
  'blockquote',
  'body',
  'center',
  'dd',
  'div',
  'dl',
  'dt',
  'fieldset',
  'figure',
  'footer',
  'form',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'header',
  'html',
  'li',
  'main',
  'nav',
  'ol',
  'p',
  'pre',
  'section',
  'table',
  'tbody',
  'tfoot',
  'thead',
  'tr',
  'ul',
]);
const PARAGRAPH = new Set(['p', 'blockquote', 'ul', 'ol', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'pre']);
/** Classes and ids that mail programs put around what they quote. */
const QUOTE_MARK =
  /(?:^|\s)(?:gmail_quote|gmail_quote_container|yahoo_quoted|moz-cite-prefix|protonmail_quote|zmail_extra|divRplyFwdMsg|gmail_extra_quote)(?:\s|$)/;

const DEPTH_MAX = 256;
const TAG_MAX = 16_384;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ensp: ' ',
  emsp: ' ',
  thinsp: ' ',
  zwnj: '',
  zwj: '',
  shy: '',
  lrm: '',
  rlm: '',
  euro: '€',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  sbquo: '‚',
  ldquo: '“',
  rdquo: '”',
  bdquo: '„',
  hellip: '…',
  bull: '•',
  middot: '·',
  laquo: '«',
  raquo: '»',
  lsaquo: '‹',
  rsaquo: '›',
  copy: '©',
  reg: '®',
  trade: '™',
  deg: '°',
  ordm: 'º',
  ordf: 'ª',
  pound: '£',
  yen: '¥',
  cent: '¢',
  sect: '§',
  para: '¶',
  plusmn: '±',
  times: '×',
  divide: '÷',
  iexcl: '¡',
  iquest: '¿',
  frac12: '½',
  frac14: '¼',
  frac34: '¾',
  sup1: '¹',
  sup2: '²',
  sup3: '³',
  micro: 'µ',
  OElig: 'Œ',
  oelig: 'œ',
  Scaron: 'Š',
  scaron: 'š',
  dagger: '†',
  permil: '‰',
  larr: '←',
  rarr: '→',
  uarr: '↑',
  darr: '↓',
  Agrave: 'À',
  Aacute: 'Á',
  Acirc: 'Â',
  Atilde: 'Ã',
  Auml: 'Ä',
  Aring: 'Å',
  AElig: 'Æ',
  Ccedil: 'Ç',
  Egrave: 'È',
  Eacute: 'É',
  Ecirc: 'Ê',
  Euml: 'Ë',
  Igrave: 'Ì',
  Iacute: 'Í',
  Icirc: 'Î',
  Iuml: 'Ï',
  Ntilde: 'Ñ',
  Ograve: 'Ò',
  Oacute: 'Ó',
  Ocirc: 'Ô',
  Otilde: 'Õ',
  Ouml: 'Ö',
  Oslash: 'Ø',
  Ugrave: 'Ù',
  Uacute: 'Ú',
  Ucirc: 'Û',
  Uuml: 'Ü',
  Yacute: 'Ý',
  szlig: 'ß',
  agrave: 'à',
  aacute: 'á',
  acirc: 'â',
  atilde: 'ã',
  auml: 'ä',
  aring: 'å',
  aelig: 'æ',
  ccedil: 'ç',
  egrave: 'è',
  eacute: 'é',
  ecirc: 'ê',
  euml: 'ë',
  igrave: 'ì',
  iacute: 'í',
  icirc: 'î',
  iuml: 'ï',
  ntilde: 'ñ',
  ograve: 'ò',
  oacute: 'ó',
  ocirc: 'ô',
  otilde: 'õ',
  ouml: 'ö',
  oslash: 'ø',
  ugrave: 'ù',
  uacute: 'ú',
  ucirc: 'û',
  uuml: 'ü',
  yacute: 'ý',
  yuml: 'ÿ',
  inodot: 'ı',
  imath: 'ı',
  Idot: 'İ',
  gbreve: 'ğ',
  Gbreve: 'Ğ',
  scedil: 'ş',
  Scedil: 'Ş',
  ccaron: 'č',
  zwsp: '',
  NewLine: '\n',
  Tab: '\t',
  colon: ':',
  num: '#',
  commat: '@',
  lpar: '(',
  rpar: ')',
  excl: '!',
  quest: '?',
  percnt: '%',
  lowbar: '_',
  hyphen: '-',
  dash: '-',
  period: '.',
  comma: ',',
  sol: '/',
};

interface Open {
  name: string;
  /** Number of the quote that it stands in, 0 for none. */
  quote: number;
  hidden: boolean;
  preformatted: boolean;
}

/**
 * The readable text of an HTML mail. Quoted parts get `> ` before each line, so that `stripQuotes` can drop them; hidden
 * parts and scripts are left out. Time is linear in the length, also for broken markup.
 */
export function htmlToText(html: string): string {
  const lowered = html.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const open: Open[] = [];
  const out = textLines();
  let ignoredDepth = 0;
  let at = 0;
  while (at < html.length) {
    const tag = html.indexOf('<', at);
    const top = open.at(-1);
    const text = html.slice(at, tag < 0 ? html.length : tag);
    if (text !== '' && !top?.hidden) out.add(decodeEntities(text), top?.quote ?? 0, top?.preformatted ?? false);
    if (tag < 0) break;
    if (lowered.startsWith('<!--', tag)) {
      const end = html.indexOf('-->', tag + 4);
      at = end < 0 ? html.length : end + 3;
      continue;
    }
    const next = lowered[tag + 1] ?? '';
    if (!/[a-z/!?]/.test(next)) {
      if (!top?.hidden) out.add('<', top?.quote ?? 0, top?.preformatted ?? false);
      at = tag + 1;
      continue;
    }
    const end = endOfTag(html, tag + 1);
    if (end < 0) break;
    at = end + 1;
    const name = /^\/?([a-z][a-z0-9:-]{0,30})/.exec(lowered.slice(tag + 1, tag + 40))?.[1];
    if (!name) continue;
    if (next === '/') {
      if (ignoredDepth > 0) ignoredDepth -= 1;
      else close(open, name);
      if (BLOCK.has(name)) out.break(PARAGRAPH.has(name));
      continue;
    }
    if (name === 'br') out.newline(top?.quote ?? 0);
    else if (name === 'hr') out.break(true);
    else if (BLOCK.has(name)) out.break(PARAGRAPH.has(name));
    else if (name === 'td' || name === 'th') out.add(' ', top?.quote ?? 0, false);
    if (SKIPPED.has(name) && html[end - 1] !== '/') {
      const closing = lowered.indexOf(`</${name}`, at);
      // An unclosed <head> or <title> must not swallow the mail.
      if (closing >= 0) at = closing;
      else if (name === 'script' || name === 'style') break;
      else continue;
      const after = html.indexOf('>', at);
      at = after < 0 ? html.length : after + 1;
      continue;
    }
    if (VOID.has(name) || html[end - 1] === '/') continue;
    if (open.length >= DEPTH_MAX) {
      ignoredDepth += 1;
      continue;
    }
    const attributes = html.slice(tag + 1 + name.length, Math.min(end, tag + 4000));
    open.push({
      name,
      quote: (top?.quote ?? 0) || out.openQuote(name, attributes),
      hidden: (top?.hidden ?? false) || isHidden(attributes),
      preformatted: (top?.preformatted ?? false) || name === 'pre',
    });
  }
  return out.text();
}

/** Position of the `>` that ends a tag; quoted attribute values may hold one. -1 where the tag never ends. */
function endOfTag(html: string, from: number): number {
  let quote = '';
  const limit = Math.min(html.length, from + TAG_MAX);
  for (let index = from; index < limit; index += 1) {
    const character = html[index];
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '>') return index;
    else if ((character === '"' || character === "'") && html[index - 1] === '=') quote = character;
  }
  return html.indexOf('>', from);
}

const CLOSE_LOOKBACK = 64;

function close(open: Open[], name: string): void {
  for (let index = open.length - 1; index >= Math.max(0, open.length - CLOSE_LOOKBACK); index -= 1) {
    if (open[index]?.name !== name) continue;
    open.length = index;
    return;
  }
}

function isQuoteContainer(attributes: string): boolean {
  for (const [, , double, single, bare] of attributes.matchAll(
    /\b(class|id)\s{0,5}=\s{0,5}(?:"([^"]{0,300})"|'([^']{0,300})'|([^\s"'>]{1,100}))/gi,
  )) {
    if (QUOTE_MARK.test(double ?? single ?? bare ?? '')) return true;
  }
  return false;
}

function isHidden(attributes: string): boolean {
  if (/(?:^|\s)hidden(?:\s|=|$)/i.test(attributes)) return true;
  const style = /\bstyle\s{0,5}=\s{0,5}(?:"([^"]{0,2000})"|'([^']{0,2000})')/i.exec(attributes);
  const rules = (style?.[1] ?? style?.[2] ?? '').toLowerCase().replace(/\s/g, '');
  if (rules === '') return false;
  if (
    /display:none|visibility:hidden|mso-hide:all|(?:^|;)opacity:0(?:\.0+)?(?:;|!|$)|font-size:0(?:px|pt|em|%)?(?:;|!|$)|max-height:0(?:px)?(?:;|!|$)/.test(
      rules,
    )
  )
    return true;
  const white = '(?:#fff(?:fff)?|white|rgb\\(255,255,255\\))';
  return new RegExp(`(?:^|;)color:${white}`).test(rules) && new RegExp(`background(?:-color)?:${white}`).test(rules);
}

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,10}));?/g,
    (whole, decimal, hex, name) => {
      if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? (ENTITIES[name] ?? whole) : whole;
      const code = decimal !== undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hex, 16);
      if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '\uFFFD';
      return String.fromCodePoint(code);
    },
  );
}

/**
 * Collects text into lines: white space is folded, a break never doubles, quoted lines carry their mark. A plain
 * blockquote that another quote follows is the writer's own and stays unmarked.
 */
function textLines() {
  const lines: { text: string; quote: number }[] = [];
  const plain = new Set<number>();
  let quotes = 0;
  let line = '';
  /** Asking the growing line itself would copy it each time. */
  let endsInSpace = true;
  let lineQuote = 0;
  const flush = () => {
    lines.push({ text: line.trimEnd(), quote: lineQuote });
    line = '';
    endsInSpace = true;
  };
  return {
    /** Number of a new quote, 0 where the element is none. */
    openQuote(name: string, attributes: string): number {
      const marked = isQuoteContainer(attributes) || /\btype\s{0,5}=\s{0,5}["']?cite/i.test(attributes);
      if (name !== 'blockquote' && !marked) return 0;
      quotes += 1;
      if (!marked) plain.add(quotes);
      return quotes;
    },
    add(text: string, quote: number, preformatted: boolean): void {
      if (preformatted) {
        for (const [index, part] of text.split('\n').entries()) {
          if (index > 0) flush();
          if (part !== '') lineQuote = quote;
          line += part;
          endsInSpace = part === '' ? endsInSpace : part.endsWith(' ');
        }
        return;
      }
      const folded = text.replace(/[ \t\n\r\f\u00A0]+/g, ' ');
      const added = endsInSpace && folded.startsWith(' ') ? folded.slice(1) : folded;
      if (added === '') return;
      if (line === '') lineQuote = quote;
      line += added;
      endsInSpace = added.endsWith(' ');
    },
    newline(quote: number): void {
      if (line === '') lineQuote = quote;
      flush();
    },
    break(paragraph: boolean): void {
      if (line.trim() !== '') flush();
      else {
        line = '';
        endsInSpace = true;
      }
      const last = lines.at(-1);
      if (paragraph && last && last.text !== '') lines.push({ text: '', quote: last.quote });
    },
    text(): string {
      if (line.trim() !== '') flush();
      return lines
        .map(({ text, quote }) => {
          if (quote === 0 || (plain.has(quote) && quote < quotes)) return text;
          return text === '' ? '>' : `> ${text}`;
        })
        .join('\n')
        .replace(/\n{3,}/g, '\n\n')
        .trim();
    },
  };
}
