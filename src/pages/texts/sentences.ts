import type { AppError, ErrorCode } from '../../lib/errors.ts';
import type { RampMetric } from '../../rollout/ramp-plan.ts';
import type { Language } from './translate.ts';

/**
 * Sentences that our code wrote in English, and stored or threw, in Turkish; the API stays English. `{name}` is whatever
 * stands there, translated in its turn where it is ours; what people typed stays as it is. The first that fits counts.
 */
const SENTENCES: readonly [string, string][] = [
  // Ramps: why a decision was taken.
  ['the plan has no such step', 'planda böyle bir adım yok'],
  ['paused by guardrail:{name}: {why}', '{name} koruması duraklattı: {why}'],
  ['paused by {who}: {why}', '{who} duraklattı: {why}'],
  ['paused by {who}', '{who} duraklattı'],
  ['every gate of the last step is open', 'son adımın tüm kapıları açık'],
  ['every gate of {step} is open', '{step} adımının tüm kapıları açık'],
  ['the ramp was asked for', 'rampa istendi'],
  ['hallucinations {n}, must be 0', 'uydurma {n}; 0 olmalı'],
  ['security incidents {n}, must be 0', 'güvenlik olayı {n}; 0 olmalı'],
  ['the feature is killed', 'özellik kapatılmış'],
  ['the edge switch is off', 'uç anahtar kapalı'],
  ['the edge switch cannot be read', 'uç anahtar okunamıyor'],
  ['no data: {what}', 'veri yok: {what}'],
  ['no data', 'veri yok'],
  ['nobody is watched', 'izlenen işletme yok'],
  ['sample ratio', 'örneklem oranı'],
  ['stale metrics: {n} minutes old', 'ölçümler eski: {n} dakikalık'],
  ['sample ratio mismatch between the arms', 'gruplar arasında örneklem oranı uyuşmuyor'],
  ['hold time: {n} of {of} stable hours', 'bekleme: {of} kararlı saatten {n} doldu'],
  ['{metric}: {n} of {of} samples', '{metric}: {of} örnekten {n} var'],
  ['{metric} is {n}, must be {is} {limit}', '{metric} {n}; olması gereken: {is} {limit}'],
  ['{step}: {n} of {of} businesses are named', '{step}: {of} işletmeden {n} belirtildi'],
  ['{step}: unknown {ids}', '{step}: bilinmeyen {ids}'],
  ['{n}-day backfill missing: {ids}', '{n} günlük geçmiş aktarımı eksik: {ids}'],
  [
    '{step}: {n} of {of} businesses had RAG on for {days} days',
    '{step}: {of} işletmeden {n} tanesinde RAG {days} gündür açık',
  ],
  ['the security check is not signed', 'güvenlik denetimi imzalanmadı'],
  ['waits for the approval of a person', 'bir kişinin onayını bekliyor'],
  ['ramp: {why}', 'rampa: {why}'],

  // Guardrails: what they saw and did.
  [
    '{n} of {of}, {share}, for certain above {low}; the limit is {limit}',
    '{of} içinde {n} ({share}), kesin olarak {low} üstünde; sınır {limit}',
  ],
  [
    'approved {n} of {of} with RAG against {m} of {mOf} {where}: down {drop}; the limit is {limit}',
    'RAG ile {of} içinde {n}, {where} {mOf} içinde {m} onaylandı: düşüş {drop}; sınır {limit}',
  ],
  [
    'a reviewer reports a leak that the re-check does not see: a person has to look',
    'bir inceleyen, yeniden denetimin görmediği bir sızıntı bildiriyor: bir kişinin bakması gerekiyor',
  ],
  [
    'a reviewer reports a wrong fact that the re-check does not see: a person has to look',
    'bir inceleyen, yeniden denetimin görmediği yanlış bir bilgi bildiriyor: bir kişinin bakması gerekiyor',
  ],
  ['{what} ({source}); made by an older pipeline', '{what} ({source}); eski bir hat sürümüyle yapıldı'],
  ['{what} ({source}); made without RAG', '{what} ({source}); RAG olmadan yapıldı'],
  ['{what} ({source}); the business has no RAG any more', '{what} ({source}); işletmede artık RAG yok'],
  ['{what} ({source}); drafted before the restore', '{what} ({source}); geri getirmeden önce yazılmış'],
  [
    '{what} (a reviewer reported it, and the re-check agrees)',
    '{what} (bir inceleyen bildirdi, yeniden denetim doğruladı)',
  ],
  ['{what} (found by the re-check)', '{what} (yeniden denetim buldu)'],
  ['a reviewer reported it, and the re-check agrees', 'bir inceleyen bildirdi, yeniden denetim doğruladı'],
  ['{what} ({source}); drafted before the restore', '{what} ({source}); geri getirmeden önce hazırlandı'],
  ['{what}; made without RAG', '{what}; RAG olmadan yapıldı'],
  ['found by the re-check', 'yeniden denetim buldu'],
  [
    'a draft that reviewers saw states {what} that its evidence does not bear out',
    'inceleyenlerin gördüğü bir taslak, kanıtının desteklemediği bir bilgi içeriyor ({what})',
  ],
  ['a draft that reviewers saw fails {what}', 'inceleyenlerin gördüğü bir taslak denetimden geçmiyor ({what})'],
  [
    '{decided}. Not done: {who} has switched automatic action off',
    '{decided}. Yapılmadı: {who} otomatik eylemi kapatmış',
  ],
  ['{act}, level {level}: {why}', '{act}, düzey {level}: {why}'],
  ['Pause the ramp', 'Rampayı duraklat'],
  ['Roll back', 'Geri al'],
  ['Turn RAG off for the business until a person has looked', 'Bir kişi bakana dek işletmede RAG’ı kapat'],
  ['For a person to look at', 'Bir kişinin bakması için'],
  ['automatic action is off: {why}', 'otomatik eylem kapalı: {why}'],
  ['A wrong fact reached a reviewer', 'Yanlış bir bilgi inceleyene ulaştı'],
  ['A leak or a bypass', 'Sızıntı ya da korumanın aşılması'],
  ['A reviewer reports what the re-check cannot see', 'İnceleyen, yeniden denetimin göremediğini bildiriyor'],
  ['Retrieval times out', 'Arama zaman aşımına uğruyor'],
  ['Records fail their tool’s schema', 'Kayıtlar aracın şemasına uymuyor'],
  ['Reviewers approve less with RAG', 'RAG ile daha az taslak onaylanıyor'],
  ['Automatic action of {name} is off', '{name} korumasının otomatik eylemi kapalı'],
  ['Since {at}, by {who}: {why}', '{at} tarihinden beri, {who}: {why}'],
  ['rollbackId: {id}', 'geri alma: {id}'],
  ['status: {status}', 'durum: {status}'],
  ['skipped: {why}', 'atlandı: {why}'],
  ['reported: nothing is changed', 'bildirildi: hiçbir şey değiştirilmedi'],
  ['nothing is changed', 'hiçbir şey değiştirilmedi'],
  ['gone: there is no such business any more', 'işletme artık yok'],
  ['there is no such business any more', 'işletme artık yok'],
  ['paused: {what}', 'duraklatılan: {what}'],
  ['no ramp runs', 'çalışan rampa yok'],
  ['the ramp is over', 'rampa bitti'],
  ['RAG switched off for: {ids}', 'RAG kapatılan: {ids}'],

  // Incidents and alerts.
  ['Closed: {why}', 'Kapatıldı: {why}'],
  ['Isolation: {check} crosses from one business into another', 'Yalıtım: {check} bir işletmeden ötekine geçiyor'],
  [
    'The nightly check found {n} row(s) of {business}: {ids}. See docs/incident-playbook.md.',
    'Gece denetimi {business} işletmesinde {n} satır buldu: {ids}. Bkz. docs/incident-playbook.md.',
  ],
  ['isolation: {check}', 'yalıtım: {check}'],
  ['Detected, as the rollback says', 'Geri almada yazdığı gibi fark edildi'],
  ['{who} decided to roll back: {why}', '{who} geri almaya karar verdi: {why}'],
  ['{title}. Businesses: {n}, drafts set aside: {m}', '{title}. İşletme: {n}, kenara alınan taslak: {m}'],
  ['Businesses: {n}, drafts set aside: {m}', 'İşletme: {n}, kenara alınan taslak: {m}'],
  ['RAG rolled back globally', 'RAG herkes için geri alındı'],
  ['RAG rolled back for one business', 'RAG bir işletme için geri alındı'],
  ['RAG rolled back for a cohort', 'RAG bir grup için geri alındı'],
  ['RAG rolled back {what}', 'RAG geri alındı ({what})'],
  ['Restore of a global rollback asked for', 'Genel geri almanın kaldırılması istendi'],
  ['Rollback restored', 'Geri alma kaldırıldı'],
  ['RAG changed by SQL', 'RAG SQL ile değiştirildi'],
  [
    '{by} Businesses: {n}. Drafts set aside: {m}. Edge switch: {kv}.',
    '{by} İşletme: {n}. Kenara alınan taslak: {m}. Uç anahtar: {kv}.',
  ],
  ['{by} Businesses: {n}. Drafts set aside: {m}.', '{by} İşletme: {n}. Kenara alınan taslak: {m}.'],
  ['{by} It takes effect when somebody else confirms it.', '{by} Başka biri onaylayınca geçerli olur.'],
  ['{by} Rows of {table} changed: {n}.', '{by} {table} tablosunda değişen satır: {n}.'],
  ['By {who}: {why}. Because: {reasons}.', '{who}: {why}. Nedeni: {reasons}.'],
  ['By {who}. Because: {reasons}.', '{who}. Nedeni: {reasons}.'],
  ['By {who}: {why}.', '{who}: {why}.'],
  ['By {who}.', '{who}.'],
  ['Ramp made: step {step}', 'Rampa oluşturuldu: {step} adımı'],
  ['Ramp started: step {step}', 'Rampa başladı: {step} adımı'],
  ['Ramp advanced: step {step}', 'Rampa ilerledi: {step} adımı'],
  ['Ramp paused: step {step}', 'Rampa duraklatıldı: {step} adımı'],
  ['Ramp resumed: step {step}', 'Rampa sürdürüldü: {step} adımı'],
  ['Ramp aborted: step {step}', 'Rampa sonlandırıldı: {step} adımı'],
  ['Ramp rolled back: step {step}', 'Rampa geri alındı: {step} adımı'],
  ['Ramp finished: step {step}', 'Rampa tamamlandı: {step} adımı'],
  ['Ramp made', 'Rampa oluşturuldu'],
  ['Ramp started', 'Rampa başladı'],
  ['Ramp advanced', 'Rampa ilerledi'],
  ['Ramp paused', 'Rampa duraklatıldı'],
  ['Ramp resumed', 'Rampa sürdürüldü'],
  ['Ramp aborted', 'Rampa sonlandırıldı'],
  ['Ramp rolled back', 'Rampa geri alındı'],
  ['Ramp finished', 'Rampa tamamlandı'],
  ['{title}, by {who}', '{title}, {who} tarafından'],
  ['The queue {queue} gave up on messages', '{queue} kuyruğu bazı iletilerden vazgeçti'],
  ['Within the last hour: {n}. They are kept: GET {path}.', 'Son bir saatte: {n}. Saklanıyorlar: GET {path}.'],
  ['Alerts do not reach {channel}', 'Alarmlar {channel} kanalına ulaşmıyor'],
  [
    '{n} notices wait; the last attempt came to: {reason}. Nothing is lost; they go out when {channel} takes them.',
    '{n} bildirim bekliyor; son deneme: {reason}. Hiçbiri kaybolmadı; {channel} kabul edince gidecekler.',
  ],
  ['Told {channel}: {title}', '{channel} kanalına bildirildi: {title}'],
  ['Could not tell {channel}: {title}', '{channel} kanalına bildirilemedi: {title}'],
  ['Draftgate can reach you here', 'Draftgate size buradan ulaşabiliyor'],
  [
    'Somebody tries the channels of alerts. Nothing is wrong, nothing is to be done.',
    'Biri alarm kanallarını deniyor. Sorun yok, yapılacak bir şey yok.',
  ],
  ['Alert got worse: {title}', 'Alarm kötüleşti: {title}'],
  ['Alert resolved: {title}', 'Alarm geçti: {title}'],
  ['Alert fires again: {title}', 'Alarm yeniden çalıyor: {title}'],
  ['Alert fires: {title}', 'Alarm çalıyor: {title}'],
  ['Announced: {title}', 'Duyuruldu: {title}'],
  ['{metric} is too high', '{metric} fazla yüksek'],
  ['{metric} is too low', '{metric} fazla düşük'],
  ['{meaning} Over the last {window}.', '{meaning} Dönem: son {window}.'],
  [
    'Drafts ready of drafts asked for. Machine mail is not asked for; a draft still tried again is not ready.',
    'İstenen taslaklardan hazır olanlar. Makine postası istenmiş sayılmaz; yeniden denenen taslak hazır değildir.',
  ],
  ['Drafts that ask for what is missing, of drafts ready.', 'Hazır taslaklardan, eksik bilgiyi isteyenler.'],
  [
    'Drafts shown to a reviewer with a fact that the evidence stored with them does not bear out.',
    'İnceleyene gösterilen ve birlikte saklanan kanıtın desteklemediği bir bilgi içeren taslaklar.',
  ],
  [
    'Retrievals that found an example above the confidence, of retrievals.',
    'Aramalardan, yeterli güvende örnek bulanlar.',
  ],
  [
    'Embedding and search together; 95 of 100 retrievals are faster.',
    'Gömme ve arama birlikte; 100 aramanın 95’i daha hızlı.',
  ],
  [
    'Drafts approved, edited or not, of drafts reviewed.',
    'İncelenen taslaklardan, düzenlenerek ya da olduğu gibi onaylananlar.',
  ],
  [
    'Approved drafts that were edited by 30 % or less. Alerts on those edited by more than half.',
    'En çok %30 düzenlenen onaylı taslaklar. Yarıdan fazlası düzenlenenler için alarm çalar.',
  ],
  [
    'Drafts whose predicted prompt tokens are within 10 % of what the model reports. Alerts on those off by over 20 %.',
    'Öngörülen token sayısı modelin bildirdiğinin %10’u içinde olan taslaklar. %20’den fazla sapanlar için alarm çalar.',
  ],
  ['Drafts discarded of drafts reviewed.', 'İncelenen taslaklardan atılanlar.'],

  ['not configured: {setting}', 'ayarlı değil: {setting}'],
  ['{setting} is not an address', '{setting} bir adres değil'],

  // What a page or a verb refuses.
  [
    'Name the businesses of the baseline: a ramp begins with them.',
    'Temel adımın işletmelerini belirtin: rampa onlarla başlar.',
  ],
  ['Choose a business.', 'Bir işletme seçin.'],
  [
    'Nothing under it is enrolled or pending: nothing was rolled back.',
    'Kayıtlı ya da bekleyen bir şey yok: hiçbir şey geri alınmadı.',
  ],
  ['Choose a level.', 'Bir düzey seçin.'],
  ['A reason is needed.', 'Bir gerekçe gerekiyor.'],
  ['Write the note first.', 'Önce notu yazın.'],
  ['A text is too long: at most {n} characters.', 'Bir metin çok uzun: en çok {n} karakter olabilir.'],
  ['A key needs a name and a scope.', 'Anahtara bir ad ve bir yetki gerekir.'],
  [
    'A cohort is a ramp, or two times of which the first is earlier.',
    'Grup, bir rampa ya da ilki daha erken olan iki zamandır.',
  ],
  [
    'A snippet needs a key, a language such as "en", and a text.',
    'Hazır metne bir anahtar, "tr" gibi bir dil ve bir metin gerekir.',
  ],
  ['There is a character in it that no text can hold.', 'İçinde hiçbir metinde olamayacak bir karakter var.'],
  ['"{text}" is not a whole number.', '"{text}" tam sayı değil.'],
  ['Somebody else changed the same meanwhile: look again.', 'Bu arada aynısını başkası değiştirdi: yeniden bakın.'],
  ['{text} is not a number from {least} to {most}.', '{text}, {least} ile {most} arasında bir sayı değil.'],
  ['Days are 1 to {n}.', 'Gün sayısı 1 ile {n} arasındadır.'],
  ['At most {n} businesses at once.', 'Bir kerede en çok {n} işletme.'],
  ['Load the page anew: the form is not complete.', 'Sayfayı yenileyin: form eksik.'],
  ['The form is not complete.', 'Form eksik.'],
  ['The form is too large.', 'Form çok büyük.'],
  ['The form is not of this session.', 'Form bu oturuma ait değil.'],
  ['This text cannot be sent.', 'Bu metin gönderilemez.'],
  ['Sign in first.', 'Önce oturum açın.'],
  ['This key may not review.', 'Bu anahtarla inceleme yapılamaz.'],
  ['This is for operators.', 'Bu, operatörler içindir.'],
  ['This is for reviewers.', 'Bu, inceleyenler içindir.'],
  ['This needs the admin key.', 'Bunun için yönetici anahtarı gerekir.'],
  ['This key is not valid.', 'Bu anahtar geçerli değil.'],
  ['This key lacks the scope {scope}.', 'Bu anahtarda {scope} yetkisi yok.'],
  ['Send a key: "Authorization: Bearer <key>".', 'Anahtar gönderin: "Authorization: Bearer <anahtar>".'],
  ['X-Draftgate-Actor goes with the admin key only.', 'X-Draftgate-Actor yalnız yönetici anahtarıyla kullanılır.'],
  [
    'X-Draftgate-Actor takes a name of letters, digits and . _ @ + - (up to 100), and none of ours.',
    'X-Draftgate-Actor harf, rakam ve . _ @ + - içeren bir ad alır (en çok 100); sistemin adları olmaz.',
  ],
  ['The Access assertion names nobody.', 'Access bildirimi kimseyi adlandırmıyor.'],
  ['The Access assertion is not valid.', 'Access bildirimi geçerli değil.'],
  ['There is no such business.', 'Böyle bir işletme yok.'],
  ['There is no such draft.', 'Böyle bir taslak yok.'],
  ['There is no such snippet.', 'Böyle bir hazır metin yok.'],
  ['There is no such ramp.', 'Böyle bir rampa yok.'],
  ['This ramp has no such step.', 'Bu rampada böyle bir adım yok.'],
  ['There is no such incident.', 'Böyle bir olay yok.'],
  ['There is no such backfill.', 'Böyle bir geçmiş aktarımı yok.'],
  ['There is no such guardrail.', 'Böyle bir koruma yok.'],
  ['There is no such rollback.', 'Böyle bir geri alma yok.'],
  ['There is no such message.', 'Böyle bir e-posta yok.'],
  ['There is no such erasure.', 'Böyle bir silme yok.'],
  ['There is no such key.', 'Böyle bir anahtar yok.'],
  ['There is no such file.', 'Böyle bir dosya yok.'],
  ['This business is not enrolled in this feature.', 'Bu işletme bu özelliğe kayıtlı değil.'],
  ['A business with this id exists.', 'Bu kimlikle bir işletme var.'],
  [
    'This business has a key of this name: revoke it first, or choose another name.',
    'Bu işletmenin bu adda bir anahtarı var: önce onu iptal edin ya da başka bir ad seçin.',
  ],
  [
    'This form has made its key already: load the page anew to make another.',
    'Bu form anahtarını zaten oluşturdu: yenisi için sayfayı yenileyin.',
  ],
  ['Another backfill of this business is not finished.', 'Bu işletmenin bitmemiş bir geçmiş aktarımı var.'],
  ['customerEmail is not one plain mail address.', 'customerEmail tek ve yalın bir e-posta adresi değil.'],
  [
    'The business itself writes from this address: it is no customer’s.',
    'Bu adresten işletmenin kendisi yazıyor: müşteri adresi değil.',
  ],
  ['"detectedAt" lies in the future.', '"detectedAt" gelecekte.'],
  ['"from" lies not before "to".', '"from", "to" zamanından önce değil.'],
  ['A ramp of this feature is open: abort it first.', 'Bu özelliğin açık bir rampası var: önce onu sonlandırın.'],
  ['There is no further step to name businesses for.', 'İşletme belirtilecek başka adım yok.'],
  [
    'The step {step} takes {least} to {most} businesses; {n} are named.',
    '{step} adımı {least}–{most} işletme alır; {n} belirtildi.',
  ],
  ['The step {step} takes {wanted} businesses; {n} are named.', '{step} adımı {wanted} işletme alır; {n} belirtildi.'],
  ['The plan has no counted step {ids}.', 'Planda sayılı {ids} adımı yok.'],
  ['The ramp has changed meanwhile: look at it again.', 'Rampa bu arada değişti: yeniden bakın.'],
  ['This ramp is completed.', 'Bu rampa tamamlandı.'],
  ['This ramp is over.', 'Bu rampa bitti.'],
  ['This ramp is rolled back: restore the rollback.', 'Bu rampa geri alındı: geri almayı kaldırın.'],
  ['This ramp is {status}: there is nothing to approve.', 'Rampanın durumu: {status}; onaylanacak bir şey yok.'],
  ['This ramp is {how}.', 'Rampanın durumu: {how}.'],
  [
    'The restore has to be confirmed by somebody else than the one who asked for it.',
    'Kaldırmayı isteyen değil, başka biri onaylamalı.',
  ],
  ['The restore could not be confirmed: try again.', 'Kaldırma onaylanamadı: yeniden deneyin.'],
  [
    'The feature is rolled back globally: restore that rollback first.',
    'Özellik herkes için geri alınmış: önce o geri almayı kaldırın.',
  ],
  [
    'Nobody has asked to restore this rollback: POST …/restore first.',
    'Bu geri almanın kaldırılmasını kimse istemedi: önce isteyin.',
  ],
  [
    'A later global rollback stands, {id}: restore that one first.',
    'Daha yeni bir genel geri alma duruyor ({id}): önce onu kaldırın.',
  ],
  ['The control share is 0 to 100 percent.', 'Kontrol payı yüzde 0 ile 100 arasındadır.'],
  ['Somebody else changed the same meanwhile: look again.', 'Aynısını bu arada başkası değiştirdi: yeniden bakın.'],
  [
    '"{text}" is not a whole number from {least} to {most}.',
    '“{text}”, {least} ile {most} arasında bir tam sayı değil.',
  ],
  ['The rollout changed twice.', 'Dağıtım iki kez değişti.'],
  ['The rollout changed.', 'Dağıtım değişti.'],
  ['The database took too long.', 'Veritabanı zamanında yanıt vermedi.'],
  ['The database cannot be reached.', 'Veritabanına ulaşılamıyor.'],
  ['This Idempotency-Key was used for another request.', 'Bu Idempotency-Key başka bir istekte kullanılmış.'],
  [
    'A draft answers an INBOUND message; this one is OUTBOUND.',
    'Taslak gelen e-postaya yazılır; bu giden bir e-posta.',
  ],
  ['The draft is being made.', 'Taslak hazırlanıyor.'],
  ['The draft was erased while it was made.', 'Taslak hazırlanırken silindi.'],
  ['A draft that is {status} cannot be made anew.', 'Durumu “{status}” olan taslak yenilenemez.'],
  ['This draft is {status}.', 'Taslağın durumu: {status}.'],
  ['It was made anew meanwhile: look at the new version.', 'Bu arada yenilendi: yeni sürüme bakın.'],
  [
    'New mail has come in the thread: make the draft anew first.',
    'Yazışmaya yeni e-posta geldi: önce taslağı yenileyin.',
  ],
  ['It was taken back by a rollback: make the draft anew first.', 'Geri almayla çekildi: önce taslağı yenileyin.'],
  ['This can no longer be taken back.', 'Bu artık geri alınamaz.'],
  [
    'Facts have changed since this draft was made. Approve again to send it all the same.',
    'Taslaktan sonra bilgiler değişti. Yine de göndermek için yeniden onaylayın.',
  ],
  [
    'The edited text has findings. Send "confirm": true to approve it all the same.',
    'Düzenlenen metinde bulgular var. Yine de onaylamak için ikinci kez onaylayın.',
  ],

  // Last, for it fits a lot: what a guardrail gives as its reason.
  ['{title}: {why}', '{title}: {why}'],
];

