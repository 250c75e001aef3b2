import type { TemplateTexts } from './template-texts.ts';

export const tr: TemplateTexts = {
  greeting: 'Merhaba,',
  thanks: 'Mesajınız için teşekkür ederiz.',
  paragraphs: {
    order:
      'Konuyu inceleyebilmemiz için lütfen sipariş numaranızı bize iletir ve bize siparişi verirken kullandığınız e-posta adresinden yazar mısınız? Numarayı sipariş onayınızda bulabilirsiniz.',
    appointment:
      'Konuyu inceleyebilmemiz için lütfen randevunuzun gününü ve saatini veya numarasını bize iletir ve bize randevuyu alırken kullandığınız e-posta adresinden yazar mısınız?',
    check: 'Talebinizi inceliyoruz ve size yanıtla geri döneceğiz.',
  },
  closing: 'Saygılarımızla,',
};
