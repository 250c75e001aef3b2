/** Texts of the overview. */
export const OVERVIEW_TEXTS = {
  'overview.healthy': ['Everything looks healthy', 'Her şey yolunda görünüyor'],
  'overview.healthy.text': [
    'Both switches are clear. No open incident, no firing alert, nothing harmful, no business rolled back or switched off.',
    'İki anahtar da serbest. Açık olay, çalan alarm, zararlı bir şey, geri alınmış ya da kapatılmış işletme yok.',
  ],
  'overview.unhealthy': ['Somebody should look', 'Birinin bakması gerekiyor'],
  'overview.killed': ['RAG is rolled back for everybody', 'RAG herkes için geri alındı'],
  'overview.edgeOff': ['The edge switch is off: RAG is off for everybody', 'Uç anahtar kapalı: RAG herkes için kapalı'],
  'overview.edgeUnreadable': [
    'The edge switch cannot be read: RAG is off for everybody until it can',
    'Uç anahtar okunamıyor: okunana dek RAG herkes için kapalı',
  ],
  'overview.withoutRag': ['{name} is enrolled, but its RAG is switched off', '{name} pilotta, ama RAG’ı kapalı'],
  'overview.feature': ['RAG drafting', 'RAG ile taslak'],
  'overview.feature.on': ['on; {businesses} enrolled', 'açık; {businesses} kayıtlı'],
  'overview.feature.nobody': ['nobody is enrolled', 'kimse kayıtlı değil'],
  'overview.feature.killed': ['switched off everywhere', 'her yerde kapalı'],
  'overview.edge': ['Edge switch', 'Uç anahtar'],
  'overview.edge.absent': ['not set: Postgres decides', 'boş: Postgres karar verir'],
  'overview.edge.off': ['off', 'kapalı'],
  'overview.edge.unreadable': ['cannot be read: RAG is off', 'okunamıyor: RAG kapalı'],
  'overview.enrolled': ['Who is enrolled', 'Kim kayıtlı'],
  'overview.hasIncident': ['open incident', 'açık olay'],
  'overview.all': ['All {n}', 'Tümü ({n})'],
  'overview.noRamp': [
    'No ramp runs. Begin one under Ramps, or enrol a business by hand.',
    'Çalışan rampa yok. Rampalar sayfasından başlatın ya da bir işletmeyi elle kaydedin.',
  ],
  'overview.lastRamp': ['No ramp runs. The last one:', 'Çalışan rampa yok. Sonuncusu:'],
} as const satisfies Record<string, readonly [string, string]>;
