import type { ExpectedUpload } from './expectations.js';

/** A file that is durable in the spool; its sender has its last ACK, or is about to. */
export interface ReceivedFile {
  readonly id: string;
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /** As the modem sent it: the asked name or its own default. */
  readonly name: string;
  readonly receivedAt: Date;
}

export type UploadEnd =
  | { readonly outcome: 'complete'; readonly file: ReceivedFile }
  | { readonly outcome: 'failed'; readonly reason: string; readonly detail: string; readonly bytes: number }
  | { readonly outcome: 'cancelled' };

/** One upload being waited for. */
export interface UploadWait {
  /** Never rejects. */
  readonly ended: Promise<UploadEnd>;
  /** True once the modem has asked to write. */
  readonly hasStarted: boolean;
  readonly bytes: number;
  /** Last failed try, when the modem may try again. */
  readonly lastFailure: { readonly reason: string; readonly detail: string; readonly bytes: number } | undefined;
  /** No longer expected; a running transfer ends. */
  cancel(): void;
}

/** Where modems upload to. */
export interface UploadReceiver {
  expect(upload: ExpectedUpload): UploadWait;
  /** False while the spool's volume is nearly full: then nothing should be triggered. */
  hasRoom(bytes: number): Promise<boolean>;
}
