import { describe, expect, it } from 'vitest';
import { detectLanguage } from '../../src/mail/detect-language.ts';

/** Short mails as customers type them: no accents, typos, names and numbers of other languages. */
const MAILS: Record<string, string[]> = {
  en: [
    'can ya help me trak my order',
    'where is my package',
    'wheres my stuff??',
    "Hi, I ordered a lamp two weeks ago and it still hasn't arrived. Order W2378156. Thanks, Jürgen Müller",
    'i want my money back',
    'refund pls',
    'Hello, do you have this in size M?',
    'my parcel from DHL never came, tracking 1Z999AA10123456784',
    'track order 370795561790',
    'The Ayşe Çelik invoice please, can you send it again',
    'do u ship to Canada',
    'how do i reset my pwd',
    "I'd like to cancel",
    'Need invoice for order #1234',
    'the kettle doesnt work at all, its leaking',
    'is the blue one avaliable',
    'Could you please reschedule my appointment to next Tuesday?',
    'wrong size, what now?',
    'thanks a lot!',
  ],
  tr: [
    'Siparişim nerede?',
    'siparisim hala gelmedi',
    'merhaba kargom ne zaman gelir',
    'Fatura gönderir misiniz',
    'iade etmek istiyorum',
    'W2378156 numaralı siparişimin durumu nedir?',
    'Randevumu iptal etmek istiyorum',
    'şifremi unuttum',
    'paramı geri istiyorum',
    'Merhaba, iPhone 15 kılıfı stokta var mı?',
    'urun kirik geldi',
    'adresimi degistirmek istiyorum',
    'teşekkürler',
    'Yurt dışına gönderim yapıyor musunuz?',
    'Kargo takip numaram 1Z999AA10123456784 ama sistemde görünmüyor',
    '2 hafta oldu hâlâ elime ulaşmadı',
    'siparis verdim ama onay maili gelmedi',
    'yarın saat 15:00 uygun mu',
    'beden degisimi yapmak istiyorum',
    'Sipariş iptali',
  ],
  de: [
    'Wo bleibt mein Paket?',
    'wo ist meine bestellung',
    'Ich möchte stornieren',
    'Bitte Rechnung schicken',
    'Hallo, meine Bestellung 4711 ist noch nicht angekommen.',
    'habt ihr die Schuhe in 42',
    'Ich will mein Geld zurueck',
    'Termin verschieben',
    'Passwort vergessen',
    'Liefern Sie nach Österreich?',
    'das teil ist kaputt',
    'Wann kommt die Lieferung?',
    'Guten Tag, ich habe den falschen Artikel erhalten. MfG John Smith',
    'koennen sie die adresse aendern',
    'Artikel beschädigt angekommen',
    'danke',
    'Rückgabe Bestellung 123',
    'wie lange dauert der Versand in die Schweiz',
    'Newsletter abmelden bitte',
    'Können wir den Termin am Dienstag auf 15 Uhr legen?',
  ],
  fr: [
    'Où est ma commande ?',
    'ou est mon colis',
    'je veux annuler ma commande',
    "Bonjour, je n'ai toujours rien reçu",
    'facture svp',
    'mot de passe oublié',
    'Je souhaite être remboursé',
    'livrez-vous en Belgique',
    "l'article est cassé",
    'Quels sont vos délais de livraison ?',
    'Bonjour, pourriez-vous décaler mon rendez-vous à jeudi ?',
    'merci',
    'comment retourner un produit',
    'Commande W2378156 toujours pas livrée',
    "j'ai reçu la mauvaise taille",
    "c'est inadmissible",
    'avez vous ce modele en noir',
    'je voudrais changer mon adresse',
    'Bonjour John, le Samsung Galaxy est-il en stock ?',
    'remboursement',
  ],
  es: [
    '¿Dónde está mi pedido?',
    'donde esta mi paquete',
    'quiero cancelar',
    'Hola, no me ha llegado el pedido',
    'necesito la factura',
    'olvidé mi contraseña',
    'quiero devolver el producto',
    'el articulo llego roto',
    'cuanto tarda el envio',
    'Buenas tardes, ¿podemos cambiar la cita al jueves?',
    'gracias',
    'Quiero que me devuelvan el dinero',
    'tienen la talla M',
    'Pedido 12345 sin recibir',
    'me equivoqué de dirección',
    'Hola, el Samsung Galaxy ¿está disponible?',
    'me cobraron dos veces',
  ],
};
const ALL = Object.entries(MAILS).flatMap(([language, mails]) =>
  mails.map((mail): [string, string] => [mail, language]),
);

describe('detectLanguage', () => {
  it.each(ALL)('takes "%s" for %s', (text, language) => {
    expect(detectLanguage(text).language).toBe(language);
  });

  it('is confident in most of them', () => {
    const confident = ALL.filter(([text]) => detectLanguage(text).confident).length;
    expect(confident / ALL.length).toBeGreaterThan(0.65);
  });

  it.each([
    ['Waar is mijn bestelling? Ik wacht al twee weken.', 'nl'],
    ["Dov'è il mio ordine? Non è ancora arrivato.", 'it'],
    ['Onde está a minha encomenda? Ainda não chegou.', 'pt'],
    ['Gdzie jest moje zamówienie? Jeszcze nie dotarło.', 'pl'],
    ['Где мой заказ?', 'ru'],
    ['Де моє замовлення?', 'uk'],
    ['Πού είναι η παραγγελία μου;', 'el'],
    ['我的订单在哪里', 'zh'],
    ['注文した商品がまだ届きません', 'ja'],
    ['أين طلبي؟ لم يصل بعد', 'ar'],
  ])('does not take "%s" for one of ours', (text, language) => {
    expect(detectLanguage(text)).toEqual({ language, confident: true });
  });

  it.each([
    '',
    'ok',
    '12345',
    'W2378156 1Z999AA10123456784',
    'https://example.com/the/order/is/not/here',
    'Jürgen Müller',
    '!!!',
    'info@the-and-is.example',
    '\u0000\uD800',
  ])('is not confident about %j', (text) => {
    expect(detectLanguage(text).confident).toBe(false);
  });

  it('is not confident where half is one language and half another', () => {
    expect(
      detectLanguage('Where is my order please? Siparişim nerede, hâlâ gelmedi, lütfen bilgi verin').confident,
    ).toBe(false);
  });

  it('is not swayed by names, numbers and links', () => {
    const text =
      'Hello, I am Jürgen Größe from München, order W2378156, https://laden.example/die-bestellung-ist-nicht-da. Where is it?';
    expect(detectLanguage(text)).toEqual({ language: 'en', confident: true });
  });

  it('reads capitals, full-width letters and Turkish capitals', () => {
    expect(detectLanguage('WHERE IS MY ORDER PLEASE').language).toBe('en');
    expect(detectLanguage('SİPARİŞİM NEREDE, HÂLÂ GELMEDİ').language).toBe('tr');
    expect(detectLanguage('ｗｈｅｒｅ　ｉｓ　ｍｙ　ｏｒｄｅｒ').language).toBe('en');
  });

  it.each(['a', ' ', 'the ', 'ı', '\u200B', '1', 'a@', 'http://', "'t "])(
    'finishes on 100,000 characters of %j',
    (part) => {
      expect(detectLanguage(part.repeat(100_000 / part.length)).language).toBeTypeOf('string');
    },
  );
});
