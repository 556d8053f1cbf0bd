import scaffold from './.config/jest.config.js';
import { grafanaESModules, nodeModulesToTransform } from './.config/jest/utils.js';

const [[loader, options]] = Object.values(scaffold.transform);

export default {
  ...scaffold,
  rootDir: import.meta.dirname,
  testMatch: ['<rootDir>/src/**/*.test.{ts,tsx}', '<rootDir>/preview/**/*.test.ts'],
  moduleFileExtensions: ['ts', 'tsx', 'js', 'jsx', 'mjs', 'json'],
  moduleNameMapper: { ...scaffold.moduleNameMapper, '^(\\.{1,2}/.*)\\.js$': '$1' },
  // d3-color ships .mjs only, which the scaffold's pattern does not match.
  transform: {
    '^.+\\.m?[jt]sx?$': [
      loader,
      { ...options, jsc: { ...options.jsc, transform: { react: { runtime: 'automatic' } } } },
    ],
  },
  transformIgnorePatterns: [
    nodeModulesToTransform([...grafanaESModules, '@react-hookz/web', '@ver0/deep-equal', 'react-data-grid']),
  ],
};
