import { PlantgraphError } from '../lib/errors.js';

export type SnmpErrorCode =
  | 'SNMP_TIMEOUT' // no answer within the tries
  | 'SNMP_AUTH' // refused credential, level or view
  | 'SNMP_ERROR_STATUS' // the agent answered with an error-status; see errorStatus
  | 'SNMP_CANCELLED'
  | 'SNMP_NO_WRITE_CREDENTIAL'
  | 'SNMP_SOCKET'; // the local socket failed

const RETRYABLE: ReadonlySet<SnmpErrorCode> = new Set(['SNMP_TIMEOUT', 'SNMP_SOCKET']);

/** A failed GET or SET. Never carries a credential, nor an error object of a library. */
export class SnmpError extends PlantgraphError {
  readonly code: SnmpErrorCode;
  readonly retryable: boolean;
  /** error-status of RFC 3416 (2 noSuchName, 12 inconsistentValue, 17 notWritable …) when the agent sent one. */
  readonly errorStatus: number | undefined;
  /** The OID that error-index points at. */
  readonly oid: string | undefined;

  constructor(code: SnmpErrorCode, message: string, detail: { errorStatus?: number; oid?: string } = {}) {
    super(message);
    this.code = code;
    this.errorStatus = detail.errorStatus;
    this.oid = detail.oid;
    // inconsistentValue and resourceUnavailable are worth one delayed retry (RFC 3416, 4.2.5)
    this.retryable = RETRYABLE.has(code) || detail.errorStatus === 12 || detail.errorStatus === 13;
  }
}
