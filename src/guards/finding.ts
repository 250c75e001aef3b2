/** What a guard saw. Guards return findings, they never throw over content. */
export interface Finding {
  /** Stable, upper case: "UNSUPPORTED_FACT", "FOREIGN_REPLY_TO", ... */
  code: string;
  /** `block`: the body must not reach a reviewer; `warning`: shown and marked; `info`: shown. */
  severity: 'info' | 'warning' | 'block';
  /** One sentence for a reviewer; never contains the private value itself. */
  message: string;
  /** UTF-16 offsets into the body, where the finding is about a place in it. */
  start?: number;
  end?: number;
}
