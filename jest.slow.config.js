import config from './jest.config.js';

// The tests that take minutes: programs started as processes, deployments, kills, restarts, time-outs, mutants. `npm run test:slow`.
/** @type {import('jest').Config} */
export default {
  ...config,
  testMatch: ['<rootDir>/tests/{cli,client,model,server}/**/*.slow.test.ts'],
  testPathIgnorePatterns: [],
};
