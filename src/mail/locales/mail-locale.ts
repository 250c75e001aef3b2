/** How mail programs and people of one language write around a mail's own text. Lower case unless a header field. */
export interface MailLocale {
  /** Field names of a quoted header block, without colon: the sender's, and the others that prove it is a block. */
  headerFields: {
    from: readonly string[];
    sent: readonly string[];
    to: readonly string[];
    subject: readonly string[];
    cc: readonly string[];
  };
  /** Text between dashes above a quoted mail: "Original Message". */
  originalMessage: readonly string[];
  /** Text between dashes above a forwarded mail. */
  forwardedMessage: readonly string[];
  /** Words of "on <date>, <name> wrote:" that say so. */
  wrote: readonly string[];
  /** Words that such a line begins with, before the date. */
  attributionStart: readonly string[];
  /** Beginnings of a line that a mobile or mail program adds. */
  sentFrom: readonly string[];
  /** Ends of such a line, where the verb stands last. */
  sentFromEnd: readonly string[];
  /** Closings of a letter that stand alone on their line. */
  closing: readonly string[];
  /** Parts of an out-of-office or other automatic subject. */
  autoReplySubject: readonly string[];
  /** Parts of a bounce's subject. */
  bounceSubject: readonly string[];
  /** Beginnings of a meeting mail's subject. */
  calendarSubject: readonly string[];
  /** Frequent words; one letter words and those of many languages weigh little by themselves. */
  commonWords: readonly string[];
  /** Letters that hardly another of our languages uses. */
  letters: string;
}
