import type { TemplateTexts } from './template-texts.ts';

export const en: TemplateTexts = {
  greeting: 'Hello,',
  thanks: 'Thank you for your message.',
  paragraphs: {
    order:
      'So that we can look into this for you, could you please send us your order number, and write to us from the e-mail address that you used when you ordered? You will find the number in your order confirmation.',
    appointment:
      'So that we can look into this for you, could you please tell us the day and time of your appointment or its number, and write to us from the e-mail address that you used when you booked?',
    check: 'We are looking into your request and will get back to you with an answer.',
  },
  closing: 'Kind regards,',
};
