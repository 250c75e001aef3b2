/** One command on the state of an account, which it changes. */
export function answer(state: object, args: string[], input: string): { code: number; output: string; errors: string };
