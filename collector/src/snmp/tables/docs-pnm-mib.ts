/** DOCS-PNM-MIB (2024-07-05), the modem side. Columns of tests are indexed by the channel's ifIndex. */

/** Where files go. InetAddressType: 1 ipv4, 2 ipv6. Writable only while docsPnmCmCtlStatus is ready. */
export const docsPnmBulkDestIpAddrType = '1.3.6.1.4.1.4491.2.1.27.1.1.1.1.0';
/** 4 or 16 raw octets. */
export const docsPnmBulkDestIpAddr = '1.3.6.1.4.1.4491.2.1.27.1.1.1.2.0';
/** Directory with all its delimiters: the modem joins path and name blindly. */
export const docsPnmBulkDestPath = '1.3.6.1.4.1.4491.2.1.27.1.1.1.3.0';
/** other 1, noAutoUpload 2, autoUpload 3. */
export const docsPnmBulkUploadControl = '1.3.6.1.4.1.4491.2.1.27.1.1.1.4.0';

/** Files the modem holds. Index: 1 … 255. */
export const docsPnmBulkFileName = '1.3.6.1.4.1.4491.2.1.27.1.1.2.1.2';
/** tftpUpload 2, cancelUpload 3, deleteFile 4. */
export const docsPnmBulkFileControl = '1.3.6.1.4.1.4491.2.1.27.1.1.2.1.3';
export const docsPnmBulkFileUploadStatus = '1.3.6.1.4.1.4491.2.1.27.1.1.2.1.4';

/** The gate: one test of a modem at a time. other 1, ready 2, testInProgress 3, tempReject 4. */
export const docsPnmCmCtlStatus = '1.3.6.1.4.1.4491.2.1.27.1.2.1.3.0';

/** Arms the modem for one symbol; it waits for the CMTS's trigger of the same group. */
export const docsPnmCmDsOfdmSymTrigEnable = '1.3.6.1.4.1.4491.2.1.27.1.2.2.1.1';
/** Seconds, 0 … 3600; 0 waits for ever, and holds the gate as long. Gauge32. */
export const docsPnmCmDsOfdmSymTrigEnableTimeout = '1.3.6.1.4.1.4491.2.1.27.1.2.2.1.2';
export const docsPnmCmDsOfdmSymTrigGroupId = '1.3.6.1.4.1.4491.2.1.27.1.2.2.1.3';
export const docsPnmCmDsOfdmSymMeasStatus = '1.3.6.1.4.1.4491.2.1.27.1.2.2.1.8';
export const docsPnmCmDsOfdmSymCaptFileName = '1.3.6.1.4.1.4491.2.1.27.1.2.2.1.9';

export const docsPnmCmOfdmChEstCoefTrigEnable = '1.3.6.1.4.1.4491.2.1.27.1.2.3.1.1';
export const docsPnmCmOfdmChEstCoefMeasStatus = '1.3.6.1.4.1.4491.2.1.27.1.2.3.1.7';
export const docsPnmCmOfdmChEstCoefFileName = '1.3.6.1.4.1.4491.2.1.27.1.2.3.1.8';

export const docsPnmCmDsConstDispTrigEnable = '1.3.6.1.4.1.4491.2.1.27.1.2.4.1.1';
/** Above the lowest data modulation order received, 0 … 10; Gauge32. */
export const docsPnmCmDsConstDispModOrderOffset = '1.3.6.1.4.1.4491.2.1.27.1.2.4.1.2';
/** 8192 is the most that is useful; the value of the last run persists. Gauge32. */
export const docsPnmCmDsConstDispNumSampleSymb = '1.3.6.1.4.1.4491.2.1.27.1.2.4.1.3';
export const docsPnmCmDsConstDispMeasStatus = '1.3.6.1.4.1.4491.2.1.27.1.2.4.1.5';
export const docsPnmCmDsConstDispFileName = '1.3.6.1.4.1.4491.2.1.27.1.2.4.1.6';

export const docsPnmCmDsOfdmRxMerFileEnable = '1.3.6.1.4.1.4491.2.1.27.1.2.5.1.1';
export const docsPnmCmDsOfdmRxMerMeasStatus = '1.3.6.1.4.1.4491.2.1.27.1.2.5.1.7';
export const docsPnmCmDsOfdmRxMerFileName = '1.3.6.1.4.1.4491.2.1.27.1.2.5.1.8';

