import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlToText } from '../../src/mail/html-to-text.ts';
import { stripQuotes } from '../../src/mail/strip-quotes.ts';

describe('htmlToText', () => {
  it.each([
    ['<p>Hello</p><p>World</p>', 'Hello\n\nWorld'],
    ['<div>one</div><div>two</div>', 'one\ntwo'],
    ['one<br>two<BR/>three', 'one\ntwo\nthree'],
    ['<ul><li>a</li><li>b</li></ul>', 'a\nb'],
    ['<table><tr><td>lamp</td><td>20</td></tr><tr><td>chair</td><td>30</td></tr></table>', 'lamp 20\nchair 30'],
    ['a   b\n c', 'a b c'],
    ['<pre>a  b\n c</pre>', 'a  b\n c'],
    ['<b>bo</b>ld', 'bold'],
    ['T&uuml;r &amp; &#x131; &#8364;&nbsp;5 &lt;ok&gt; &unknown; &', 'Tür & ı € 5 <ok> &unknown; &'],
    ['&#0;&#xD800;&#1114112;', '\uFFFD\uFFFD\uFFFD'],
    ['<head><title>x</title><style>p{}</style></head><body>hi</body>', 'hi'],
    ['<script>alert("<p>x</p>")</script>hi', 'hi'],
    ['<!-- no --->hi<!-- open', 'hi'],
    ['<span style="display:none">no</span>hi', 'hi'],
    ['<div style="FONT-SIZE: 0px">no<b>no</b></div>hi', 'hi'],
    ['<div hidden>no</div>hi', 'hi'],
    ['<p style="color:#ffffff;background-color:#fff">no</p>hi', 'hi'],
    ['<p style="color:#ffffff">white on the button</p>', 'white on the button'],
    ['<a href="https://x.example/?a>b">link</a>', 'link'],
    ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
    ['<title>unclosed <p>hi', 'unclosed\n\nhi'],
    ['', ''],
  ])('reads %j as %j', (html, text) => {
    expect(htmlToText(html)).toBe(text);
  });

  it.each([
    [
      'Gmail',
      '<div dir="ltr">Yes.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Tue, Mar 3, 2026 Shop wrote:<br></div><blockquote class="gmail_quote">Dear Kim</blockquote></div>',
    ],
    [
      'Outlook',
      '<div>Yes.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Shop &lt;help@shop.example&gt;<br><b>Sent:</b> Tuesday, 3 March 2026<br><b>To:</b> Kim<br><b>Subject:</b> Order</div><div>Dear Kim</div>',
    ],
    [
      'Outlook for Windows',
      '<div><p class="MsoNormal">Yes.</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal"><b>Von:</b> Laden &lt;hilfe@laden.example&gt;<br><b>Gesendet:</b> Dienstag, 3. März 2026 09:12<br><b>An:</b> Kim<br><b>Betreff:</b> AW</p></div><p>Hallo</p></div>',
    ],
    [
      'Apple Mail',
      '<div>Yes.</div><div><br><blockquote type="cite"><div>On 3 Mar 2026, at 09:12, Shop &lt;help@shop.example&gt; wrote:</div><br><div>Dear Kim</div></blockquote></div>',
    ],
    [
      'Thunderbird',
      '<p>Yes.</p><div class="moz-cite-prefix">Am 03.03.26 um 09:12 schrieb Laden:<br></div><blockquote type="cite" cite="mid:1">Hallo</blockquote>',
    ],
    [
      'Yahoo',
      '<div>Yes.</div><div id="ydp1" class="yahoo_quoted"><div>3 Mart 2026 Salı, Dükkan yazdı:</div><div>Merhaba</div></div>',
    ],
    [
      'Proton',
      'Yes.<div class="protonmail_quote">Le mardi 3 mars 2026, Boutique a écrit :<blockquote class="protonmail_quote" type="cite">Bonjour</blockquote></div>',
    ],
  ])('lets the quote of %s be stripped', (_, html) => {
    expect(stripQuotes(htmlToText(html)).reply).toBe('Yes.');
  });

  it('keeps a blockquote of the writer before the mail quoted', () => {
    const html =
      'You wrote:<blockquote>ships free</blockquote>Is that so?<blockquote type="cite">On 3 Mar 2026 Shop wrote: hello</blockquote>';
    expect(stripQuotes(htmlToText(html)).reply).toBe('You wrote:\n\nships free\n\nIs that so?');
  });

  it('reads any text that was escaped back, word by word', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9&<>"'äöüßığşéñ€]{1,12}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
        const escaped = words.map((text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;'));
        expect(htmlToText(`<p>${escaped.join(' ')}</p>`)).toBe(words.join(' '));
      }),
    );
  });

  it('takes any markup without throwing', () => {
    const piece = fc.constantFrom(
      '<div',
      '<p>',
      '</p>',
      '</div>',
      '<blockquote>',
      '</blockquote>',
      'text',
      '"',
      "'",
      '=',
      '>',
      '<!--',
      '-->',
      '<script>',
      '</script>',
      '&amp',
      '&#',
      ' style="display:none"',
      '\u0000',
      '\uD800',
      '<pre>',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        expect(typeof htmlToText(pieces.join(''))).toBe('string');
      }),
    );
  });

  it.each([
    '<',
    '<a "',
    '<a b="',
    '<div>',
    '</div>',
    '<!--',
    '&',
    '<p style="',
    '<blockquote>',
    ' ',
    '<pre> ',
    '<td>',
    "<a b='>",
  ])('finishes on 200,000 characters of %j', (part) => {
    expect(htmlToText(part.repeat(200_000 / part.length)).length).toBeLessThanOrEqual(500_000);
  });
});
