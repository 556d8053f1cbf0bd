import { Type, type Static, type TObject, type TProperties } from '@sinclair/typebox';

/** A closed object in which every key may be left out when it has a default. Unknown keys are typos. */
const group = <T extends TProperties>(properties: T, description: string): TObject<T> =>
  Type.Object(properties, { additionalProperties: false, default: {}, description });

const seconds = (value: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 31_536_000, default: value, description });

const count = (value: number, maximum: number, description: string) =>
  Type.Integer({ minimum: 1, maximum, default: value, description });

const scheduled = (what: string) =>
  Type.Integer({
    minimum: 0,
    maximum: 31_536_000,
    default: 0,
    description: `Seconds between scheduled runs: ${what}; 0 is off`,
  });

const Id = Type.String({
  pattern: '^[a-z0-9][a-z0-9._-]{0,62}$',
  description: 'Lower-case letters, digits, dot, dash, underscore',
});

/** `file:PATH` (relative to the configuration file) or `env:NAME`. The secret itself never stands in the configuration. */
const SecretReference = Type.String({
  pattern: '^(file:.+|env:[A-Za-z_][A-Za-z0-9_]*)$',
  description: 'file:PATH or env:NAME',
});

const Community = Type.Object(
  {
    version: Type.Unsafe<'1' | '2c'>({
      type: 'string',
      enum: ['1', '2c'],
      description: '1 for devices that know nothing newer: slower, and without 64-bit counters',
    }),
    community: SecretReference,
    writeCommunity: Type.Optional(SecretReference),
  },
  { additionalProperties: false },
);

const User = Type.Object(
  {
    version: Type.Literal('3'),
    user: Type.String({ minLength: 1, maxLength: 32 }),
    auth: Type.Optional(
      Type.Object(
        {
          protocol: Type.Unsafe<'md5' | 'sha' | 'sha224' | 'sha256' | 'sha384' | 'sha512'>({
            type: 'string',
            enum: ['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512'],
          }),
          password: SecretReference,
        },
        { additionalProperties: false },
      ),
    ),
    priv: Type.Optional(
      Type.Object(
        {
          protocol: Type.Unsafe<'des' | 'aes' | 'aes192b' | 'aes192r' | 'aes256b' | 'aes256r'>({
            type: 'string',
            enum: ['des', 'aes', 'aes192b', 'aes192r', 'aes256b', 'aes256r'],
            description: 'b and r: the key extensions of Blumenthal and of Reeder (Cisco)',
          }),
          password: SecretReference,
        },
        { additionalProperties: false },
      ),
    ),
    context: Type.Optional(Type.String({ maxLength: 32 })),
  },
  { additionalProperties: false },
);

const Profile = Type.Object(
  {
    timeoutMs: Type.Integer({ minimum: 100, maximum: 60_000, default: 2000, description: 'Wait for one answer' }),
    retries: Type.Integer({ minimum: 0, maximum: 10, default: 3, description: 'Repeats of one request' }),
    maxRepetitions: Type.Integer({
      minimum: 1,
      maximum: 100,
      default: 25,
      description: 'Rows asked for in one GETBULK',
    }),
    minGapMs: Type.Integer({
      minimum: 0,
      maximum: 10_000,
      default: 0,
      description: 'Least time between two datagrams to the device',
    }),
    maxPacketsPerSec: Type.Integer({
      minimum: 0,
      maximum: 100_000,
      default: 0,
      description: 'Datagrams to the device in a second, repeats included; 0 is no limit',
    }),
    tablesSec: seconds(60, 'Interval of the small topology tables (LLDP, CDP, LAG, STP, ARP)'),
    interfacesSec: seconds(60, 'Interval of the interface tables and counters'),
    forwardingSec: seconds(300, 'Interval of the forwarding and routing tables'),
    vlanContexts: Type.Boolean({
      default: true,
      description: 'Read forwarding tables VLAN by VLAN where the device wants it',
    }),
  },
  { additionalProperties: false },
);

const DeviceEntry = Type.Object(
  {
    id: Type.Optional(Id),
    address: Type.Optional(Type.String({ description: 'IPv4 or IPv6 address' })),
    prefix: Type.Optional(
      Type.String({ description: 'Every address of this prefix that answers SNMP, e.g. 10.1.2.0/24' }),
    ),
    port: Type.Integer({ minimum: 1, maximum: 65535, default: 161 }),
    site: Id,
    role: Type.String({
      minLength: 1,
      maxLength: 40,
      default: 'switch',
      description: 'core, access, router, cmts …; cmts also brings its modems',
    }),
    credential: Id,
    modemCredential: Type.Optional({ ...Id, description: 'For a CMTS: the credential of its modems' }),
    modemPort: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 65535, description: 'For a CMTS: the SNMP port of its modems' }),
    ),
    profile: { ...Id, default: 'default' } as typeof Id,
    engineId: Type.Optional(
      Type.String({
        pattern: '^(0x)?([0-9A-Fa-f]{2}){5,32}$',
        description:
          'The SNMPv3 engine id of the device, in hex and quotes: another one that answers for it is refused',
      }),
    ),
    otherAddressUntil: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}(T[0-9:.]+Z)?$',
        description: 'Until this day (2027-01-31) the device may answer from another of its addresses',
      }),
    ),
    anchor: Type.Boolean({ default: false, description: 'Counts as "the network" when impact is asked for' }),
  },
  { additionalProperties: false },
);

