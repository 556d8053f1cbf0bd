import unit from './jest.config.js';

/** Everything in `test/` that needs PostgreSQL: servers of both editions are started once for the run. */
export default {
  ...unit,
  roots: ['<rootDir>/test'],
  globalSetup: '<rootDir>/test/database-setup.mjs',
  globalTeardown: '<rootDir>/test/database-teardown.mjs',
  testTimeout: 30_000,
  // most of their time is waiting for what happens on the network
  maxWorkers: 2,
};
