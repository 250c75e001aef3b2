/** Texts of every page: each key in English and Turkish. `{name}` is filled in. */
export const COMMON_TEXTS = {
  skip: ['Skip to the content', 'İçeriğe geç'],
  'nav.label': ['Main', 'Ana menü'],
  'nav.inbox': ['Inbox', 'Gelen kutusu'],
  'nav.console': ['Console', 'Konsol'],
  'nav.metrics': ['Metrics', 'Ölçümler'],
  'nav.docs': ['API', 'API'],
  signOut: ['Sign out', 'Çıkış yap'],
  signOutEverywhere: ['Sign out everywhere', 'Her yerde çıkış yap'],
  signedInAs: ['Signed in as {name}', '{name} olarak oturum açıldı'],
  'theme.toDark': ['Dark theme', 'Koyu tema'],
  'theme.toLight': ['Light theme', 'Açık tema'],
  'language.switch': ['Türkçe', 'English'],
  'pager.label': ['Pages', 'Sayfalar'],
  'pager.first': ['First page', 'İlk sayfa'],
  'pager.next': ['Next page', 'Sonraki sayfa'],
  'age.now': ['just now', 'şimdi'],
  'age.minutes': ['{n} min ago', '{n} dk önce'],
  'age.hours': ['{n} h ago', '{n} sa önce'],
  'age.days': ['{n} d ago', '{n} gün önce'],
  cancel: ['Cancel', 'Vazgeç'],
  close: ['Close', 'Kapat'],
  undo: ['Undo', 'Geri al'],
  'flash.signedOut': ['You are signed out.', 'Oturum kapatıldı.'],
  'flash.signedOutEverywhere': ['You are signed out on every device.', 'Tüm cihazlarda oturumunuz kapatıldı.'],
  'flash.signIn': ['Please sign in.', 'Lütfen oturum açın.'],

  'flash.sessionOver': [
    'Your session is over and nothing was done. Sign in and try again.',
    'Oturumunuz sona erdi ve hiçbir şey yapılmadı. Oturum açıp yeniden deneyin.',
  ],

  'unsent.title': ['Your text was kept', 'Metniniz saklandı'],
  'unsent.text': [
    'Nothing was sent yet. Go on to the draft: your text stands there.',
    'Henüz hiçbir şey gönderilmedi. Taslağa dönün: metniniz orada duruyor.',
  ],
  'unsent.back': ['Back to the draft', 'Taslağa dön'],

  'signIn.kept': ['Your session is over', 'Oturumunuz sona erdi'],
  'signIn.kept.text': [
    'Nothing was sent. Your text is kept: after signing in you find it in the draft.',
    'Hiçbir şey gönderilmedi. Metniniz saklandı: oturum açınca taslakta bulacaksınız.',
  ],
  'signIn.title': ['Sign in', 'Oturum aç'],
  'signIn.lead': [
    'Use the key that you were given. It is read once and not stored in this browser.',
    'Size verilen anahtarı kullanın. Anahtar bir kez okunur ve bu tarayıcıda saklanmaz.',
  ],
  'signIn.key': ['Key', 'Anahtar'],
  'signIn.name': ['Your name', 'Adınız'],
  'signIn.nameHint': [
    'Your colleagues see it beside what you decide.',
    'Kararlarınızın yanında iş arkadaşlarınız bu adı görür.',
  ],
  'signIn.submit': ['Sign in', 'Oturum aç'],
  'signIn.wrongKey': ['This key is not valid.', 'Bu anahtar geçerli değil.'],
  'signIn.noReview': [
    'This key may not review drafts. Ask your operator for one that may (drafts:review).',
    'Bu anahtarla taslak incelenemez. Operatörünüzden inceleme yetkili bir anahtar isteyin (drafts:review).',
  ],
  'signIn.nameNeeded': [
    'Give your name: letters, digits, spaces and . _ @ + -, up to 60, and none of the system’s own.',
    'Adınızı yazın: harf, rakam, boşluk ve . _ @ + -, en çok 60; sistemin kendi adları olmaz.',
  ],
  'signIn.operatorName': [
    'Operators give one word as their name: letters of a to z, digits and . _ @ + -, and none of the system’s own.',
    'Operatörler adlarını tek sözcük olarak yazar: a–z harfleri, rakam ve . _ @ + -; sistemin kendi adları olmaz.',
  ],
  'signIn.tooMany': ['Too many attempts. Wait a minute.', 'Çok fazla deneme. Bir dakika bekleyin.'],

  'error.404': ['There is nothing here', 'Burada bir şey yok'],
  'error.404.text': [
    'The address is wrong, or what stood here is gone or not yours to see.',
    'Adres yanlış, ya da buradaki içerik kaldırılmış veya size açık değil.',
  ],
  'error.403': ['Not allowed', 'İzin yok'],
  'error.403.text': [
    'You may not do this with your sign-in. Ask your operator if you need it.',
    'Bu oturumla bunu yapamazsınız. Gerekiyorsa operatörünüze sorun.',
  ],
  'error.form': ['This page was of an earlier sign-in', 'Bu sayfa önceki bir oturumdan kalmıştı'],
  'error.form.text': [
    'Nothing was done. It happens when you sign in anew while a page is open. Open the page again and repeat it.',
    'Hiçbir şey yapılmadı. Sayfa açıkken yeniden oturum açınca olur. Sayfayı yeniden açıp tekrarlayın.',
  ],
  'error.400': ['That did not work', 'Bu olmadı'],
  'error.400.text': ['Something in the form or address is not right.', 'Formda veya adreste yanlış bir şey var.'],
  'error.500': ['Something went wrong on our side', 'Bizim tarafımızda bir sorun oluştu'],
  'error.500.text': [
    'Nothing was lost. Try again in a moment; if it stays, give us the request id.',
    'Hiçbir şey kaybolmadı. Birazdan yeniden deneyin; sürerse istek numarasını bize iletin.',
  ],
  'error.request': ['Request id', 'İstek numarası'],
  'error.back': ['To the start', 'Başa dön'],
} as const satisfies Record<string, readonly [string, string]>;