/** interval10min 2 (600 records of a second), interval24hr 3 (1440 of a minute). */
export const docsPnmCmDsOfdmFecSumType = '1.3.6.1.4.1.4491.2.1.27.1.2.7.1.1';
export const docsPnmCmDsOfdmFecFileEnable = '1.3.6.1.4.1.4491.2.1.27.1.2.7.1.2';
export const docsPnmCmDsOfdmFecMeasStatus = '1.3.6.1.4.1.4491.2.1.27.1.2.7.1.3';
export const docsPnmCmDsOfdmFecFileName = '1.3.6.1.4.1.4491.2.1.27.1.2.7.1.4';

/** Index: ifIndex of the MAC layer (127), not of a channel. */
export const docsPnmCmDsHistEnable = '1.3.6.1.4.1.4491.2.1.27.1.2.9.1.1';
/** Seconds that the test runs, and holds the gate; 1800 unless written. Gauge32. */
export const docsPnmCmDsHistTimeOut = '1.3.6.1.4.1.4491.2.1.27.1.2.9.1.2';
export const docsPnmCmDsHistMeasStatus = '1.3.6.1.4.1.4491.2.1.27.1.2.9.1.3';
export const docsPnmCmDsHistFileName = '1.3.6.1.4.1.4491.2.1.27.1.2.9.1.4';

/** Index: ifIndex of the upstream OFDMA channel (278). One trigger makes two files. */
export const docsPnmCmUsPreEqFileEnable = '1.3.6.1.4.1.4491.2.1.27.1.2.10.1.1';
export const docsPnmCmUsPreEqMeasStatus = '1.3.6.1.4.1.4491.2.1.27.1.2.10.1.8';
export const docsPnmCmUsPreEqLastUpdateFileName = '1.3.6.1.4.1.4491.2.1.27.1.2.10.1.9';
export const docsPnmCmUsPreEqFileName = '1.3.6.1.4.1.4491.2.1.27.1.2.10.1.10';

/** Outside the gate: runs beside other tests. */
export const docsPnmCmDsOfdmModProfFileEnable = '1.3.6.1.4.1.4491.2.1.27.1.2.11.1.1';
export const docsPnmCmDsOfdmModProfMeasStatus = '1.3.6.1.4.1.4491.2.1.27.1.2.11.1.2';
export const docsPnmCmDsOfdmModProfFileName = '1.3.6.1.4.1.4491.2.1.27.1.2.11.1.3';

/** Latency of upstream service flows. Index: ifIndex of the MAC layer; outside the gate. Gauge32 all but the name. */
export const docsCmLatencyRptCfgSnapshotDuration = '1.3.6.1.4.1.4491.2.1.27.1.4.1.1.1';
export const docsCmLatencyRptCfgNumSnapshots = '1.3.6.1.4.1.4491.2.1.27.1.4.1.1.2';
/** The trigger: files still to come, 0 stops, 255 never ends. */
export const docsCmLatencyRptCfgNumFiles = '1.3.6.1.4.1.4491.2.1.27.1.4.1.1.3';
/** Never shows sampleReady. */
export const docsCmLatencyRptCfgMeasStatus = '1.3.6.1.4.1.4491.2.1.27.1.4.1.1.4';
/** The start of the name: the modem adds its MAC and a number. */
export const docsCmLatencyRptCfgFileName = '1.3.6.1.4.1.4491.2.1.27.1.4.1.1.5';

export const CTL_STATUS = { other: 1, ready: 2, testInProgress: 3, tempReject: 4 } as const;

/** MeasStatusType. It keeps the value of the run before: a `sampleReady` right after the trigger may be old. */
export const MEAS_STATUS = {
  other: 1,
  inactive: 2,
  busy: 3,
  sampleReady: 4,
  error: 5,
  resourceUnavailable: 6,
  sampleTruncated: 7,
  interfaceModification: 8,
} as const;

export const UPLOAD_STATUS = {
  other: 1,
  available: 2,
  inProgress: 3,
  completed: 4,
  pending: 5,
  cancelled: 6,
  error: 7,
} as const;

export const FILE_CONTROL = { upload: 2, cancel: 3, delete: 4 } as const;
