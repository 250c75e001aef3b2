import { getCookie } from 'hono/cookie';
import type { PageContext } from '../view.ts';

export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

/** The zone of the browser's clock as its script has told; without one where the network says that it is, else UTC. */
export function zoneOfRequest(c: PageContext): string {
  const { cf } = c.req.raw as { cf?: { timezone?: unknown } };
  const told = [getCookie(c, 'zone'), cf?.timezone];
  return told.find((zone): zone is string => typeof zone === 'string' && zone !== '' && isZone(zone)) ?? 'UTC';
}

/**
 * The instant at which clocks of a zone show `wall` (`2026-03-29T02:30`, as a datetime-local field has it); null where it is
 * none. Of an hour that a clock change leaves out, the hour after; of one that comes twice, one of the two.
 */
export function instantIn(zone: string, wall: string): Date | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?$/.test(wall)) return null;
  const asUtc = Date.parse(`${wall}Z`);
  if (Number.isNaN(asUtc)) return null;
  const guess = asUtc - offsetMs(zone, asUtc);
  return new Date(asUtc - offsetMs(zone, guess));
}

/** How far clocks of a zone are ahead of UTC at an instant. */
function offsetMs(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-u-ca-gregory', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(new Date(at));
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const shown = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return shown - Math.floor(at / 1000) * 1000;
}
