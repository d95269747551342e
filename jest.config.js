/** @type {import('jest').Config} */
export default {
  roots: ['<rootDir>/tests'],
  testMatch: ['<rootDir>/tests/{cli,client,model,server}/**/*.test.ts'],
  // npm run test:slow
  testPathIgnorePatterns: ['\\.slow\\.test\\.ts$'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  testEnvironment: '<rootDir>/tests/support/environment.ts',
  globalSetup: '<rootDir>/tests/support/global-setup.ts',
  globalTeardown: '<rootDir>/tests/support/global-teardown.ts',
  reporters: ['default', '<rootDir>/tests/support/closing-line.ts'],
  // one more than the two cores of a small machine: tests wait for the programs that they start
  maxWorkers: 3,
  // only a hang fails by time, not a slow machine
  testTimeout: 900_000,
};