/** The whole configuration file. Every key has a default or says what is needed. */
export const Config = Type.Object(
  {
    api: group(
      {
        host: Type.String({ default: '127.0.0.1', description: 'Address the API listens on' }),
        port: Type.Integer({ minimum: 0, maximum: 65535, default: 8080 }),
        token: Type.Optional(SecretReference),
        requestsPerMinute: count(100, 1_000_000, 'Limit per user, or per address without one'),
      },
      'The HTTP API',
    ),
    database: group(
      { url: Type.Optional(SecretReference), maxConnections: count(10, 100, 'Connections of the collector') },
      'PostgreSQL or TimescaleDB; an embedded PostgreSQL starts when no url is given',
    ),
    dataDir: Type.String({ default: '.plantgraph', description: 'Embedded database, PNM files, token' }),
    tftp: group(
      {
        listen: Type.Array(Type.String(), { default: ['0.0.0.0'], description: 'Local addresses; one socket each' }),
        port: Type.Integer({ minimum: 1, maximum: 65535, default: 69, description: 'Real modems always send to 69' }),
        advertise: Type.Optional(Type.String({ description: 'The address of this host as the modems reach it' })),
      },
      'Where cable modems upload their files',
    ),
    traps: group(
      {
        listen: Type.Array(Type.String(), {
          default: [],
          description: 'Local addresses on which notifications of the devices are heard; none: they are not',
        }),
        port: Type.Integer({ minimum: 1, maximum: 65535, default: 162 }),
      },
      'linkDown, linkUp and restarts told by a device make the collector read it at once; nothing else follows from them',
    ),
    sites: Type.Array(
      Type.Object({ id: Id, name: Type.Optional(Type.String({ maxLength: 80 })) }, { additionalProperties: false }),
      { default: [], description: 'Sites; a device names its site by id' },
    ),
    credentials: Type.Record(Id, Type.Union([Community, User]), { default: {}, description: 'Named SNMP credentials' }),
    profiles: Type.Record(Id, Profile, { default: {}, description: 'Named polling profiles; "default" exists' }),
    devices: Type.Array(DeviceEntry, { default: [], description: 'The inventory' }),
    topology: group(
      {
        removeAfterPolls: count(3, 100, 'Whole polls without a sighting after which a link is closed'),
        graceSec: seconds(900, 'A link that returns within this time continues its interval'),
        maxMacsPerPort: count(2, 10_000, 'More stations than this on one port become a segment'),
      },
      'Inference and the life of edges',
    ),
    pnm: group(
      {
        rxmerEverySec: scheduled('RxMER of every modem'),
        constellationEverySec: scheduled('constellation'),
        channelEstimateEverySec: scheduled('channel estimate'),
        preEqualiserEverySec: scheduled('pre-equaliser of the OFDMA channels'),
        histogramEverySec: scheduled('downstream histogram; it holds a modem for 10 s'),
        modulationProfileEverySec: scheduled('modulation profiles'),
        spectrumEverySec: scheduled('spectrum of the whole downstream band'),
        fecSummaryEverySec: scheduled('codeword summary; most modems are held for 10 min by it'),
        latencyReportEverySec: scheduled('latency report, where service flows keep latency histograms'),
        modemScalarsEverySec: Type.Integer({
          minimum: 0,
          maximum: 31_536_000,
          default: 300,
          description: 'How often levels, quality and pre-equalisers of each modem are read; 0 is off',
        }),
        parallelScalars: count(16, 1000, 'Modems whose levels are read at the same time'),
        parallelModems: count(10, 1000, 'Modems measured at the same time'),
        requiredMerDb: Type.Number({
          minimum: 0,
          maximum: 63.5,
          default: 34,
          description: 'Required MER where the modulation is not known',
        }),
        writeAllowed: Type.Boolean({
          default: false,
          description: 'Whether the collector may SET objects of modems at all',
        }),
      },
      'Measurements of cable modems',
    ),
    retention: group(
      {
        rawDays: count(7, 3650, 'Raw rows kept as evidence'),
        pollDays: count(30, 3650, 'Outcomes of polls and interface counters'),
        edgeDays: count(400, 36_500, 'Closed links and events'),
        fileDays: count(30, 3650, 'PNM files and their arrays'),
      },
      'How long data is kept',
    ),
  },
  { additionalProperties: false },
);
export type Config = Static<typeof Config>;
export type ConfigDevice = Config['devices'][number];
export type ConfigProfile = Static<typeof Profile>;

/** The polling profile that always exists: every default of `Profile`. */
export const DEFAULT_PROFILE: ConfigProfile = {
  timeoutMs: 2000,
  retries: 3,
  maxRepetitions: 25,
  minGapMs: 0,
  maxPacketsPerSec: 0,
  tablesSec: 60,
  interfacesSec: 60,
  forwardingSec: 300,
  vlanContexts: true,
};
