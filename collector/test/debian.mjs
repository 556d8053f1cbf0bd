// Debian packages that the tests use as real peers. Installed where that is allowed, else the suites that need
// them skip themselves and are counted.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The file that shows the package is there, and the package. */
const NEEDED = [
  ['/usr/bin/chromium', 'chromium'],
  ['/usr/sbin/snmpd', 'snmpd'],
  ['/usr/bin/snmpbulkwalk', 'snmp'],
  ['/usr/bin/tftp', 'tftp-hpa'],
  ['/usr/bin/curl', 'curl'],
  ['/usr/bin/patchelf', 'patchelf'],
  ['/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf', 'fonts-dejavu-core'],
  ['/usr/share/zoneinfo/UTC', 'tzdata'],
  ['/usr/share/keyrings/debian-archive-keyring.gpg', 'debian-archive-keyring'],
];

export function installDebianPackages() {
  const missing = NEEDED.filter(([path]) => !existsSync(path)).map(([, name]) => name);
  if (missing.length === 0) return;
  const prefix =
    process.getuid?.() === 0 ? [] : spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : undefined;
  if (!prefix || !existsSync('/usr/bin/apt-get')) {
    console.log(
      `SKIPPED: no right to install ${missing.join(', ')}; suites that need them are skipped. Run: sudo apt-get install ${missing.join(' ')}`,
    );
    return;
  }
  const apt = (...args) => {
    const [command, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...args];
    return spawnSync(command, rest, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 600_000 }).status;
  };
  console.log(`installing ${missing.join(', ')} for the tests`);
  apt('update');
  if (apt('install', '-y', '--no-install-recommends', ...missing) !== 0) {
    console.log(`SKIPPED: could not install ${missing.join(', ')}; suites that need them are skipped.`);
  }
}
