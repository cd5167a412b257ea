/** `npm test`: names missing tools in one line, then runs the tests with the arguments that Vitest takes. */
import { endWithHelp } from '../src/node/usage.ts'
import { missingTools, namesOf } from './tools.ts'

endWithHelp(`npm test -- [PATH...] [OPTIONS]: runs the tests whose path contains PATH, by default all
  npm run test:changed    runs the tests that reach a file with uncommitted changes
  npm run test:all        installs Chromium, Redis and promtool where needed, then runs all tests
  OPTIONS are those of Vitest: https://vitest.dev/guide/cli`)

const args = process.argv.slice(2)
const missing = missingTools()
if (missing.length > 0) {
  const fact = `${namesOf(missing)} ${missing.length === 1 ? 'is' : 'are'} missing.`
  if (args.length === 0) {
    console.error(`${fact} Install and run all tests: npm run test:all`)
    process.exit(1)
  }
  console.error(
    `${fact} Tests that need ${missing.length === 1 ? 'it' : 'them'} will fail: npm run test:tools`,
  )
}
process.argv.splice(2, args.length, 'run', ...args)
await import(new URL('../node_modules/vitest/vitest.mjs', import.meta.url).href)
