/** `npm run test:tools`: installs the programs that tests need with apt-get. Prints advice for systems without apt-get. */
import { spawnSync } from 'node:child_process'
import { userInfo } from 'node:os'
import { endWithHelp } from '../src/node/usage.ts'
import { missingTools, namesOf, type Tool } from './tools.ts'

endWithHelp(
  'npm run test:tools: installs Chromium, Redis and promtool with apt-get, through sudo unless you are root',
)

/** Advice for systems without apt-get. */
function adviceFor(missing: readonly Tool[]): string {
  return [
    `Install ${namesOf(missing)} with your system's packages, then run \`npm test\`.`,
    `- macOS: ${missing.map(({ brew }) => `brew install ${brew}`).join(' && ')}`,
    '- Chromium on any system: npx playwright-core install chromium-headless-shell, or set CHROMIUM_PATH',
  ].join('\n')
}

/** Runs a program with its output shown. Returns true when it succeeded. */
function run(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'inherit' }).status === 0
}

function install(packages: readonly string[]): void {
  const asRoot = userInfo().uid === 0 ? [] : ['sudo']
  const aptGet = (...args: string[]) => {
    const [program = 'apt-get', ...rest] = [
      ...asRoot,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      ...args,
    ]
    return run(program, rest)
  }
  console.log(
    `Installing ${packages.join(', ')}${asRoot.length > 0 ? ' (sudo may ask for your password)' : ''}`,
  )
  aptGet('update', '-qq')
  for (const name of packages) aptGet('install', '-y', '-qq', '--no-install-recommends', name)
}

const isOnPath = (program: string) => spawnSync(program, ['--version']).error === undefined

const before = missingTools()
if (before.length > 0 && isOnPath('apt-get')) install(before.map(({ debian }) => debian))
const missing = missingTools()
if (missing.length > 0) {
  console.error(adviceFor(missing))
  process.exit(1)
}
console.log('Chromium, Redis and promtool are installed.')
