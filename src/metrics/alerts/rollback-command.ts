export type CommandTarget =
  | { level: 'business'; businessId: string }
  | { level: 'cohort'; rampId: string }
  | { level: 'global' };

/** The command that an alert offers, ready to paste: an id of any characters is one word of the shell. */
export function rollbackCommand(target: CommandTarget, reason: string): string {
  const base = `npm run rollback -- --level ${target.level}`;
  const why = `--reason ${shellWord(reason)}`;
  switch (target.level) {
    case 'business':
      return `${base} --businessId${wordAfter(target.businessId)} ${why}`;
    case 'cohort':
      return `${base} --rampId${wordAfter(target.rampId)} ${why}`;
    case 'global':
      return `${base} ${why} --yes`;
  }
}

/** A value that begins like an option is one only behind "=". */
function wordAfter(value: string): string {
  return `${value.startsWith('-') ? '=' : ' '}${shellWord(value)}`;
}

/** POSIX: nothing is special within single quotes but the quote itself. */
function shellWord(text: string): string {
  return /^[A-Za-z0-9._:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
