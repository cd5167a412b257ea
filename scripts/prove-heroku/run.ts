/** Helpers of the check: programs, their environment, and printed lines. */
import { execFile } from 'node:child_process'
import { delimiter, dirname } from 'node:path'
import { promisify } from 'node:util'

/** Runs a program to its end. Rejects if its exit code is not 0. */
export const run = promisify(execFile)

/** Prints a line. */
export const say = (text: string): boolean => process.stdout.write(`${text}\n`)

/** Environment of a build or a dyno, without this shell's npm variables. */
export const clean = {
  HOME: process.env.HOME ?? '',
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  npm_config_prefer_offline: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
}
