import config from './jest.config.js';

// The tests that need minutes by nature: kills, restarts, time-outs, mutants, long random runs. `npm run test:slow`.
/** @type {import('jest').Config} */
export default {
  ...config,
  testMatch: ['<rootDir>/tests/{client,model,server}/**/*.slow.test.ts'],
  testPathIgnorePatterns: [],
};
