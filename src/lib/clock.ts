/** Time is injected. In a Worker it moves only at I/O, so measure around I/O only. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
