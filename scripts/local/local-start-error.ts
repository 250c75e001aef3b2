export type LocalStartErrorCode =
  | 'INVALID_DATABASE_URL'
  | 'DATABASE_UNREACHABLE'
  | 'PGVECTOR_MISSING'
  | 'DATA_DIRECTORY_LOCKED'
  | 'DATA_DIRECTORY_INCOMPATIBLE'
  | 'MIGRATIONS_MISSING'
  | 'MIGRATION_FAILED'
  | 'PORT_BUSY';

/** Why a local service did not start; `message` is one line that a person can act on and holds no password. */
export class LocalStartError extends Error {
  readonly code: LocalStartErrorCode;

  constructor(code: LocalStartErrorCode, message: string, options?: ErrorOptions) {
    super(message.replace(/\s+/g, ' ').trim(), options);
    this.name = 'LocalStartError';
    this.code = code;
  }
}
