/** Handles `--help` for the programs of this package. */

/** Prints the usage and exits with 0 if `--help` or `-h` is among the arguments. Call this before anything starts. */
export function endWithHelp(usage: string): void {
  if (!process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) return
  process.stdout.write(`${usage}\n`)
  process.exit(0)
}
