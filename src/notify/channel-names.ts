export const CHANNEL_NAMES = ['slack', 'email', 'pagerduty'] as const;
export type ChannelName = (typeof CHANNEL_NAMES)[number];
