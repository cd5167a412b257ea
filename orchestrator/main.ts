/** `npm run orchestrator`: serves the contract, and runs the commands of operators. */
import { runProgram } from './commands/program.ts'

process.exitCode = await runProgram(process.argv.slice(2), {
  variables: process.env,
  input: process.stdin,
  print: (text) => process.stdout.write(`${text}\n`),
  say: (text) => process.stderr.write(`${text}\n`),
})
