/** Texts of rollbacks and restores. */
export const ROLLBACK_TEXTS = {
  'rollback.lead': [
    'Takes RAG back. The next draft after it is without RAG; drafts that wait with RAG are quarantined. First see what it hits.',
    'RAG’ı geri alır. Sonraki taslak RAG’sızdır; bekleyen RAG’lı taslaklar karantinaya alınır. Önce neyi etkilediğine bakın.',
  ],
  'rollback.level.business': ['one business', 'tek işletme'],
  'rollback.level.cohort': ['a cohort', 'bir grup'],
  'rollback.level.global': ['everybody', 'herkes'],
  'rollback.global.text': [
    'The edge switch first, then everything in Postgres: nobody gets RAG, and no ramp goes on.',
    'Önce uç anahtar, sonra Postgres: kimse RAG almaz, hiçbir rampa sürmez.',
  ],
  'rollback.twoPersons': [
    'To restore it takes two people: one asks, another operator confirms. Nobody confirms what they asked for.',
    'Geri getirmek iki kişi ister: biri ister, başka bir operatör onaylar. Kimse kendi isteğini onaylayamaz.',
  ],
  'rollback.from': ['Enrolled from (UTC)', 'Kayıt başlangıcı (UTC)'],
  'rollback.to': ['until before (UTC)', 'bitişi, hariç (UTC)'],
  'rollback.ramp': ['or of a ramp (id)', 'ya da bir rampadan (kimlik)'],
  'rollback.see': ['See what it hits', 'Neyi etkilediğine bak'],
  'rollback.hits': ['{level}: {businesses}, {drafts}', '{level}: {businesses}, {drafts}'],
  'rollback.endsRamps': ['It ends {ramps}.', '{ramps} sona erer.'],
  'rollback.andMore': ['and {n} more', 've {n} tane daha'],
  'rollback.hitsNobody': [
    'Nothing under it is enrolled or pending: rolling back changes nothing.',
    'Kayıtlı ya da bekleyen bir şey yok: geri alma bir şey değiştirmez.',
  ],
  'rollback.now': ['Roll back now', 'Şimdi geri al'],
  'rollback.done': ['Rolled back: {businesses}, {drafts}.', 'Geri alındı: {businesses}, {drafts}.'],
  'rollback.later': [
    'Off at the edge; Postgres does not answer, cron finishes it.',
    'Uçta kapatıldı; Postgres yanıt vermiyor, cron tamamlayacak.',
  ],
  'rollback.stands': ['Rolled back ({what}) by {who}: {why}', 'Geri alındı ({what}); {who}: {why}'],
  'rollback.already': ['It is rolled back already: see its restore', 'Zaten geri alınmış: geri getirmeye bakın'],
  'rollback.list': ['What was rolled back', 'Geri alınanlar'],
  'rollback.empty': ['Nothing was ever rolled back.', 'Hiç geri alma yapılmadı.'],
  'rollback.status.done': ['rolled back', 'geri alındı'],
  'rollback.status.restore-requested': ['waits for a second person', 'ikinci kişiyi bekliyor'],
  'rollback.status.restored': ['restored', 'geri getirildi'],
  'rollback.incident': ['Its incident', 'Olayı'],
  'rollback.restore': ['Restore', 'Geri getir'],
  'rollback.ask': ['Ask to restore', 'Geri getirmeyi iste'],
  'rollback.confirm': ['Confirm the restore', 'Geri getirmeyi onayla'],
  'rollback.asked': ['{who} asked to restore this for everybody', '{who} bunun herkes için geri getirilmesini istedi'],
  'rollback.waits.own': [
    'You asked, so you cannot confirm. Any other operator can, signed in under their own name.',
    'Siz istediniz, bu yüzden onaylayamazsınız. Kendi adıyla oturum açan başka bir operatör onaylayabilir.',
  ],
  'rollback.waits.other': [
    'You are the second person: once you confirm, both switches are cleared and everybody gets back what they had.',
    'İkinci kişi sizsiniz: onaylarsanız iki anahtar da temizlenir ve herkes önceki durumuna döner.',
  ],
  'rollback.globalFirst': [
    'RAG is rolled back for everybody: restore that one first.',
    'RAG herkes için geri alınmış: önce onu geri getirin.',
  ],
  'rollback.wereSetAside': [
    '{drafts}: those that nobody has made anew since still wait.',
    '{drafts}: yeniden yazılmamış olanlar hâlâ bekler.',
  ],
  'rollback.setAside': ['See those that still wait', 'Hâlâ bekleyenleri gör'],
  'rollback.restored': ['Restored.', 'Geri getirildi.'],
  'rollback.restoredBut': [
    'Restored. Left out, because they were taken out again since or are gone: {businesses}',
    'Geri getirildi. Sonradan yeniden çıkarıldığı ya da silindiği için atlananlar: {businesses}',
  ],
  'rollback.restoreAsked': [
    'Asked for. Another operator has to confirm it.',
    'İstendi. Başka bir operatör onaylamalı.',
  ],
  'rollback.took': ['{ms} ms from detection to written', 'fark etmeden yazılana {ms} ms'],
} as const satisfies Record<string, readonly [string, string]>;
