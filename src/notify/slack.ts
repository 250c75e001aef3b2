import type { Channel } from './channels.ts';
import type { Notice } from './notice.ts';
import { postJson } from './post-json.ts';
import { figureWords, headline, linkOf } from './wording.ts';

export interface SlackSettings {
  webhookUrl: string;
  /** Webhooks of a Slack app have their channel and ignore this; older ones take it. */
  channel: string;
  publicUrl: string;
  timeoutMs: number;
}

/** Limits of Block Kit, in characters. */
const LONGEST_HEADER = 150;
const LONGEST_SECTION = 3_000;
const LONGEST_COMMAND = 1_000;
/** For a backtick, which would end the block of code; a quote in its place would end a word of the shell. */
const LOOKALIKE = '\u02cb';

export function createSlack(settings: SlackSettings): Channel {
  return {
    gap: gapOf(settings),
    send: (notice) => postJson(settings.webhookUrl, slackMessage(notice, settings), settings.timeoutMs),
  };
}

function gapOf({ webhookUrl }: SlackSettings): string | null {
  if (webhookUrl === '') return 'not configured: SLACK_WEBHOOK_URL';
  return URL.canParse(webhookUrl) && /^https?:/.test(webhookUrl) ? null : 'SLACK_WEBHOOK_URL is not a URL';
}

/** The message for an incoming webhook: headline, words, the number with its interval, link and rollback command. */
export function slackMessage(notice: Notice, settings: Pick<SlackSettings, 'channel' | 'publicUrl'>) {
  const { detail, figures, rollbackCommand } = notice;
  const link = linkOf(settings.publicUrl, notice);
  const about = [
    notice.businessId === null ? null : `business ${escapeSlack(notice.businessId)}`,
    notice.incidentId === null ? null : `incident ${escapeSlack(notice.incidentId)}`,
    `since ${notice.firedAt}`,
    `alert ${notice.alertId}`,
    link === null ? null : `<${escapeSlack(link)}|Open the numbers>`,
  ].filter((part) => part !== null);
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: cut(headline(notice), LONGEST_HEADER), emoji: false } },
    ...(detail === '' ? [] : [section(escapeSlack(detail, LONGEST_SECTION))]),
    ...(figures === null ? [] : [section(escapeSlack(figureWords(figures), LONGEST_SECTION))]),
    ...(rollbackCommand === null || notice.event === 'resolved'
      ? []
      : [
          section(
            `Roll back:\n\`\`\`${escapeSlack(rollbackCommand.replaceAll('`', LOOKALIKE), LONGEST_COMMAND)}\`\`\``,
          ),
        ]),
    { type: 'context', elements: [{ type: 'mrkdwn', text: cut(about.join(' · '), LONGEST_SECTION), verbatim: true }] },
  ];
  return {
    ...(settings.channel === '' ? {} : { channel: settings.channel }),
    text: escapeSlack(headline(notice), LONGEST_SECTION),
    blocks,
  };
}

function section(text: string) {
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
}

/** Text that Slack shows as it is: no mentions, links or channels. Cut before escaping, so that no entity is cut. */
export function escapeSlack(text: string, longest: number = LONGEST_SECTION): string {
  const escaped = (part: string) => part.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  let kept = text;
  let result = escaped(kept);
  while (result.length > longest) {
    kept = cut(kept, kept.length - Math.max(1, Math.ceil((result.length - longest) / 5)));
    result = escaped(kept);
  }
  return result;
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, Math.max(0, longest - 1)).toWellFormed()}…`;
}
