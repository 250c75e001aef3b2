/** Texts of experiments: RAG against the control arm. */
export const EXPERIMENT_TEXTS = {
  'experiment.lead': [
    'Of each enrolled business, a share of the threads is drafted without RAG: the control arm. Both arms have the same weeks, people and mail; what differs is RAG.',
    'Kayıtlı her işletmede yazışmaların bir payı RAG’sız hazırlanır: kontrol grubu. İki grubun haftaları, insanları ve postası aynıdır; fark RAG’dır.',
  ],
  'experiment.all': ['Over all enrolled businesses', 'Tüm kayıtlı işletmeler'],
  'experiment.of': ['RAG against control: {business}', 'RAG ve kontrol: {business}'],
  'experiment.primary': ['Approved without a material edit', 'Önemli düzenleme olmadan onaylanan'],
  'experiment.primaryHint': [
    'The primary metric: edited by 30 % or less, of reviews that are evidence. Approvals faster than anybody reads are left out.',
    'Ana ölçüm: kanıt sayılan incelemelerden en çok %30 düzenlenenler. Okunamayacak kadar hızlı onaylar sayılmaz.',
  ],
  'experiment.metric': ['The nine metrics', 'Dokuz ölçüm'],
  'experiment.interval': ['Difference (95 % interval)', 'Fark (%95 aralık)'],
  'experiment.intervalHint': [
    'The interval stays valid however often you look. Where it holds 0, no difference is certain.',
    'Aralık ne kadar sık bakılırsa bakılsın geçerlidir. 0’ı içeriyorsa kesin bir fark yoktur.',
  ],
  'experiment.verdict.better': ['RAG is better', 'RAG daha iyi'],
  'experiment.verdict.worse': ['RAG is worse', 'RAG daha kötü'],
  'experiment.verdict.no-difference-seen': ['no certain difference', 'kesin fark yok'],
  'experiment.verdict.not-enough-data': ['not enough data', 'veri yetersiz'],
  'experiment.words.not-enough-data': [
    'Not enough data: about {n} more reviews, at a control share of {share}.',
    'Veri yetersiz: {share} kontrol payıyla yaklaşık {n} inceleme daha.',
  ],
  'experiment.words.no-arm': [
    'Not enough data, and none will come: with a control share of {share} one arm gets no threads.',
    'Veri yetersiz ve gelmeyecek: {share} kontrol payıyla gruplardan biri yazışma almıyor.',
  ],
  'experiment.words.better': [
    'With RAG {estimate} more drafts are approved without a material edit; for certain between {low} and {high}.',
    'RAG ile önemli düzenleme olmadan onaylanan taslaklar {estimate} daha çok; kesin olarak {low} ile {high} arasında.',
  ],
  'experiment.words.worse': [
    'With RAG {estimate} fewer drafts are approved without a material edit; for certain between {low} and {high}.',
    'RAG ile önemli düzenleme olmadan onaylanan taslaklar {estimate} daha az; kesin olarak {low} ile {high} arasında.',
  ],
  'experiment.words.no-difference-seen': [
    'No difference that is certain: it lies between {low} and {high}.',
    'Kesin bir fark yok: {low} ile {high} arasında.',
  ],
  'experiment.words.toTell': [
    'If it stays as it is, about {n} more reviews will tell.',
    'Böyle sürerse yaklaşık {n} inceleme daha sonucu gösterir.',
  ],
  'experiment.broken': ['The split into arms is off', 'Gruplara bölünme sapmış'],
  'experiment.broken.text': [
    'More or fewer drafts are in the control arm than its share says: the share was changed within this window, or the assignment is broken. Do not decide on these numbers.',
    'Kontrol grubundaki taslak sayısı paya uymuyor: pay bu dönemde değişti ya da atama bozuk. Bu sayılarla karar vermeyin.',
  ],
  'experiment.ratio.ok': ['as it should be', 'olması gerektiği gibi'],
  'experiment.ratio.mismatch': ['mismatch', 'uyuşmuyor'],
  'experiment.ratio.no-data': ['no drafts yet', 'henüz taslak yok'],
  'experiment.list': ['Business by business', 'İşletme işletme'],
  'experiment.empty': ['Nobody is enrolled', 'Kimse kayıtlı değil'],
  'experiment.empty.text': [
    'Enrol a business: its threads are split into both arms from then on.',
    'Bir işletme kaydedin: yazışmaları o andan sonra iki gruba ayrılır.',
  ],
  'experiment.share': ['Control share', 'Kontrol payı'],
  'experiment.sharePercent': ['Control share of {business}, in percent', '{business} kontrol payı, yüzde'],
  'experiment.shareHint': [
    'Holds for threads from now on. Windows that reach back before the change mix both shares, and their sample ratio may be off.',
    'Bundan sonraki yazışmalar için geçerlidir. Değişiklikten öncesini kapsayan dönemlerde iki pay karışır, örneklem oranı sapabilir.',
  ],
  'experiment.shareSet': ['The control share of {business} is {share} now.', '{business} kontrol payı artık {share}.'],
  'experiment.change': ['Change', 'Değiştir'],
  'experiment.showAll': ['All businesses', 'Tüm işletmeler'],
} as const satisfies Record<string, readonly [string, string]>;
