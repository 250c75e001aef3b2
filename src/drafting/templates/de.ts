import type { TemplateTexts } from './template-texts.ts';

export const de: TemplateTexts = {
  greeting: 'Guten Tag,',
  thanks: 'vielen Dank für Ihre Nachricht.',
  paragraphs: {
    order:
      'Damit wir Ihr Anliegen prüfen können, nennen Sie uns bitte Ihre Bestellnummer und schreiben Sie uns von der E-Mail-Adresse, die Sie bei der Bestellung angegeben haben. Sie finden die Nummer in Ihrer Bestellbestätigung.',
    appointment:
      'Damit wir Ihr Anliegen prüfen können, nennen Sie uns bitte Tag und Uhrzeit oder die Nummer Ihres Termins und schreiben Sie uns von der E-Mail-Adresse, die Sie bei der Buchung angegeben haben.',
    check: 'Wir prüfen Ihr Anliegen und melden uns mit einer Antwort bei Ihnen.',
  },
  closing: 'Freundliche Grüße',
};
