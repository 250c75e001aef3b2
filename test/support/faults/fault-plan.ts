import { AsyncLocalStorage } from 'node:async_hooks';
import { seededRandom, seedOf } from '../../../scripts/lib/seeded-random.ts';

/**
 * What can happen between the Worker and somebody it talks to. `delay`: late, but within the deadline · `hang`: later than
 * any deadline · `drop`: the request never arrives · `lost`: it is carried out, the answer never comes · `cut`: half an
 * answer · `repeat`: it is carried out twice · `corrupt`: an answer that is none.
 */
export const FAULTS = ['delay', 'hang', 'drop', 'lost', 'cut', 'repeat', 'corrupt'] as const;
export type Fault = (typeof FAULTS)[number];

/** Operations run at the same time; each has a stream of its own, so that its faults do not depend on the others. */
export const currentStream = new AsyncLocalStorage<string>();

export interface FaultPlan {
  /** The fault of the next request of a stream to somebody, or none. */
  next(target: string, stream: string, share: number, among?: readonly Fault[]): Fault | undefined;
  /** A number in [0, 1) that belongs to the next decision of a stream. */
  chance(target: string, stream: string): number;
  /** From now on nothing goes wrong any more. */
  stop(): void;
  counts: Record<string, number>;
}

/** Decides by seed, stream and the number of the request in its stream: the same seed plays the same faults to the same operation. */
export function createFaultPlan(seed: number): FaultPlan {
  const asked = new Map<string, number>();
  const counts: Record<string, number> = {};
  let stopped = false;
  const randomOf = (target: string, stream: string) => {
    const key = `${target} ${stream}`;
    const nth = (asked.get(key) ?? 0) + 1;
    asked.set(key, nth);
    return seededRandom(seedOf(`${seed} ${key} ${nth}`));
  };
  return {
    counts,
    next(target, stream, share, among = FAULTS) {
      const random = randomOf(target, stream);
      if (stopped || random() >= share) return undefined;
      const fault = among[Math.floor(random() * among.length)];
      counts[`${target}:${fault}`] = (counts[`${target}:${fault}`] ?? 0) + 1;
      return fault;
    },
    chance: (target, stream) => (stopped ? 1 : randomOf(target, stream)()),
    stop() {
      stopped = true;
    },
  };
}
