import type { Language } from '../../src/lib/languages.ts';
import type { OrderStatus } from '../../src/tools/facts.ts';

type KnownStatus = Exclude<OrderStatus, 'unknown'>;

/** What the offline writer can say in one language. `{name}` is filled in; every set has the same keys. */
export interface WriterSentences {
  greeting: string;
  thanks: string;
  apology: string;
  colleagueChecks: string;
  /** {order}, {status}: as stored. */
  statusUnknown: string;
  /** {order} */
  statusOf: Record<KnownStatus, string>;
  /** For lists. */
  statusWord: Record<KnownStatus, string>;
  severalOrders: string;
  severalShipments: string;
  /** {items} */
  items: string;
  /** {amount} */
  total: string;
  /** {date} */
  placedAt: string;
  deliveredAt: string;
  cancelledAt: string;
  returnableUntil: string;
  expectedAt: string;
  /** {tracking}, {carrier} */
  tracking: string;
  trackingWithCarrier: string;
  /** {amount}, {status}, {date} */
  refundAmount: string;
  refundStatus: string;
  refundDate: string;
  /** {invoice} */
  invoice: string;
  /** {date}, {time} */
  appointment: string;
  appointmentService: string;
  appointmentPlace: string;
  appointmentStaff: string;
  /** {status}: as stored, where it is not one of `appointmentStatus`. */
  appointmentOtherStatus: string;
  appointmentStatus: { confirmed: string; cancelled: string };
  /** {value} */
  profile: { openingHours: string; address: string; supportPhone: string; supportEmail: string; website: string };
  /** Beginnings of words by which a mail asks for a field of the profile. */
  profileQuestions: Record<keyof WriterSentences['profile'], string[]>;
  /** Words that say nothing about what a mail or a snippet is about. */
  commonWords: string;
}

