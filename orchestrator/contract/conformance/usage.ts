/** `--help` of the programs of the orchestrator. */

/** Prints the usage and exits with 0 if the arguments contain `--help` or `-h`. Call before anything starts. */
import process from 'node:process'
export function endWithHelp(usage: string): void {
  if (!process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) return
  process.stdout.write(`${usage}\n`)
  process.exit(0)
}