/** Single words of tables in code: states, levels, steps, metrics. */
const WORDS: Readonly<Record<string, string>> = {
  baseline: 'temel',
  pilot: 'pilot',
  expansion: 'genişleme',
  pending: 'bekliyor',
  running: 'çalışıyor',
  holding: 'bekletiliyor',
  'awaiting-approval': 'onay bekliyor',
  'rolled-back': 'geri alındı',
  done: 'bitti',
  business: 'işletme',
  cohort: 'grup',
  global: 'herkes',
  written: 'yazıldı',
  none: 'yok',
  above: '>',
  below: '<',
  'at-most': '≤',
  'in the control arm': 'kontrol grubunda',
  'before RAG (baseline)': 'RAG öncesinde (temel)',
  'since the watch began': 'izleme başından beri',
  'no window': 'dönem yok',
  globally: 'herkes için',
  'for one business': 'bir işletme için',
  'for a cohort': 'bir grup için',
  'RAG switched off for': 'RAG kapatılan',
  'Alert fires': 'Alarm çalıyor',
  'Alert fires again': 'Alarm yeniden çalıyor',
  'Alert got worse': 'Alarm kötüleşti',
  'Alert resolved': 'Alarm geçti',

  something: 'bir şey',
  DRAFTING: 'yazılıyor',
  READY: 'hazır',
  STALE: 'güncel değil',
  QUARANTINED: 'geri çekildi',
  APPROVED: 'onaylandı',
  DISCARDED: 'atıldı',
  SKIPPED: 'yanıt gerekmiyor',
  RETRYING: 'yeniden deneniyor',
  FAILED: 'başarısız',
  gone: 'yok',
  draftSuccessRate: 'taslak başarısı',
  toolErrorRate: 'araç hatası oranı',
  tokenBudgetOverruns: 'token bütçesi aşımı',
  tokenErrorRate: 'token sapması',
  ragHitRate: 'RAG isabeti',
  ragLatencyP95: 'RAG gecikmesi (p95)',
  approvalRate: 'onay oranı',
  'Draft success rate': 'Taslak başarısı',
  'Verification rate': 'Doğrulama oranı',
  Hallucinations: 'Uydurmalar',
  'RAG hit rate': 'RAG isabeti',
  'RAG latency, p95': 'RAG gecikmesi (p95)',
  'Token accuracy': 'Token doğruluğu',
  'Approval rate': 'Onay oranı',
  'Edit distance': 'Düzenleme oranı',
  'Discard rate': 'Atma oranı',
};

