import { isLanguage, languageOfLocale } from '../../lib/languages.ts';
import type { VerificationTemplate } from '../policy.ts';
import { TEMPLATE_TEXTS } from './template-texts.ts';

interface Writer {
  name: string;
  locale: string;
  signature: string | null;
}

/** The body of a verification template: in the customer's language, or the business's where we have no text in that. */
export function writeVerification(template: VerificationTemplate, language: string, business: Writer): string {
  const texts = TEMPLATE_TEXTS[isLanguage(language) ? language : languageOfLocale(business.locale)];
  return withClosing([texts.greeting, texts.thanks, texts.paragraphs[template]].join('\n\n'), language, business);
}

/** A body with the closing that code writes: the polite formula and the business's signature, or its name. */
export function withClosing(body: string, language: string, business: Writer): string {
  const texts = TEMPLATE_TEXTS[isLanguage(language) ? language : languageOfLocale(business.locale)];
  return `${body.trim()}\n\n${texts.closing}\n${business.signature?.trim() || business.name}`;
}
