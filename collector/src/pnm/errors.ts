import { PlantgraphError } from '../lib/errors.js';

export type CaptureErrorCode =
  | 'PNM_WRITE_DISABLED' // by configuration
  | 'PNM_MODEM_UNKNOWN' // no CMTS has it
  | 'PNM_MODEM_OFFLINE'
  | 'PNM_MODEM_NO_ADDRESS'
  | 'PNM_MODEM_BUSY_HERE' // another run of ours, maybe on another collector
  | 'PNM_IDENTITY_MISMATCH' // the address belongs to somebody else now
  | 'PNM_IDENTITY_UNREADABLE'
  | 'PNM_NOT_SUPPORTED'
  | 'PNM_NO_CHANNEL'
  | 'PNM_BUSY'
  | 'PNM_TEMP_REJECT'
  | 'PNM_NO_DESTINATION'
  | 'PNM_DESTINATION_REFUSED'
  | 'PNM_SPOOL_FULL'
  | 'PNM_SET_REFUSED' // by us: not on the list of what may be written
  | 'PNM_TRIGGER_REFUSED'
  | 'PNM_MEASURE_TIMEOUT'
  | 'PNM_MEASURE_ERROR'
  | 'PNM_RESOURCE_UNAVAILABLE'
  | 'PNM_INTERFACE_CHANGED'
  | 'PNM_UPLOAD_MISSING'
  | 'PNM_UPLOAD_ELSEWHERE'
  | 'PNM_UPLOAD_FAILED'
  | 'PNM_FILE_UNASKED'
  | 'PNM_TYPE_MISMATCH'
  | 'PNM_MAC_MISMATCH'
  | 'PNM_MAC_UNUSABLE'
  | 'PNM_CHANNEL_MISMATCH'
  | 'PNM_IMPORT_KIND' // of no modem
  | 'PNM_FILE_POISONOUS' // it ended its decoder again and again
  | 'PNM_STORE_WAITING' // safe in the spool, stored later
  | 'PNM_LOCK_LOST'
  | 'PNM_CANCELLED'
  | 'PNM_INTERRUPTED'; // the collector stopped in the middle

const RETRYABLE: ReadonlySet<CaptureErrorCode> = new Set([
  'PNM_MODEM_BUSY_HERE',
  'PNM_IDENTITY_UNREADABLE',
  'PNM_BUSY',
  'PNM_TEMP_REJECT',
  'PNM_SPOOL_FULL',
  'PNM_MEASURE_TIMEOUT',
  'PNM_RESOURCE_UNAVAILABLE',
  'PNM_INTERFACE_CHANGED',
  'PNM_UPLOAD_MISSING',
  'PNM_UPLOAD_FAILED',
  'PNM_STORE_WAITING',
  'PNM_LOCK_LOST',
  'PNM_INTERRUPTED',
]);

/** Why a capture did not come about; the message says what to do. */
export class CaptureError extends PlantgraphError {
  readonly code: CaptureErrorCode;
  readonly retryable: boolean;

  constructor(code: CaptureErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = RETRYABLE.has(code);
  }
}
