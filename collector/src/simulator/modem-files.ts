import { ipFromBytes } from '../lib/ip.js';
import { TAG } from '../snmp/ber.js';
import type { Instance } from '../snmp/recording.js';
import type { ServedInstance } from './mib-view.js';
import { BULK_FILE_ENTRY, SetRefused, STATUS } from './modem-objects.js';
import { UPLOAD, type ModemFile, type ModemState } from './modem-state.js';
import { uploadByTftp, type TftpUpload } from './tftp-client.js';

/** The modem's small store of files and their way out: docsPnmBulkFileTable. */
export interface FileStore {
  /** Adds a file; the oldest makes room. */
  keep(name: string, bytes: Uint8Array, isToUpload: boolean): void;
  /** docsPnmBulkFileControl and its neighbours; false when the varbind is about something else. Throws SetRefused. */
  control(varbind: Instance): boolean;
  instances(): ServedInstance[];
  counters(): { uploadsCompleted: number; uploadsFailed: number; filesOverwritten: number };
  /** Ends uploads and forgets all files. */
  clear(): Promise<void>;
}

export interface FileStoreOptions {
  readonly address: string;
  readonly tftpPort: number;
  readonly tftpTimeoutMs: number;
  readonly tftpRetries: number;
  readonly tftpBlockSize?: number;
  destination(): ModemState['destination'];
  faults(): { readonly neverUploads?: boolean; readonly stopsUploadAfterBlocks?: number };
  /** Rows came or went. */
  onChange(): void;
}

const MAX_FILES = 8;
const LAST_ROW = 255;
const COLUMN = { name: 2, control: 3, status: 4 } as const;
const CONTROL = { other: 1, upload: 2, cancel: 3, delete: 4 } as const;

export function createFileStore(options: FileStoreOptions): FileStore {
  const counters = { uploadsCompleted: 0, uploadsFailed: 0, filesOverwritten: 0 };
  const uploads = new Set<Promise<void>>();
  let aborter = new AbortController();
  let files: ModemFile[] = [];
  let lastRow = 0;

  const toUpload = (file: ModemFile): TftpUpload => {
    const { address, path } = options.destination();
    const { stopsUploadAfterBlocks } = options.faults();
    return {
      localAddress: options.address,
      host: ipFromBytes(address) ?? '0.0.0.0',
      port: options.tftpPort,
      fileName: path + file.name,
      bytes: file.bytes,
      timeoutMs: options.tftpTimeoutMs,
      retries: options.tftpRetries,
      signal: aborter.signal,
      ...(options.tftpBlockSize === undefined ? {} : { blockSize: options.tftpBlockSize, announcesSize: true }),
      ...(stopsUploadAfterBlocks === undefined ? {} : { stopAfterBlocks: stopsUploadAfterBlocks }),
    };
  };

  /** One file at a time is on its way; the others are pending. */
  const uploadNext = () => {
    if (options.faults().neverUploads === true || files.some(({ status }) => status === UPLOAD.inProgress)) return;
    const file = files.find(({ status }) => status === UPLOAD.pending);
    if (file === undefined) return;
    file.status = UPLOAD.inProgress;
    const { signal } = aborter;
    const upload = uploadByTftp(toUpload(file))
      .then(() => {
        file.status = UPLOAD.completed;
        counters.uploadsCompleted++;
      })
      .catch(() => {
        file.status = UPLOAD.error; // the reason stays in the modem, as with real ones
        counters.uploadsFailed++;
      })
      .finally(() => {
        uploads.delete(upload);
        if (!signal.aborted) uploadNext();
      });
    uploads.add(upload);
  };

  const command = (file: ModemFile, value: Instance['value']) => {
    switch (value) {
      case CONTROL.upload:
        if (files.some(({ status }) => status === UPLOAD.inProgress)) throw new SetRefused(STATUS.inconsistentValue);
        file.status = UPLOAD.pending;
        return uploadNext();
      case CONTROL.cancel:
        if (file.status === UPLOAD.pending) file.status = UPLOAD.cancelled;
        return;
      case CONTROL.delete:
        if (file.status === UPLOAD.inProgress) throw new SetRefused(STATUS.inconsistentValue);
        files = files.filter((other) => other !== file);
        return options.onChange();
      default:
        throw new SetRefused(STATUS.wrongValue);
    }
  };

  return {
    keep(name, bytes, isToUpload) {
      if (files.length >= MAX_FILES) {
        const oldest = files.find(({ status }) => status !== UPLOAD.inProgress);
        files = files.filter((file) => file !== oldest);
        counters.filesOverwritten++;
      }
      lastRow = lastRow === LAST_ROW ? 1 : lastRow + 1;
      files = [...files, { row: lastRow, name, bytes, status: isToUpload ? UPLOAD.pending : UPLOAD.available }];
      options.onChange();
      if (isToUpload) uploadNext();
    },
    control({ oid, tag, value }) {
      const isEntry =
        oid.length === BULK_FILE_ENTRY.length + 2 && BULK_FILE_ENTRY.every((part, at) => oid[at] === part);
      if (!isEntry) return false;
      const [column, row] = oid.slice(-2);
      const file = files.find((candidate) => candidate.row === row);
      if (file === undefined) throw new SetRefused(STATUS.noCreation);
      if (column !== COLUMN.control) throw new SetRefused(STATUS.notWritable);
      if (tag !== TAG.integer) throw new SetRefused(STATUS.wrongType);
      command(file, value);
      return true;
    },
    instances: () =>
      files.flatMap((file) => [
        {
          oid: [...BULK_FILE_ENTRY, COLUMN.name, file.row],
          tag: TAG.octets,
          value: new Uint8Array(Buffer.from(file.name, 'latin1')),
        },
        { oid: [...BULK_FILE_ENTRY, COLUMN.control, file.row], tag: TAG.integer, value: CONTROL.other },
        { oid: [...BULK_FILE_ENTRY, COLUMN.status, file.row], tag: TAG.integer, value: 0, read: () => file.status },
      ]),
    counters: () => ({ ...counters }),
    async clear() {
      aborter.abort();
      aborter = new AbortController();
      files = [];
      options.onChange();
      await Promise.all(uploads);
    },
  };
}
