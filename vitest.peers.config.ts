import { defineConfig } from 'vitest/config'

/** Suites against real servers, for `npm run test:peers`. */
export default defineConfig({
  test: { include: ['test/peers/**/*.peer.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
})
