import type { TemplateTexts } from './template-texts.ts';

export const es: TemplateTexts = {
  greeting: 'Hola:',
  thanks: 'Gracias por su mensaje.',
  paragraphs: {
    order:
      'Para poder revisar su consulta, ¿podría indicarnos su número de pedido y escribirnos desde la dirección de correo electrónico que utilizó al hacer el pedido? Encontrará el número en la confirmación del pedido.',
    appointment:
      'Para poder revisar su consulta, ¿podría indicarnos el día y la hora o el número de su cita y escribirnos desde la dirección de correo electrónico que utilizó al reservar?',
    check: 'Estamos revisando su consulta y le responderemos en cuanto tengamos una respuesta.',
  },
  closing: 'Un cordial saludo,',
};
