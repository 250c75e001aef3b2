import type { OrderStatus } from './facts.ts';

/**
 * Stored status texts of Shopify, WooCommerce, Magento, Amazon-like shops and carriers, as words of five languages.
 * The first rule that matches wins, so negated and unfinished forms stand before the plain participle.
 */
const STATUS_RULES: readonly (readonly [OrderStatus, readonly string[]])[] = [
  // A refund that is asked for, pending, partial or failed says neither "refunded" nor where the parcel is.
  [
    'unknown',
    [
      '(partially|partly|teilweise|kismen|partiellement|parcialmente) (refunded|erstattet|iade edildi|rembourse\\w*|reembolsad\\w*)',
      'refund (pending|requested|failed|declined|rejected|in progress|processing)',
      '(iade|geri odeme) (talebi|bekliyor|beklemede|reddedildi)',
      'closed',
    ],
  ],
  // Asked to come back, but not back: the customer still has the goods.
  [
    'delivered',
    ['(return|exchange) (requested|pending|in progress|approved|initiated|label \\w+)', 'retoure angemeldet'],
  ],
  [
    'processing',
    [
      '(partially|partly) (fulfilled|shipped)',
      'teilweise (versendet|versandt|geliefert)',
      'kismen (gonderildi|kargolandi)',
      '(ready|preparing|waiting|awaiting|scheduled) (to|for) (ship\\w*|dispatch|fulfil\\w*)',
      '(awaiting|pending) (shipment|shipping|dispatch|fulfil\\w*)',
      'label (created|printed|purchased)',
      'pre ?transit',
      '(shipping |shipment )?(info|information)( \\w+)? received',
      'versandbereit',
      'kargoya hazir',
      'pret a expedier',
      'listo para enviar',
    ],
  ],
  [
    'pending',
    [
      'unfulfilled',
      'unshipped',
      'not (yet )?(been )?(fulfilled|shipped|dispatched|processed|sent)',
      '(noch )?nicht (versendet|versandt|verschickt|bearbeitet)',
      '(gonderil|kargolan|veril|hazirlan)\\w*me?di',
      'pas (encore )?(ete )?(expedie\\w*|traite\\w*)',
      'no (ha sido )?(enviado|procesado)',
    ],
  ],
  [
    'shipped',
    [
      'undelivered',
      'not (yet )?(been )?delivered',
      'nicht zugestellt',
      'teslim edil(e)?me\\w+',
      'non livre\\w*',
      'no entregado',
    ],
  ],
  [
    'shipped',
    [
      'delivery (attempt\\w*|failed|exception|delayed|rescheduled)',
      '(attempted|failed|delayed) delivery',
      'zustellung fehlgeschlagen',
      'zustellversuch',
      'dagitim(a|da)? (yapilamadi|basarisiz)',
    ],
  ],
  [
    'out_for_delivery',
    [
      'out for delivery',
      'with (the )?(driver|courier for delivery)',
      'in zustellung',
      'wird (heute )?zugestellt',
      'zustellfahrzeug',
      'dagitimda',
      'dagitima (cikti|cikarildi|cikmistir)',
      'kurye(de|ye verildi)',
      'en (cours de )?livraison',
      'en reparto',
    ],
  ],
  [
    'ready_for_pickup',
    [
      '(ready|available|waiting|awaiting) (for |to )?(\\w+ )?(pick ?up|collect\\w*|be picked up)',
      'awaiting (pick ?up|collection)',
      'abholbereit',
      'bereit zur abholung',
      'zur abholung bereit',
      '(subede|magazada|teslimat noktasinda) (bekliyor|hazir\\w*)',
      'teslim almaya hazir',
      'pret(e)? (pour le|au) retrait',
      'disponible en point relais',
      'list[oa] para (recoger|recogida)',
    ],
  ],
  [
    'cancelled',
    [
      'cancell?ed',
      'cancell?ation',
      'void(ed)?',
      'declined',
      'expired',
      'storniert',
      'annulliert',
      'abgebrochen',
      'iptal\\w*',
      'annule\\w*',
      'cancelad[oa]',
      'anulad[oa]',
    ],
  ],
  [
    'refunded',
    [
      'refunded',
      'refund (issued|completed|paid|complete|processed)',
      'reimbursed',
      'erstattet',
      'zuruckerstattet',
      '(para|ucret|bedel|tutar|odeme)\\w* iade( edildi)?',
      'geri odendi',
      'iade odendi',
      'rembourse\\w*',
      'reembolsad[oa]',
    ],
  ],
  [
    'returned',
    [
      'returned',
      'return (received|completed|complete)',
      'sent back',
      'retourniert',
      'zuruckgesendet',
      'zuruckgeschickt',
      'retoure (erhalten|eingegangen)',
      'iade (edildi|alindi|tamamlandi)',
      'retourne\\w*',
      'renvoye\\w*',
      'devuelt[oa]',
    ],
  ],
  [
    'on_hold',
    [
      'on ?hold',
      'held',
      'hold',
      'paused',
      'suspended',
      'backorder(ed)?',
      'failed',
      'payment (review|failed|error)',
      'suspected fraud',
      'fraud review',
      'zuruckgestellt',
      'angehalten',
      'pausiert',
      'askida',
      'askiya alindi',
      'durduruldu',
      'bloque\\w*',
      'suspendu\\w*',
      'en espera',
      'retenid[oa]',
      'en pause',
    ],
  ],
  [
    'delivered',
    [
      'delivered',
      'complete(d)?',
      'arrived',
      'picked up by (the )?(customer|recipient)',
      'collected by (the )?customer',
      'zugestellt',
      'geliefert',
      'ausgeliefert',
      'abgeschlossen',
      'abgeholt',
      'teslim edil(di|mistir|mis)',
      'tamamlan(di|mistir|mis)',
      'ulasti',
      'livre(e|s|es)?',
      'termine(e|s|es)?',
      'entregad[oa]s?',
      'completad[oa]s?',
    ],
  ],
  [
    'shipped',
    [
      'shipped',
      'dispatched',
      'despatched',
      'fulfilled',
      'in ?transit',
      'on (its|the) way',
      'en route',
      'sent',
      'picked up',
      'handed over',
      'arrived at (facility|hub|depot)',
      'departed( \\w+)*',
      'customs( \\w+)*',
      'versendet',
      'versandt',
      'verschickt',
      'unterwegs',
      'auf dem weg',
      'an (den )?versand\\w* ubergeben',
      'kargo(da|landi)',
      'kargoya (veril|teslim edil)(di|mistir|mis)',
      'kargoya teslim',
      'yolda',
      'yola cikti',
      'gonder(ildi|ilmistir|ilmis)',
      'sevk edil(di|mistir|mis)',
      'transfer( \\w+)*',
      'expedie\\w*',
      'envoye\\w*',
      'en transit',
      'en chemin',
      'enviad[oa]s?',
      'despachad[oa]s?',
      'en (transito|camino)',
    ],
  ],
  [
    'pending',
    [
      'pending( \\w+)*',
      'awaiting( \\w+)*',
      'waiting( \\w+)*',
      'new',
      'created',
      'placed',
      'open',
      'received',
      'order (received|placed)',
      'ausstehend',
      'offen',
      'neu',
      'eingegangen',
      'zahlung ausstehend',
      'wartend',
      'bekle(mede|niyor|yen)',
      'bekliyor',
      '(siparis )?alindi',
      'olusturuldu',
      'yeni',
      'en attente( \\w+)*',
      'recue?',
      'pendiente( \\w+)*',
      'recibid[oa]',
    ],
  ],
  [
    'processing',
    [
      'process(ing|ed)',
      'in process',
      'being (processed|prepared|packed)',
      'preparing',
      'prepared',
      'packed',
      'packing',
      'picking',
      'confirmed',
      'accepted',
      'approved',
      'paid',
      'payment (accepted|received|complete\\w*)',
      'in production',
      'in bearbeitung',
      'wird (bearbeitet|vorbereitet|verpackt)',
      'bearbeitet',
      'verarbeitet',
      'in vorbereitung',
      'bestatigt',
      'bezahlt',
      'hazirlan(iyor|di|mis|makta\\w*)',
      'isleniyor',
      'islendi',
      'isleme alindi',
      'onaylan(di|mistir|mis)',
      'odendi',
      'tedarik ediliyor',
      'en (cours de )?(traitement|preparation)',
      'traitee?',
      'confirmee?',
      'payee?',
      'en (proceso|preparacion)',
      'procesando',
      'procesad[oa]',
      'preparando',
      'confirmad[oa]',
      'pagad[oa]',
    ],
  ],
];