export const WRITER_SENTENCES: Record<Language, WriterSentences> = {
  en: {
    greeting: 'Hello,',
    thanks: 'Thank you for your message.',
    apology: 'We are sorry for the trouble this has caused you.',
    colleagueChecks: 'A colleague will check this and reply to you.',
    statusUnknown: 'Your order {order} has the status "{status}".',
    statusOf: {
      pending: 'Your order {order} is pending.',
      processing: 'Your order {order} is being processed.',
      shipped: 'Your order {order} has been shipped.',
      out_for_delivery: 'Your order {order} is out for delivery.',
      ready_for_pickup: 'Your order {order} is ready for pickup.',
      delivered: 'Your order {order} has been delivered.',
      on_hold: 'Your order {order} is on hold.',
      cancelled: 'Your order {order} has been cancelled.',
      returned: 'Your order {order} has been returned.',
      refunded: 'Your order {order} has been refunded.',
    },
    statusWord: {
      pending: 'pending',
      processing: 'being processed',
      shipped: 'shipped',
      out_for_delivery: 'out for delivery',
      ready_for_pickup: 'ready for pickup',
      delivered: 'delivered',
      on_hold: 'on hold',
      cancelled: 'cancelled',
      returned: 'returned',
      refunded: 'refunded',
    },
    severalOrders: 'Here is what we know of your orders:',
    severalShipments: 'These are its shipments:',
    items: 'You ordered {items}.',
    total: 'The total is {amount}.',
    placedAt: 'You placed it on {date}.',
    deliveredAt: 'It was delivered on {date}.',
    cancelledAt: 'It was cancelled on {date}.',
    returnableUntil: 'The last day for a return is {date}.',
    expectedAt: 'The expected delivery date is {date}.',
    tracking: 'The tracking number is {tracking}.',
    trackingWithCarrier: 'The tracking number is {tracking} ({carrier}).',
    refundAmount: 'The amount of the refund is {amount}.',
    refundStatus: 'The status of the refund is "{status}".',
    refundDate: 'The date of the refund is {date}.',
    invoice: 'The invoice number is {invoice}.',
    appointment: 'Your appointment is on {date} at {time}.',
    appointmentService: 'Service: {service}',
    appointmentPlace: 'Place: {location}',
    appointmentStaff: 'With: {staff}',
    appointmentOtherStatus: 'Its status is "{status}".',
    appointmentStatus: { confirmed: 'It is confirmed.', cancelled: 'It has been cancelled.' },
    profile: {
      openingHours: 'Our opening hours: {value}',
      address: 'Our address: {value}',
      supportPhone: 'Our telephone number: {value}',
      supportEmail: 'Our e-mail address: {value}',
      website: 'Our website: {value}',
    },
    profileQuestions: {
      openingHours: ['opening', 'open', 'hours', 'closed', 'closing'],
      address: ['located', 'location', 'address'],
      supportPhone: ['phone', 'telephone', 'call'],
      supportEmail: ['email'],
      website: ['website', 'homepage'],
    },
    commonWords:
      'about after again also and any are ask been but can could dear did does for from get give had has have hello help how into just know like may mail message more need not now our out please regards should some tell thank thanks that the their them then there these they this under want was were what when where which who why will with would you your order orders question',
  },
  tr: {
    greeting: 'Merhaba,',
    thanks: 'Mesajınız için teşekkür ederiz.',
    apology: 'Yaşadığınız sıkıntı için üzgünüz.',
    colleagueChecks: 'Bir çalışma arkadaşımız bunu kontrol edip size yanıt verecek.',
    statusUnknown: '{order} numaralı siparişinizin durumu: "{status}".',
    statusOf: {
      pending: '{order} numaralı siparişiniz beklemede.',
      processing: '{order} numaralı siparişiniz hazırlanıyor.',
      shipped: '{order} numaralı siparişiniz kargoya verildi.',
      out_for_delivery: '{order} numaralı siparişiniz dağıtımda.',
      ready_for_pickup: '{order} numaralı siparişiniz teslim alınmaya hazır.',
      delivered: '{order} numaralı siparişiniz teslim edildi.',
      on_hold: '{order} numaralı siparişiniz askıda.',
      cancelled: '{order} numaralı siparişiniz iptal edildi.',
      returned: '{order} numaralı siparişiniz iade alındı.',
      refunded: '{order} numaralı siparişinizin ücreti iade edildi.',
    },
    statusWord: {
      pending: 'beklemede',
      processing: 'hazırlanıyor',
      shipped: 'kargoya verildi',
      out_for_delivery: 'dağıtımda',
      ready_for_pickup: 'teslim alınmaya hazır',
      delivered: 'teslim edildi',
      on_hold: 'askıda',
      cancelled: 'iptal edildi',
      returned: 'iade alındı',
      refunded: 'ücreti iade edildi',
    },
    severalOrders: 'Siparişlerinizle ilgili bilgiler şöyle:',
    severalShipments: 'Gönderileri şöyle:',
    items: 'Sipariş ettikleriniz: {items}.',
    total: 'Toplam tutar: {amount}.',
    placedAt: 'Sipariş tarihi: {date}.',
    deliveredAt: '{date} tarihinde teslim edildi.',
    cancelledAt: '{date} tarihinde iptal edildi.',
    returnableUntil: 'Son iade tarihi: {date}.',
    expectedAt: 'Tahmini teslimat tarihi: {date}.',
    tracking: 'Takip numarası: {tracking}.',
    trackingWithCarrier: 'Takip numarası: {tracking} ({carrier}).',
    refundAmount: 'Geri ödeme tutarı: {amount}.',
    refundStatus: 'Geri ödemenin durumu: "{status}".',
    refundDate: 'Geri ödeme tarihi: {date}.',
    invoice: 'Fatura numarası: {invoice}.',
    appointment: 'Randevunuzun tarihi: {date}, saati: {time}.',
    appointmentService: 'Hizmet: {service}',
    appointmentPlace: 'Yer: {location}',
    appointmentStaff: 'Görevli: {staff}',
    appointmentOtherStatus: 'Durumu: "{status}".',
    appointmentStatus: { confirmed: 'Randevunuz onaylandı.', cancelled: 'Randevunuz iptal edildi.' },
    profile: {
      openingHours: 'Çalışma saatlerimiz: {value}',
      address: 'Adresimiz: {value}',
      supportPhone: 'Telefon numaramız: {value}',
      supportEmail: 'E-posta adresimiz: {value}',
      website: 'Web sitemiz: {value}',
    },
    profileQuestions: {
      openingHours: ['saat', 'acik', 'kacta', 'kapali', 'kapan'],
      address: ['adres', 'nerede', 'konum'],
      supportPhone: ['telefon', 'arama'],
      supportEmail: ['eposta', 'posta'],
      website: ['site', 'internet'],
    },
    commonWords:
      'acaba ama ancak bana ben beni bir biraz biz bize bunu bunun cok daha degil diye gibi hala icin ile iyi kadar kolay lutfen merhaba mesaj mi mu nasil neden nedir olan olarak oldu olur rica sadece saygi sayin selam siparis siparisim siparisimi siz size sizin sonra soru tesekkur uzere var vardi veya yok zaman',
  },
  de: {
    greeting: 'Guten Tag,',
    thanks: 'vielen Dank für Ihre Nachricht.',
    apology: 'Es tut uns leid, dass Sie Ärger damit hatten.',
    colleagueChecks: 'Eine Kollegin oder ein Kollege prüft das und antwortet Ihnen.',
    statusUnknown: 'Ihre Bestellung {order} hat den Status „{status}“.',
    statusOf: {
      pending: 'Ihre Bestellung {order} ist in Wartestellung.',
      processing: 'Ihre Bestellung {order} wird bearbeitet.',
      shipped: 'Ihre Bestellung {order} wurde versandt.',
      out_for_delivery: 'Ihre Bestellung {order} ist in der Zustellung.',
      ready_for_pickup: 'Ihre Bestellung {order} liegt zur Abholung bereit.',
      delivered: 'Ihre Bestellung {order} wurde zugestellt.',
      on_hold: 'Ihre Bestellung {order} ist angehalten.',
      cancelled: 'Ihre Bestellung {order} wurde storniert.',
      returned: 'Ihre Bestellung {order} wurde zurückgeschickt.',
      refunded: 'Ihre Bestellung {order} wurde erstattet.',
    },
    statusWord: {
      pending: 'in Wartestellung',
      processing: 'in Bearbeitung',
      shipped: 'versandt',
      out_for_delivery: 'in der Zustellung',
      ready_for_pickup: 'zur Abholung bereit',
      delivered: 'zugestellt',
      on_hold: 'angehalten',
      cancelled: 'storniert',
      returned: 'zurückgeschickt',
      refunded: 'erstattet',
    },
    severalOrders: 'Zu Ihren Bestellungen liegt uns Folgendes vor:',
    severalShipments: 'Das sind die Sendungen dazu:',
    items: 'Bestellt haben Sie {items}.',
    total: 'Der Gesamtbetrag ist {amount}.',
    placedAt: 'Das Bestelldatum ist der {date}.',
    deliveredAt: 'Sie wurde am {date} zugestellt.',
    cancelledAt: 'Sie wurde am {date} storniert.',
    returnableUntil: 'Eine Rückgabe ist bis zum {date} möglich.',
    expectedAt: 'Der voraussichtliche Liefertermin ist der {date}.',
    tracking: 'Die Sendungsnummer ist {tracking}.',
    trackingWithCarrier: 'Die Sendungsnummer ist {tracking} ({carrier}).',
    refundAmount: 'Der Betrag der Erstattung ist {amount}.',
    refundStatus: 'Der Status der Erstattung ist „{status}“.',
    refundDate: 'Das Datum der Erstattung ist der {date}.',
    invoice: 'Die Rechnungsnummer ist {invoice}.',
    appointment: 'Ihr Termin ist am {date} um {time} Uhr.',
    appointmentService: 'Leistung: {service}',
    appointmentPlace: 'Ort: {location}',
    appointmentStaff: 'Bei: {staff}',
    appointmentOtherStatus: 'Er hat den Status „{status}“.',
    appointmentStatus: { confirmed: 'Er ist bestätigt.', cancelled: 'Er wurde abgesagt.' },
    profile: {
      openingHours: 'Unsere Öffnungszeiten: {value}',
      address: 'Unsere Adresse: {value}',
      supportPhone: 'Unsere Telefonnummer: {value}',
      supportEmail: 'Unsere E-Mail-Adresse: {value}',
      website: 'Unsere Website: {value}',
    },
    profileQuestions: {
      openingHours: ['offnungszeit', 'geoffnet', 'geschlossen', 'offen'],
      address: ['adresse', 'anschrift', 'wo finde'],
      supportPhone: ['telefon', 'anrufen'],
      supportEmail: ['email', 'mailadresse'],
      website: ['website', 'webseite', 'homepage'],
    },
    commonWords:
      'aber alle auch auf aus bei bin bitte bitten dank danke das dass dem den der des die dies diese ein eine einen einer eines fur gerne habe haben hallo hatte ich ihr ihre ihren ihnen immer ist kann konnen meine meinen meiner mich mir mit nach nicht noch nur oder oft schon sehr sein sich sie sind und uns von wann war warum was wenn wer werden wie wird wir wurde zum zur bestellung frage guten tag gruss grussen mochte',
  },
  fr: {
    greeting: 'Bonjour,',
    thanks: 'Merci pour votre message.',
    apology: 'Nous sommes désolés pour la gêne occasionnée.',
    colleagueChecks: 'Un membre de notre équipe va vérifier et vous répondre.',
    statusUnknown: 'Votre commande {order} a le statut « {status} ».',
    statusOf: {
      pending: 'Votre commande {order} est en attente.',
      processing: 'Votre commande {order} est en cours de traitement.',
      shipped: 'Votre commande {order} a été expédiée.',
      out_for_delivery: 'Votre commande {order} est en cours de livraison.',
      ready_for_pickup: 'Votre commande {order} est prête à être retirée.',
      delivered: 'Votre commande {order} a été livrée.',
      on_hold: 'Votre commande {order} est suspendue.',
      cancelled: 'Votre commande {order} a été annulée.',
      returned: 'Votre commande {order} a été retournée.',
      refunded: 'Votre commande {order} a été remboursée.',
    },
    statusWord: {
      pending: 'en attente',
      processing: 'en cours de traitement',
      shipped: 'expédiée',
      out_for_delivery: 'en cours de livraison',
      ready_for_pickup: 'prête à être retirée',
      delivered: 'livrée',
      on_hold: 'suspendue',
      cancelled: 'annulée',
      returned: 'retournée',
      refunded: 'remboursée',
    },
    severalOrders: 'Voici ce que nous avons sur vos commandes :',
    severalShipments: 'Voici ses colis :',
    items: 'Vous avez commandé {items}.',
    total: 'Le montant total est de {amount}.',
    placedAt: 'Vous l’avez passée le {date}.',
    deliveredAt: 'Elle a été livrée le {date}.',
    cancelledAt: 'Elle a été annulée le {date}.',
    returnableUntil: 'Un retour est possible jusqu’au {date}.',
    expectedAt: 'La date de livraison prévue est le {date}.',
    tracking: 'Le numéro de suivi est {tracking}.',
    trackingWithCarrier: 'Le numéro de suivi est {tracking} ({carrier}).',
    refundAmount: 'Le montant du remboursement est de {amount}.',
    refundStatus: 'Le statut du remboursement est « {status} ».',
    refundDate: 'La date du remboursement est le {date}.',
    invoice: 'Le numéro de facture est {invoice}.',
    appointment: 'Votre rendez-vous est le {date} à {time}.',
    appointmentService: 'Prestation : {service}',
    appointmentPlace: 'Lieu : {location}',
    appointmentStaff: 'Avec : {staff}',
    appointmentOtherStatus: 'Son statut est « {status} ».',
    appointmentStatus: { confirmed: 'Il est confirmé.', cancelled: 'Il a été annulé.' },
    profile: {
      openingHours: 'Nos horaires d’ouverture : {value}',
      address: 'Notre adresse : {value}',
      supportPhone: 'Notre numéro de téléphone : {value}',
      supportEmail: 'Notre adresse e-mail : {value}',
      website: 'Notre site web : {value}',
    },
    profileQuestions: {
      openingHours: ['horaire', 'ouvert', 'ferme'],
      address: ['adresse', 'situe'],
      supportPhone: ['telephone', 'appeler'],
      supportEmail: ['email', 'courriel'],
      website: ['site'],
    },
    commonWords:
      'afin aussi avant avec avez avoir bien bonjour car ces cet cette comme comment cordialement dans des depuis dont elle encore est etre fait faire ils les leur mais merci mes mon nos notre nous par pas pour pourquoi pouvez plus que quel quelle quand qui sans ses soit son sont sur tout tres une vos votre vous commande question',
  },
  es: {
    greeting: 'Hola,',
    thanks: 'Gracias por su mensaje.',
    apology: 'Lamentamos las molestias que esto le ha causado.',
    colleagueChecks: 'Una persona de nuestro equipo lo comprobará y le responderá.',
    statusUnknown: 'Su pedido {order} tiene el estado «{status}».',
    statusOf: {
      pending: 'Su pedido {order} está pendiente.',
      processing: 'Su pedido {order} se está preparando.',
      shipped: 'Su pedido {order} ha sido enviado.',
      out_for_delivery: 'Su pedido {order} está en reparto.',
      ready_for_pickup: 'Su pedido {order} está listo para recoger.',
      delivered: 'Su pedido {order} ha sido entregado.',
      on_hold: 'Su pedido {order} está retenido.',
      cancelled: 'Su pedido {order} ha sido cancelado.',
      returned: 'Su pedido {order} ha sido devuelto.',
      refunded: 'Su pedido {order} ha sido reembolsado.',
    },
    statusWord: {
      pending: 'pendiente',
      processing: 'en preparación',
      shipped: 'enviado',
      out_for_delivery: 'en reparto',
      ready_for_pickup: 'listo para recoger',
      delivered: 'entregado',
      on_hold: 'retenido',
      cancelled: 'cancelado',
      returned: 'devuelto',
      refunded: 'reembolsado',
    },
    severalOrders: 'Esto es lo que consta sobre sus pedidos:',
    severalShipments: 'Estos son sus envíos:',
    items: 'Ha pedido {items}.',
    total: 'El importe total es {amount}.',
    placedAt: 'Lo realizó el {date}.',
    deliveredAt: 'Fue entregado el {date}.',
    cancelledAt: 'Fue cancelado el {date}.',
    returnableUntil: 'Puede devolverse hasta el {date}.',
    expectedAt: 'La fecha de entrega prevista es el {date}.',
    tracking: 'El número de seguimiento es {tracking}.',
    trackingWithCarrier: 'El número de seguimiento es {tracking} ({carrier}).',
    refundAmount: 'El importe del reembolso es {amount}.',
    refundStatus: 'El estado del reembolso es «{status}».',
    refundDate: 'La fecha del reembolso es el {date}.',
    invoice: 'El número de factura es {invoice}.',
    appointment: 'Su cita es el {date} a las {time}.',
    appointmentService: 'Servicio: {service}',
    appointmentPlace: 'Lugar: {location}',
    appointmentStaff: 'Con: {staff}',
    appointmentOtherStatus: 'Su estado es «{status}».',
    appointmentStatus: { confirmed: 'Está confirmada.', cancelled: 'Ha sido cancelada.' },
    profile: {
      openingHours: 'Nuestro horario: {value}',
      address: 'Nuestra dirección: {value}',
      supportPhone: 'Nuestro número de teléfono: {value}',
      supportEmail: 'Nuestra dirección de correo electrónico: {value}',
      website: 'Nuestro sitio web: {value}',
    },
    profileQuestions: {
      openingHours: ['horario', 'abierto', 'abren', 'cierran', 'cerrado'],
      address: ['direccion', 'ubicad'],
      supportPhone: ['telefono', 'llamar'],
      supportEmail: ['email', 'correo'],
      website: ['sitio', 'web'],
    },
    commonWords:
      'ahora algo ante buenas buenos como con cual cuando del desde donde dias ella ellos entre era eran eso esta estaba estar este esto favor fue gracias hacer han hasta hola las les los mas mensaje mis muy nos nuestro para pero podria por porque pregunta puede puedo que quiero saludos ser sin sobre son soy sus tambien tengo tiene todo una unos usted ustedes pedido',
  },
};