/** For whatever has no sentence of its own: nobody reads English on a Turkish page. */
export const ERROR_SENTENCES: Record<ErrorCode, string> = {
  INVALID_REQUEST: 'Formda veya adreste yanlış bir şey var.',
  UNAUTHENTICATED: 'Önce oturum açın.',
  FORBIDDEN: 'Bunu yapmaya yetkiniz yok.',
  FORM_EXPIRED: 'Form bu oturuma ait değil.',
  NOT_FOUND: 'Aranan bulunamadı.',
  METHOD_NOT_ALLOWED: 'Bu adreste bu yapılamaz.',
  CONFLICT: 'Bu, şu anki durumla çelişiyor.',
  MESSAGE_CONFLICT: 'Bu kimlikle başka bir e-posta saklanmış.',
  DRAFT_IN_PROGRESS: 'Taslak hazırlanıyor.',
  DRAFT_STATE: 'Taslağın durumu buna izin vermiyor.',
  FACTS_CHANGED: 'Taslaktan sonra bilgiler değişti.',
  CONFIRMATION_REQUIRED: 'Metinde bulgular var; onayınız gerekiyor.',
  TOO_LARGE: 'İstek çok büyük.',
  UNSUPPORTED_MEDIA_TYPE: 'Bu içerik türü kabul edilmiyor.',
  UNPROCESSABLE: 'Bu istek yerine getirilemez.',
  IDEMPOTENCY_MISMATCH: 'Bu anahtar başka bir istekte kullanılmış.',
  RATE_LIMITED: 'Çok fazla istek. Biraz bekleyin.',
  INTERNAL: 'Bizim tarafımızda bir sorun oluştu.',
  DATABASE_UNAVAILABLE: 'Veritabanına ulaşılamıyor.',
  DATABASE_TIMEOUT: 'Veritabanı zamanında yanıt vermedi.',
};

