/**
 * The closed vocabulary of what can go wrong, mapped once for HTTP (`status`) and once for queues (`retryable`).
 * Unknown exceptions become INTERNAL with a fixed text.
 */
export const ERROR_CODES = {
  INVALID_REQUEST: { status: 400, retryable: false },
  UNAUTHENTICATED: { status: 401, retryable: false },
  FORBIDDEN: { status: 403, retryable: false },
  FORM_EXPIRED: { status: 403, retryable: false },
  NOT_FOUND: { status: 404, retryable: false },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false },
  CONFLICT: { status: 409, retryable: false },
  MESSAGE_CONFLICT: { status: 409, retryable: false },
  DRAFT_IN_PROGRESS: { status: 409, retryable: true },
  DRAFT_STATE: { status: 409, retryable: false },
  FACTS_CHANGED: { status: 409, retryable: false },
  CONFIRMATION_REQUIRED: { status: 409, retryable: false },
  TOO_LARGE: { status: 413, retryable: false },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, retryable: false },
  UNPROCESSABLE: { status: 422, retryable: false },
  IDEMPOTENCY_MISMATCH: { status: 422, retryable: false },
  RATE_LIMITED: { status: 429, retryable: true },
  INTERNAL: { status: 500, retryable: true },
  DATABASE_UNAVAILABLE: { status: 503, retryable: true },
  DATABASE_TIMEOUT: { status: 503, retryable: true },
} as const satisfies Record<string, { status: number; retryable: boolean }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An outcome that a caller has to know of. `message` and `details` go out as they are: never bodies, PII or secrets. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: unknown;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: unknown; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
