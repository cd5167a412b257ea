/** `npm run orchestrator`: serves the contract, and runs the commands of operators. */
import { useCompileCache } from '../src/node/compile-cache.ts'

// Before the other modules are loaded, so that they come from the cache.
useCompileCache()
const { runProgram } = await import('./commands/program.ts')

// A reader of the messages that went away must not end the service.
process.stderr.on('error', () => {})

process.exitCode = await runProgram(process.argv.slice(2), {
  variables: process.env,
  input: process.stdin,
  print: (text) => process.stdout.write(`${text}\n`),
  say: (text) => process.stderr.write(`${text}\n`),
})
