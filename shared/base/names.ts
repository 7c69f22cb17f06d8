/**
 * Identifiers that must not be mixed up, each a type of its own. A tenant is a Slack team; a channel or a message's
 * timestamp means nothing without it, so what is kept of a message lies under the team and the thread's channel.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type TeamId = Branded<'TeamId'>;
export type ChannelId = Branded<'ChannelId'>;
export type UserId = Branded<'UserId'>;
/** A Slack message timestamp: a string of digits and a point, never a number. */
export type Ts = Branded<'Ts'>;

export const teamId = (value: string): TeamId => value as TeamId;
export const channelId = (value: string): ChannelId => value as ChannelId;
export const userId = (value: string): UserId => value as UserId;
export const ts = (value: string): Ts => value as Ts;