interface Reader {
  language: Language;
}

/** Ids of metrics that reasons of ramps name, for readers of English; Turkish has them among its words. */
const ENGLISH_METRICS: Readonly<Record<RampMetric, string>> = {
  draftSuccessRate: 'draft success',
  toolErrorRate: 'tool error rate',
  tokenBudgetOverruns: 'token budget overruns',
  tokenErrorRate: 'token error rate',
  ragHitRate: 'RAG hits',
  ragLatencyP95: 'RAG latency (p95)',
  approvalRate: 'approval',
};
const METRIC_IDS = new RegExp(`\\b(?:${Object.keys(ENGLISH_METRICS).join('|')})\\b`, 'g');

/** A stored sentence or word of ours in the reader's language; what people typed comes back as it is. */
export function say({ language }: Reader, text: string): string {
  if (language === 'tr') return turkish(text, 3) ?? text;
  return text.replace(METRIC_IDS, (id) => ENGLISH_METRICS[id as RampMetric]);
}

/** Several reasons, as one text. */
export function sayAll(reader: Reader, lines: readonly string[]): string {
  return lines.map((line) => say(reader, line)).join('; ');
}

/** What an error says to a person. */
export function sayError({ language }: Reader, error: AppError): string {
  if (language !== 'tr') return error.message;
  const said = turkish(error.message, 3);
  return said === undefined || said === error.message ? ERROR_SENTENCES[error.code] : said;
}

