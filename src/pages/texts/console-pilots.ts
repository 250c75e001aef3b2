/** Texts of enrolling and removing many, and of what a business's drafts get now. */
export const PILOT_TEXTS = {
  'rag.ON': ['on', 'açık'],
  'rag.NOT_ENROLLED': ['not enrolled', 'kayıtlı değil'],
  'rag.BUSINESS_OFF': ['enrolled, but off for the business', 'kayıtlı, ama işletmede kapalı'],
  'rag.CONTROL_ARM': ['enrolled, all threads are control', 'kayıtlı, tüm yazışmalar kontrol'],
  'rag.KILLED': ['off: rolled back for everybody', 'kapalı: herkes için geri alındı'],
  'rag.KILLED_AT_EDGE': ['off: edge switch', 'kapalı: uç anahtar'],
  'rag.EDGE_UNREADABLE': ['off: edge switch cannot be read', 'kapalı: uç anahtar okunamıyor'],

  'pilots.paste': ['Enrol or remove many: paste ids', 'Çok işletme kaydet ya da çıkar: kimlikleri yapıştır'],
  'pilots.ids': ['Business ids, one a line', 'İşletme kimlikleri, her satırda bir'],
  'pilots.idsHint': [
    'At most {n}. You see what each line means before anything is done.',
    'En çok {n}. Bir şey yapılmadan önce her satırın anlamını görürsünüz.',
  ],
  'pilots.see.enrol': ['See what enrolling does', 'Kaydın etkisine bak'],
  'pilots.see.remove': ['See what removing does', 'Çıkarmanın etkisine bak'],
  'pilots.title.enrol': ['Enrol businesses', 'İşletmeleri kaydet'],
  'pilots.title.remove': ['Remove businesses from the pilot', 'İşletmeleri pilottan çıkar'],
  'pilots.nothingDone': ['Nothing is done yet', 'Henüz bir şey yapılmadı'],
  'pilots.sum.enrol': [
    '{act} to enrol; {same} enrolled already; {unknown} unknown; {repeated} named twice.',
    'Kaydedilecek: {act}; zaten kayıtlı: {same}; bilinmeyen: {unknown}; iki kez yazılan: {repeated}.',
  ],
  'pilots.sum.remove': [
    '{act} to remove; {same} not enrolled; {unknown} unknown; {repeated} named twice.',
    'Çıkarılacak: {act}; kayıtlı olmayan: {same}; bilinmeyen: {unknown}; iki kez yazılan: {repeated}.',
  ],
  'pilots.killed': [
    'RAG is off for everybody now: enrolled businesses get it only once that is restored.',
    'RAG şu an herkes için kapalı: kaydedilenler ancak geri getirilince alır.',
  ],
  'pilots.removeHint': [
    'Drafts with RAG that wait stay; a rollback would quarantine them. A removed business is left alone by ramps.',
    'Bekleyen RAG’lı taslaklar kalır; geri alma onları karantinaya alırdı. Çıkarılan işletmeye rampalar dokunmaz.',
  ],
  'pilots.allOrNothing': [
    'All of them or none: if one is gone meanwhile, nothing is done.',
    'Ya hepsi ya hiçbiri: bu arada biri silinmişse hiçbir şey yapılmaz.',
  ],
  'pilots.line': ['Line', 'Satır'],
  'pilots.means': ['What happens', 'Ne olur'],
  'pilots.will.enrol': ['will be enrolled', 'kaydedilecek'],
  'pilots.will.remove': ['will be removed', 'çıkarılacak'],
  'pilots.is.enrolled': ['enrolled already: stays as it is', 'zaten kayıtlı: olduğu gibi kalır'],
  'pilots.is.not-enrolled': ['not enrolled: nothing to remove', 'kayıtlı değil: çıkarılacak bir şey yok'],
  'pilots.is.unknown': ['unknown: left out', 'bilinmiyor: atlanır'],
  'pilots.is.repeated': ['named before: left out', 'daha önce yazılmış: atlanır'],
  'pilots.ragOff': [
    'past answers are off for it: enrolling alone changes nothing',
    'geçmiş yanıtlar kapalı: yalnız kayıt bir şey değiştirmez',
  ],
  'pilots.keptOut': ['was taken out by {who}: {why}', '{who} çıkarmıştı: {why}'],
  'pilots.confirm.enrol': ['Enrol {businesses}', '{businesses} kaydet'],
  'pilots.confirm.remove': ['Remove {businesses}', '{businesses} çıkar'],
  'pilots.done.enrol': [
    'Enrolled: {businesses}. Enrolled before: {before}.',
    'Kaydedildi: {businesses}. Önceden kayıtlı: {before}.',
  ],
  'pilots.done.remove': [
    'Removed: {businesses}. Not enrolled any more: {before}.',
    'Çıkarıldı: {businesses}. Artık kayıtlı olmayan: {before}.',
  ],
  'pilots.back': ['Back to the businesses', 'İşletmelere dön'],
  'pilots.nothing': ['There is nothing to do.', 'Yapılacak bir şey yok.'],
} as const satisfies Record<string, readonly [string, string]>;
