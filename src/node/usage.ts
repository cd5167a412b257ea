/** `--help` of the programs of this package. */

/** Prints how a program is called and ends the process with 0 where `--help` or `-h` is among its arguments. Call it before anything starts. */
export function endWithHelp(usage: string): void {
  if (!process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) return
  process.stdout.write(`${usage}\n`)
  process.exit(0)
}
