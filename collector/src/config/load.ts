import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { dirname, resolve } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import { isNode, isPair, isMap, LineCounter, parseDocument, type Document } from 'yaml';
import { ConfigError, type ConfigProblem } from './errors.js';
import { nearest } from './nearest.js';
import { Config, DEFAULT_PROFILE } from './schema.js';
import { resolveSecret } from './secrets.js';

/** The configuration with its defaults filled in, and where it came from. */
export interface Loaded {
  readonly config: Config;
  /** Folder that relative paths and `file:` references start from. */
  readonly baseDir: string;
}

const MAX_FILE_BYTES = 4 * 1024 * 1024;

const ajv = new Ajv({ allErrors: true, useDefaults: true, strict: false, verbose: true });
const validate = ajv.compile(Config);

/** Reads and checks a file; throws ConfigError with every problem. */
export function loadConfig(file: string): Loaded {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : 'cannot be read';
    throw new ConfigError([{ file, line: 1, column: 1, path: '', message: `${reason}; give one with --config FILE` }]);
  }
  return parseConfig(text, file);
}

/** Checks the text of a configuration: syntax, schema, references between its parts, secrets. */
export function parseConfig(text: string, file: string): Loaded {
  const lines = new LineCounter();
  const problemAt = (offset: number, path: string, message: string): ConfigProblem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), path, message };
  };
  if (Buffer.byteLength(text) > MAX_FILE_BYTES) throw new ConfigError([problemAt(0, '', 'the file is over 4 MiB')]);

  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ConfigError(document.errors.map((error) => problemAt(error.pos[0], '', error.message)));
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    throw new ConfigError([problemAt(0, '', error instanceof Error ? error.message : 'cannot be read')]);
  }

  const at = (path: readonly (string | number)[], message: string, key = false) =>
    problemAt(offsetOf(document, path, key), path.join('.'), message);
  if (!validate(value)) throw new ConfigError(schemaProblems(validate.errors ?? [], value, at));

  const config = value as Config;
  config.profiles = { default: DEFAULT_PROFILE, ...config.profiles };
  const baseDir = dirname(resolve(file));
  const problems = [...referenceProblems(config, at), ...secretProblems(config, baseDir, at)];
  if (problems.length > 0) throw new ConfigError(problems);
  return { config, baseDir };
}

type At = (path: readonly (string | number)[], message: string, key?: boolean) => ConfigProblem;

