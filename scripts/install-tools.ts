/** `npm run test:tools`: installs the programs that tests need with apt-get. Prints advice for systems without apt-get. */
import { spawnSync } from 'node:child_process'
import { userInfo } from 'node:os'
import { endWithHelp } from '../src/node/usage.ts'
import { missingTools, namesOf, type Tool } from './tools.ts'

endWithHelp(
  'npm run test:tools: installs Chromium, Redis and promtool with apt-get, through sudo unless you are root',
)

/** Returns the advice for systems without apt-get. */
function adviceFor(missing: readonly Tool[]): string {
  return [
    `Install ${namesOf(missing)} with your system's packages, then run \`npm test\`.`,
    `- macOS: ${missing.map(({ brew }) => `brew install ${brew}`).join(' && ')}`,
    '- Chromium on any system: npx playwright-core install chromium-headless-shell, or set CHROMIUM_PATH',
  ].join('\n')
}

/** Runs apt-get as root, and shows its output. */
function aptGet(...args: string[]): void {
  const root = userInfo().uid === 0 ? [] : ['sudo']
  const [program = '', ...rest] = [...root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]
  spawnSync(program, rest, { stdio: 'inherit' })
}

/** Installs the first package of each tool that this system offers. */
function install(missing: readonly Tool[]): void {
  console.log(`Installing ${namesOf(missing)} with apt-get. sudo may ask for your password.`)
  aptGet('update', '-qq')
  for (const { debian, find } of missing) {
    for (const name of debian) {
      if (find() === null) aptGet('install', '-y', '-qq', '--no-install-recommends', name)
    }
  }
}

const hasAptGet = () => spawnSync('apt-get', ['--version']).error === undefined

const before = missingTools()
if (before.length > 0 && hasAptGet()) install(before)
const missing = missingTools()
if (missing.length > 0) {
  console.error(adviceFor(missing))
  process.exit(1)
}
console.log('Chromium, Redis and promtool are installed.')
