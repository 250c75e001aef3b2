import { describe, expect, it } from 'vitest';
import { AppError, ERROR_CODES, type ErrorCode } from '../../src/lib/errors.ts';

const CODES = Object.entries(ERROR_CODES) as [ErrorCode, { status: number; retryable: boolean }][];

describe('the vocabulary of errors', () => {
  it.each(CODES)(
    '%s is a client’s or a server’s, and is tried again only where that can help',
    (code, { status, retryable }) => {
      expect(code).toMatch(/^[A-Z]+(?:_[A-Z]+)*$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
      if (status >= 500 || status === 429) expect(retryable).toBe(true);
      if (retryable) expect([409, 429, 500, 503]).toContain(status);
    },
  );
});

describe('an error that a caller has to know of', () => {
  it('carries its code, details and when to come back, and keeps its cause to itself', () => {
    const cause = new Error('inner');
    const error = new AppError('RATE_LIMITED', 'Too many.', { details: { limit: 1 }, retryAfterSeconds: 60, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'AppError',
      code: 'RATE_LIMITED',
      message: 'Too many.',
      details: { limit: 1 },
      retryAfterSeconds: 60,
      cause,
    });
    expect(JSON.stringify(error)).not.toContain('inner');
  });

  it('needs neither', () => {
    const error = new AppError('NOT_FOUND', 'Nothing.');
    expect([error.details, error.retryAfterSeconds, error.cause]).toEqual([undefined, undefined, undefined]);
  });
});
