/** `npm run orchestrator`: serves the contract, and runs the commands of operators. */
import { useCompileCache } from '../src/node/compile-cache.ts'

// Before the other modules are loaded, so that they come from the cache.
useCompileCache()

// A reader of the messages that went away must not end the service.
process.stderr.on('error', () => {})

const args = process.argv.slice(2)
const context = {
  variables: process.env,
  input: process.stdin,
  print: (text: string) => process.stdout.write(`${text}\n`),
  say: (text: string) => process.stderr.write(`${text}\n`),
}
// A server loads none of the other commands: they would double its modules.
const isServe = args.length === 0 || (args.length === 1 && args[0] === 'serve')
process.exitCode = isServe
  ? await (await import('./commands/serve.ts')).runServe(context)
  : await (await import('./commands/program.ts')).runProgram(args, context)
