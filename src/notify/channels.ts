import type { ChannelName } from './channel-names.ts';
import type { Notice } from './notice.ts';

/** What came of telling a channel. `code` is ours or the channel's status, never its words. */
export type Sent =
  | { status: 'sent' }
  /** `waitMs`: the channel asked for this pause. */
  | { status: 'not-sent'; code: string; waitMs: number | null };

export interface Channel {
  /** Why it cannot be used: which value is missing or wrong; null where it can. */
  gap: string | null;
  /** Never throws; ends within its time limit. */
  send(notice: Notice): Promise<Sent>;
}

export type Channels = Record<ChannelName, Channel>;