let compiledRules: { status: OrderStatus; pattern: RegExp }[] | undefined;

function statusRules(): { status: OrderStatus; pattern: RegExp }[] {
  compiledRules ??= STATUS_RULES.map(([status, phrases]) => ({
    status,
    pattern: new RegExp(`(?<![a-z0-9])(?:${phrases.join('|')})(?![a-z0-9])`),
  }));
  return compiledRules;
}

/** Stored statuses are labels; anything longer is a note, and only its beginning is read. */
const STATUS_TEXT_LIMIT = 200;

/** Canonical status of a stored free-text status in any of our languages, whatever its case and separators; never throws. */
export function canonicalOrderStatus(text: string): OrderStatus {
  const folded = text
    .slice(0, STATUS_TEXT_LIMIT)
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase()
    .replace(/[ı]/g, 'i')
    .replace(/ß/g, 'ss')
    .replace(/[^a-z0-9]+/g, ' ')
    .replace(/\p{M}/gu, '')
    .trim();
  return statusRules().find((rule) => rule.pattern.test(folded))?.status ?? 'unknown';
}

const CLOSED_STATUSES: readonly OrderStatus[] = ['delivered', 'cancelled', 'returned', 'refunded'];

/** Whether something may still happen to the order by itself; an unknown status counts as open. */
export function isOpenStatus(status: OrderStatus): boolean {
  return !CLOSED_STATUSES.includes(status);
}

/**
 * What may truthfully be said of an order in each status: what has happened on the way there stays true ("has shipped"
 * of a delivered order), what is yet to come is not, and two neighbouring early stages are told apart.
 */
export const TRUE_STATEMENTS: Record<OrderStatus, readonly OrderStatus[]> = {
  pending: ['pending'],
  processing: ['processing'],
  shipped: ['shipped'],
  out_for_delivery: ['out_for_delivery', 'shipped'],
  ready_for_pickup: ['ready_for_pickup', 'shipped'],
  delivered: ['delivered', 'shipped'],
  on_hold: ['on_hold'],
  cancelled: ['cancelled'],
  returned: ['returned', 'shipped'],
  refunded: ['refunded'],
  unknown: [],
};

/** Whether saying `stated` of an order that is `actual` is a true statement, by the table `TRUE_STATEMENTS`. */
export function isTrueStatement(stated: OrderStatus, actual: OrderStatus): boolean {
  return TRUE_STATEMENTS[actual].includes(stated);
}
