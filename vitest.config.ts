import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Suites that run against what is deployed: the built web app and the built Worker. */
const built = [
  'test/hosts/**/*.test.ts',
  'test/ui/**/*.test.ts',
  'test/package/**/*.test.ts',
  'test/stories/**/*.test.ts',
  'test/deployment/{compose,single-machine}.test.ts',
]

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Tests wait for browsers and hosts: with a worker for each core, a third of the processor stayed idle.
    maxWorkers: availableParallelism() + 1,
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: built,
          globalSetup: ['test/support/postgres-of-run.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'built',
          include: built,
          globalSetup: ['test/global-setup.ts', 'test/support/postgres-of-run.ts'],
          // A test consists of many steps in a browser, and each step has its own limit. On a machine six times slower a test takes 28 s.
          testTimeout: 90_000,
          // Browsers and hosts share two cores with other work in CI. Vitest prints "retry x1" beside a test that needed a second try,
          // which is a defect of the test. The other suites repeat nothing.
          retry: process.env.CI ? 1 : 0,
        },
      },
    ],
  },
})
