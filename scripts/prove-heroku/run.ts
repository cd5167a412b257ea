/** Programs of the proof: their environment, their output, and the lines that the proof prints. */
import { execFile } from 'node:child_process'
import { delimiter, dirname } from 'node:path'
import { promisify } from 'node:util'

/** Runs a program to its end. Rejects when its exit code is not 0. */
export const run = promisify(execFile)

/** Prints one line of the proof. */
export const say = (text: string): boolean => process.stdout.write(`${text}\n`)

/** Environment of a build or a dyno, without anything of this shell's npm. */
export const clean = {
  HOME: process.env.HOME ?? '',
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  npm_config_prefer_offline: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
}
