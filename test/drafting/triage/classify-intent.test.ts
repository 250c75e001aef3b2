import { describe, expect, it } from 'vitest';
import { classifyIntent } from '../../../src/drafting/triage/classify-intent.ts';
import type { Language } from '../../../src/lib/languages.ts';
import type { Intent } from '../../../src/tools/intents.ts';

const SENTENCES: Record<Language, [string, Intent][]> = {
  en: [
    ['Could you tell me where my parcel is? I ordered nine days ago.', 'TRACKING'],
    ['wheres my stuff, its been 3 weeks and nothing has arrived', 'TRACKING'],
    ['When will order 48213 be delivered?', 'TRACKING'],
    ['The tracking says it was delivered but I have nothing, maybe the driver left it with a neighbour', 'DELIVERY'],
    ['I typed the wrong delivery address on my order, can you correct it?', 'DELIVERY'],
    ['I would like to send the boots back, they do not fit. How do I return them?', 'RETURN'],
    ['Please refund my purchase, I want my money back.', 'REFUND'],
    ['i was charged twice for my order', 'REFUND'],
    ['Please cancel order 48213, I no longer need it.', 'CANCELLATION'],
    ['pls cancle my oder 48213', 'CANCELLATION'],
    ['Could you send me the invoice for my last order?', 'INVOICE'],
    ['Can you add a second lamp to my order before it ships?', 'ORDER'],
    ['Is the green jacket in stock in size L?', 'PRODUCT'],
    ['I would like to buy twelve of these mugs, how do I order?', 'PRODUCT'],
    ['Can I move my appointment from Tuesday to Thursday?', 'APPOINTMENT'],
    ['I forgot my password and cannot log in.', 'ACCOUNT'],
    ['Please remove me from your newsletter.', 'ACCOUNT'],
    ['The kettle I bought from you is broken and leaks.', 'COMPLAINT'],
    ['I want to make a complaint about the rude man on the phone.', 'COMPLAINT'],
    ['What is your refund policy?', 'GENERAL'],
    ['Which payment methods do you accept?', 'GENERAL'],
    ['Do you ship to Portugal and how much is shipping?', 'GENERAL'],
    ['What are your opening hours on Saturday?', 'GENERAL'],
    ['Is there a cancellation fee?', 'GENERAL'],
    ['Thanks a lot, that solved it!', 'NO_REPLY'],
  ],
  tr: [
    ['Kargom nerede, bir haftadır bekliyorum.', 'TRACKING'],
    ['siparisim hala gelmedi', 'TRACKING'],
    ['48213 numaralı siparişim ne zaman gelir?', 'TRACKING'],
    ['Teslim edildi görünüyor ama paketim komşuya da bırakılmamış.', 'DELIVERY'],
    ['Siparişimin teslimat adresini değiştirmek istiyorum, yanlış yazmışım.', 'DELIVERY'],
    ['Aldığım ayakkabı küçük geldi, iade etmek istiyorum.', 'RETURN'],
    ['Paramı ne zaman geri alacağım, para iadem yatmadı.', 'REFUND'],
    ['Kartımdan iki kez çekim yapılmış, siparişim tek.', 'REFUND'],
    ['Siparişimi iptal etmek istiyorum.', 'CANCELLATION'],
    ['Son siparişimin faturasını gönderir misiniz?', 'INVOICE'],
    ['Siparişime bir ürün daha ekleyebilir misiniz?', 'ORDER'],
    ['Bu montun M bedeni stokta var mı?', 'PRODUCT'],
    ['Yarınki randevumu perşembeye alabilir miyiz?', 'APPOINTMENT'],
    ['Şifremi unuttum, hesabıma giremiyorum.', 'ACCOUNT'],
    ['Bültenden çıkmak istiyorum, aboneliğimi sonlandırın.', 'ACCOUNT'],
    ['Ürün kırık geldi, hiç memnun kalmadım.', 'COMPLAINT'],
    ['Firmanız hakkında şikayette bulunmak istiyorum.', 'COMPLAINT'],
    ['İade koşullarınız nelerdir?', 'GENERAL'],
    ['Hangi ödeme yöntemlerini kabul ediyorsunuz?', 'GENERAL'],
    ['Almanya için yurt dışına gönderim yapıyor musunuz?', 'GENERAL'],
    ['Cumartesi çalışma saatleriniz nedir?', 'GENERAL'],
    ['Çok teşekkür ederim, iyi günler.', 'NO_REPLY'],
  ],
  de: [
    ['Wo bleibt mein Paket? Ich warte seit zwei Wochen.', 'TRACKING'],
    ['meine bestellung ist immer noch nicht angekommen', 'TRACKING'],
    ['Wann wird die Bestellung 48213 geliefert?', 'TRACKING'],
    ['Laut DHL als zugestellt markiert, aber das Paket liegt auch nicht beim Nachbarn.', 'DELIVERY'],
    ['Ich habe bei meiner Bestellung die falsche Lieferadresse angegeben, können Sie die ändern?', 'DELIVERY'],
    ['Die Schuhe passen nicht, ich möchte sie zurückschicken.', 'RETURN'],
    ['Bitte erstatten Sie mir den Kaufpreis für meine Bestellung.', 'REFUND'],
    ['Bei mir wurde doppelt abgebucht.', 'REFUND'],
    ['Bitte stornieren Sie meine Bestellung 48213.', 'CANCELLATION'],
    ['Könnten Sie mir die Rechnung zu meiner letzten Bestellung zusenden?', 'INVOICE'],
    ['Kann ich zu meiner Bestellung noch einen Artikel hinzufügen?', 'ORDER'],
    ['Ist die grüne Jacke in Größe L vorrätig?', 'PRODUCT'],
    ['Können wir meinen Termin auf Donnerstag verschieben?', 'APPOINTMENT'],
    ['Ich habe mein Passwort vergessen.', 'ACCOUNT'],
    ['Bitte tragen Sie mich aus dem Newsletter aus.', 'ACCOUNT'],
    ['Der Wasserkocher, den ich bei Ihnen gekauft habe, ist defekt.', 'COMPLAINT'],
    ['Ich möchte mich über Ihren Kundendienst beschweren.', 'COMPLAINT'],
    ['Wie lange ist die Rückgabefrist, was sind die Bedingungen?', 'GENERAL'],
    ['Welche Zahlungsarten akzeptieren Sie?', 'GENERAL'],
    ['Liefern Sie auch in die Schweiz?', 'GENERAL'],
    ['Wie sind Ihre Öffnungszeiten am Samstag?', 'GENERAL'],
    ['Vielen Dank für die schnelle Antwort!', 'NO_REPLY'],
  ],
  fr: [
    ['Où est mon colis ? Je l’attends depuis deux semaines.', 'TRACKING'],
    ["je n'ai toujours pas reçu ma commande", 'TRACKING'],
    ['Quand la commande 48213 sera-t-elle livrée ?', 'TRACKING'],
    ['Le colis est indiqué comme livré, mais rien chez le voisin.', 'DELIVERY'],
    ["Je me suis trompé d'adresse de livraison pour ma commande, pouvez-vous la modifier ?", 'DELIVERY'],
    ['Les chaussures sont trop petites, je voudrais les retourner.', 'RETURN'],
    ['Je voudrais être remboursé de ma commande.', 'REFUND'],
    ["J'ai été débité deux fois.", 'REFUND'],
    ['Merci d’annuler ma commande 48213.', 'CANCELLATION'],
    ["Pourriez-vous m'envoyer la facture de ma dernière commande ?", 'INVOICE'],
    ['Puis-je ajouter un article à ma commande ?', 'ORDER'],
    ['La veste verte est-elle disponible en taille L ?', 'PRODUCT'],
    ['Peut-on décaler mon rendez-vous à jeudi ?', 'APPOINTMENT'],
    ["J'ai oublié mon mot de passe.", 'ACCOUNT'],
    ['Je souhaite me désabonner de la newsletter.', 'ACCOUNT'],
    ['La bouilloire que j’ai achetée est cassée.', 'COMPLAINT'],
    ['Je veux déposer une réclamation.', 'COMPLAINT'],
    ['Quelle est votre politique de retour ?', 'GENERAL'],
    ['Quels moyens de paiement acceptez-vous ?', 'GENERAL'],
    ['Livrez-vous en Suisse et quels sont les frais de port ?', 'GENERAL'],
    ['Quels sont vos horaires le samedi ?', 'GENERAL'],
    ['Merci beaucoup pour votre aide, bonne journée', 'NO_REPLY'],
  ],
  es: [
    ['¿Dónde está mi paquete? Llevo dos semanas esperando.', 'TRACKING'],
    ['todavia no me ha llegado el pedido', 'TRACKING'],
    ['¿Cuándo llegará el pedido 48213?', 'TRACKING'],
    ['Figura como entregado, pero el paquete tampoco lo tiene el vecino.', 'DELIVERY'],
    ['Puse mal la dirección de entrega de mi pedido, ¿pueden cambiarla?', 'DELIVERY'],
    ['Los zapatos me quedan pequeños, quiero devolverlos.', 'RETURN'],
    ['Quiero que me reembolsen mi compra.', 'REFUND'],
    ['Me han cobrado dos veces.', 'REFUND'],
    ['Por favor, cancelen mi pedido 48213.', 'CANCELLATION'],
    ['¿Me pueden enviar la factura de mi última compra?', 'INVOICE'],
    ['¿Puedo añadir un artículo a mi pedido?', 'ORDER'],
    ['¿Tienen la chaqueta verde en la talla L?', 'PRODUCT'],
    ['¿Podemos cambiar mi cita al jueves?', 'APPOINTMENT'],
    ['He olvidado mi contraseña.', 'ACCOUNT'],
    ['Quiero darme de baja del boletín.', 'ACCOUNT'],
    ['El hervidor que compré está roto.', 'COMPLAINT'],
    ['Quiero poner una queja sobre su servicio.', 'COMPLAINT'],
    ['¿Cuál es su política de devoluciones?', 'GENERAL'],
    ['¿Qué métodos de pago aceptan?', 'GENERAL'],
    ['¿Hacen envíos internacionales a Chile?', 'GENERAL'],
    ['¿Cuál es el horario los sábados?', 'GENERAL'],
    ['Muchas gracias por su ayuda, un saludo', 'NO_REPLY'],
  ],
};

