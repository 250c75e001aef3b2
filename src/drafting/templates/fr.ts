import type { TemplateTexts } from './template-texts.ts';

export const fr: TemplateTexts = {
  greeting: 'Bonjour,',
  thanks: 'Merci pour votre message.',
  paragraphs: {
    order:
      'Afin que nous puissions examiner votre demande, pourriez-vous nous indiquer votre numéro de commande et nous écrire depuis l’adresse e-mail utilisée lors de la commande ? Vous trouverez ce numéro dans votre confirmation de commande.',
    appointment:
      'Afin que nous puissions examiner votre demande, pourriez-vous nous indiquer le jour et l’heure ou le numéro de votre rendez-vous et nous écrire depuis l’adresse e-mail utilisée lors de la réservation ?',
    check: 'Nous examinons votre demande et reviendrons vers vous avec une réponse.',
  },
  closing: 'Cordialement,',
};