/** Where the value (or, with `key`, the key) of a path stands in the text; the nearest parent when it is not there. */
function offsetOf(document: Document, path: readonly (string | number)[], key: boolean): number {
  for (let length = path.length; length >= 0; length--) {
    const part = path.slice(0, length);
    if (key && length > 0) {
      const parent = length === 1 ? document.contents : document.getIn(part.slice(0, -1), true);
      if (isMap(parent)) {
        const pair = parent.items.find((item) => isPair(item) && String(item.key) === String(part.at(-1)));
        if (pair && isNode(pair.key) && pair.key.range) return pair.key.range[0];
      }
    }
    const node = length === 0 ? document.contents : document.getIn(part, true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function schemaProblems(errors: readonly ErrorObject[], value: unknown, at: At): ConfigProblem[] {
  const seen = new Set<string>();
  return errors.flatMap((error) => {
    const path = error.instancePath
      .split('/')
      .slice(1)
      .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'))
      .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    const problem = schemaProblem(error, path, value, at);
    const key = problem && `${problem.path} ${problem.message}`;
    if (!problem || !key || seen.has(key)) return [];
    seen.add(key);
    return [problem];
  });
}

function schemaProblem(
  error: ErrorObject,
  path: readonly (string | number)[],
  value: unknown,
  at: At,
): ConfigProblem | undefined {
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = String(error.params['additionalProperty']);
      const known = Object.keys((error.parentSchema?.['properties'] as object | undefined) ?? {});
      if (isOtherCredentialVersion(error, path, value)) return undefined;
      const close = nearest(unknown, known);
      const hint = close ? `did you mean "${close}"?` : `known keys: ${known.join(', ')}`;
      return at([...path, unknown], `unknown key; ${hint}`, true);
    }
    case 'required':
      if (isOtherCredentialVersion(error, path, value)) return undefined;
      return at(path, `"${String(error.params['missingProperty'])}" is missing`);
    case 'const':
    case 'type':
      if (error.keyword === 'type' && !(path[0] === 'credentials' && path[2] === 'version'))
        return at(path, error.message ?? 'is not valid');
      return undefined; // the union below says it
    case 'anyOf':
      return hasKnownVersion(path, value) ? undefined : at(path, 'version must be "1", "2c" or "3" (in quotes)');
    case 'enum':
      if (path[0] === 'credentials' && path[2] === 'version') return undefined; // the union says it
      return at(path, `must be one of ${(error.params['allowedValues'] as unknown[]).join(', ')}`);
    case 'pattern': {
      const description = error.parentSchema?.['description'];
      return at(path, typeof description === 'string' ? `must be: ${description}` : (error.message ?? 'is not valid'));
    }
    default:
      return at(path, error.message ?? 'is not valid');
  }
}

const valueAt = (value: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (inner !== null && typeof inner === 'object' ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  );

const versionAt = (path: readonly (string | number)[], value: unknown) => {
  const credential = valueAt(value, path.slice(0, 2));
  return path[0] === 'credentials' && credential !== null && typeof credential === 'object'
    ? (credential as { version?: unknown }).version
    : undefined;
};

const hasKnownVersion = (path: readonly (string | number)[], value: unknown) =>
  ['1', '2c', '3'].includes(String(versionAt(path, value)));

/** A v1 or v2c credential is also compared with the v3 form; what that form misses is no problem of the file. */
function isOtherCredentialVersion(error: ErrorObject, path: readonly (string | number)[], value: unknown): boolean {
  if (path[0] !== 'credentials' || path.length > 2) return false;
  const branch = /anyOf\/(\d)/.exec(error.schemaPath)?.[1];
  const expected = String(versionAt(path, value)) === '3' ? '1' : '0';
  return !hasKnownVersion(path, value) || (branch !== undefined && branch !== expected);
}

function referenceProblems(config: Config, at: At): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const sites = config.sites.map((site) => site.id);
  const credentials = Object.keys(config.credentials);
  const profiles = Object.keys(config.profiles);
  const known = (path: (string | number)[], name: string, among: readonly string[], what: string) => {
    if (among.includes(name)) return;
    const close = nearest(name, among);
    const hint = close
      ? `did you mean "${close}"?`
      : among.length > 0
        ? `there is ${among.join(', ')}`
        : `define it under ${what}s`;
    problems.push(at(path, `no ${what} "${name}"; ${hint}`));
  };
  duplicates(sites).forEach((index) => problems.push(at(['sites', index, 'id'], 'this id stands twice')));
  duplicates(config.devices.map((device) => device.id ?? device.address ?? device.prefix)).forEach((index) =>
    problems.push(at(['devices', index], 'this device stands twice')),
  );
  config.devices.forEach((device, index) => {
    known(['devices', index, 'site'], device.site, sites, 'site');
    known(['devices', index, 'credential'], device.credential, credentials, 'credential');
    if (device.modemCredential !== undefined)
      known(['devices', index, 'modemCredential'], device.modemCredential, credentials, 'credential');
    known(['devices', index, 'profile'], device.profile, profiles, 'profile');
    if ((device.address === undefined) === (device.prefix === undefined)) {
      problems.push(at(['devices', index], 'give either address or prefix'));
    }
    if (device.address !== undefined && isIP(device.address) === 0) {
      problems.push(at(['devices', index, 'address'], `"${device.address}" is no IP address`));
    }
    if (device.otherAddressUntil !== undefined && Number.isNaN(Date.parse(device.otherAddressUntil))) {
      problems.push(
        at(['devices', index, 'otherAddressUntil'], `"${device.otherAddressUntil}" is no day like 2027-01-31`),
      );
    }
    if (device.engineId !== undefined && config.credentials[device.credential]?.version !== '3') {
      problems.push(at(['devices', index, 'engineId'], 'only devices with an SNMPv3 credential have an engine id'));
    }
    if (device.prefix !== undefined && !isPrefix(device.prefix)) {
      problems.push(
        at(['devices', index, 'prefix'], `"${device.prefix}" is no prefix like 10.1.2.0/24 of at most 1,024 addresses`),
      );
    }
  });
  return problems;
}

function duplicates(values: readonly (string | undefined)[]): number[] {
  const seen = new Set<string>();
  return values.flatMap((value, index) => {
    if (value === undefined) return [];
    if (seen.has(value)) return [index];
    seen.add(value);
    return [];
  });
}

function isPrefix(text: string): boolean {
  const [address = '', length = ''] = text.split('/');
  const bits = isIP(address) === 4 ? 32 : 128;
  if (isIP(address) === 0 || !/^\d{1,3}$/.test(length) || Number(length) > bits || bits - Number(length) > 10)
    return false;
  new BlockList().addSubnet(address, Number(length), bits === 32 ? 'ipv4' : 'ipv6');
  return true;
}

function secretProblems(config: Config, baseDir: string, at: At): ConfigProblem[] {
  const references: { path: (string | number)[]; reference: string | undefined }[] = [
    { path: ['api', 'token'], reference: config.api.token },
    { path: ['database', 'url'], reference: config.database.url },
  ];
  for (const [name, credential] of Object.entries(config.credentials)) {
    if (credential.version !== '3') {
      references.push({ path: ['credentials', name, 'community'], reference: credential.community });
      references.push({ path: ['credentials', name, 'writeCommunity'], reference: credential.writeCommunity });
    } else {
      references.push({ path: ['credentials', name, 'auth', 'password'], reference: credential.auth?.password });
      references.push({ path: ['credentials', name, 'priv', 'password'], reference: credential.priv?.password });
    }
  }
  return references.flatMap(({ path, reference }) => {
    if (reference === undefined) return [];
    const result = resolveSecret(reference, baseDir);
    return 'problem' in result ? [at(path, result.problem)] : [];
  });
}
