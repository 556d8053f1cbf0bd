import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DOCSIS_SCALARS, DOCSIS_TABLES, KNOWN_SCALARS, KNOWN_TABLES, VLAN_SCALARS } from './catalogue.js';

test('knows every file of tables/ that topology reads', () => {
  const files = readdirSync(join(__dirname, 'tables')).filter((name) => /^(?!docs-).*-mib\.ts$/.test(name));
  const mibs = new Set(KNOWN_TABLES.map(({ mib }) => mib));
  // SNMPv2-MIB has scalars only
  expect(mibs.size).toBe(files.length - 1);
});

test('each column stands in one table, and tables have names', () => {
  const columns = KNOWN_TABLES.flatMap((table) => table.columns);
  expect(new Set(columns).size).toBe(columns.length);
  expect(KNOWN_TABLES.filter(({ name }) => !/^[a-zA-Z0-9]{2,}Table$/.test(name))).toEqual([]);
  expect(KNOWN_TABLES.find(({ name }) => name === 'dot1dTpFdbTable')).toMatchObject({
    mib: 'BRIDGE-MIB',
    isPerVlan: true,
    columns: ['1.3.6.1.2.1.17.4.3.1.2', '1.3.6.1.2.1.17.4.3.1.3'],
  });
});

test('scalars are instances', () => {
  expect(KNOWN_SCALARS).toContain('1.3.6.1.2.1.1.5.0');
  expect(VLAN_SCALARS.every((oid) => KNOWN_SCALARS.includes(oid))).toBe(true);
});

test('knows every file of tables/ that measuring reads, apart from the others', () => {
  const files = readdirSync(join(__dirname, 'tables')).filter((name) => /^docs-.*-mib\.ts$/.test(name));
  expect(new Set(DOCSIS_TABLES.map(({ mib }) => mib)).size).toBe(files.length);
  expect(DOCSIS_TABLES.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['docsIf3CmtsCmRegStatusTable', 'docsPnmBulkFileTable', 'docsPnmCmDsOfdmRxMerTable']),
  );
  expect(DOCSIS_TABLES.filter(({ name }) => !/^docs[a-zA-Z0-9]+Table$/.test(name))).toEqual([]);
  expect(DOCSIS_SCALARS).toContain('1.3.6.1.4.1.4491.2.1.28.1.1.0');
  const known = new Set(KNOWN_TABLES.flatMap(({ columns }) => columns));
  expect(DOCSIS_TABLES.flatMap(({ columns }) => columns).filter((column) => known.has(column))).toEqual([]);
});
