import { PlantgraphError } from '../lib/errors.js';

export type DatabaseErrorCode =
  | 'DATABASE_UNREACHABLE' // no connection within the deadline
  | 'DATABASE_START_FAILED' // the embedded server did not come up; the message quotes its log
  | 'DATABASE_IN_USE' // another process owns the data directory
  | 'DATABASE_NO_USER' // root needs an unprivileged user for the server and could not make one
  | 'DATABASE_NO_BINARIES' // no PostgreSQL for this platform
  | 'DATABASE_MIGRATION_CHANGED' // an applied migration's text differs from the file
  | 'DATABASE_MIGRATION_FAILED'
  | 'DATABASE_NEWER'; // the database was migrated by a newer release

/** A failure of the database itself, as against an answer it gave. Never carries a password. */
export class DatabaseError extends PlantgraphError {
  readonly code: DatabaseErrorCode;
  readonly retryable: boolean;

  constructor(code: DatabaseErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = code === 'DATABASE_UNREACHABLE';
  }
}
