/** Builds what the tests run against: the web app and the Worker, as they are deployed. */
import { execFileSync } from 'node:child_process'

export default function setup(): void {
  for (const script of ['build:ui', 'build:worker']) {
    execFileSync('npm', ['run', '--silent', script], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
}