let compiled: { pattern: RegExp; names: string[]; turkish: string }[] | undefined;

/** Undefined: it is no sentence of ours. `depth` bounds how deep sentences stand in one another. */
function turkish(text: string, depth: number): string | undefined {
  if (Object.hasOwn(WORDS, text)) return WORDS[text];
  if (depth === 0 || text.length > 4_000) return undefined;
  compiled ??= SENTENCES.map(([english, other]) => {
    const names = [...english.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const source = english
      .split(/\{(\w+)\}/)
      .map((part, index) => (index % 2 === 0 ? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : '(.+?)'))
      .join('');
    return { pattern: new RegExp(`^${source}$`, 's'), names, turkish: other };
  });
  // Several reasons in one text, where all are ours; otherwise the whole may be one sentence with a semicolon in it.
  const parts = text.split('; ');
  const said = parts.length === 1 ? [] : parts.map((part) => turkish(part, depth - 1));
  if (said.length > 0 && said.every((part) => part !== undefined)) return said.join('; ');
  for (const { pattern, names, turkish: other } of compiled) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const values = new Map(names.map((name, index) => [name, match[index + 1] ?? '']));
    return other.replace(/\{(\w+)\}/g, (_whole, name: string) => {
      const value = values.get(name) ?? '';
      return turkish(value, depth - 1) ?? value;
    });
  }
  return said.every((part) => part === undefined) ? undefined : parts.map((part, i) => said[i] ?? part).join('; ');
}