for (const [language, sentences] of Object.entries(SENTENCES)) {
  describe(`classifyIntent in ${language}`, () => {
    it.each(sentences)('takes "%s" for %s', (text, intent) => {
      expect(classifyIntent(text, '', language).intent).toBe(intent);
    });
  });
}

describe('classifyIntent', () => {
  it.each([
    'What will the weather be like in Rome on Sunday?',
    'Tell me a joke about penguins.',
    'How many legs does a spider have?',
    'Bana bir fıkra anlatır mısın?',
    'Wie hoch ist der Eiffelturm?',
    'Quelle est la capitale du Pérou ?',
    '¿Quién ganó el partido de ayer?',
  ])('requires nothing for "%s", and is unsure', (text) => {
    for (const language of ['en', 'tr', 'de', 'fr', 'es']) {
      const { required, confidence } = classifyIntent(text, '', language);
      expect(required).toBe('none');
      expect(confidence).toBeLessThan(0.6);
    }
  });

  it('is sure of a plain question and unsure of an empty mail', () => {
    expect(classifyIntent('Where is my order?', '', 'en').confidence).toBeGreaterThanOrEqual(0.6);
    expect(classifyIntent('', '', 'en')).toMatchObject({ intent: 'GENERAL', required: 'none' });
    expect(classifyIntent('', '', 'en').confidence).toBeLessThan(0.6);
  });

  it('does not take thanks before a question for thanks alone', () => {
    expect(classifyIntent('Thanks! And when will the second parcel arrive?', '', 'en').intent).toBe('TRACKING');
    expect(classifyIntent('Thank you for the refund, but it is not the full amount', '', 'en').intent).toBe('REFUND');
  });

  it('reads the subject where the text says nothing', () => {
    expect(classifyIntent('', 'Please cancel my order', 'en').intent).toBe('CANCELLATION');
    expect(classifyIntent('Hello, see the subject. Regards, Kim', 'Invoice for my order', 'en').intent).toBe('INVOICE');
  });

  it('lets the text win over the subject of an old thread', () => {
    expect(classifyIntent('I want to return the lamp I bought.', 'Re: Invoice for your order', 'en').intent).toBe(
      'RETURN',
    );
  });

  it('takes a mail that gives an order number for one about that order', () => {
    expect(classifyIntent('#W48213 ???', '', 'en', { namesOrder: true })).toMatchObject({
      intent: 'ORDER',
      required: 'order',
    });
  });

  it.each([
    ['a'.repeat(100_000)],
    ['order '.repeat(20_000)],
    ['\n'.repeat(100_000)],
    [`${'my order '.repeat(5_000)}\u0000\uD800`],
    ['cancle refnd trakc '.repeat(6_000)],
    ['\u202E\u200B siparis \uFF2F\uFF32\uFF24\uFF25\uFF32'.repeat(3_000)],
  ])('finishes on hostile text', (text) => {
    for (const language of ['en', 'tr', 'xx'])
      expect(classifyIntent(text, text, language).confidence).toBeLessThanOrEqual(1);
  });
});
