// ES modules throughout (middy has only an import condition). ES-module mode leaks memory per file, hence the idle limit.
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  maxWorkers: 2,
  testSequencer: '<rootDir>/test/support/longest-first.js',
  workerIdleMemoryLimit: '700MB',
  testTimeout: 30_000,
};
