import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const project = fileURLToPath(new URL('../../', import.meta.url))

const program = `
  import { countUncaught } from './src/node/uncaught.ts'
  import { noMetrics } from './src/runtime/ports/metrics.ts'
  const seen = []
  process.on('uncaughtException', () => {})
  process.on('unhandledRejection', () => {})
  countUncaught({ ...noMetrics, uncaught: (kind) => seen.push(kind) })
  Promise.reject(new Error('one'))
  setImmediate(() => setImmediate(() => console.log(JSON.stringify(seen))))
  setImmediate(() => { throw new Error('two') })
`

it('counts errors that reach the process, each once', () => {
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: project,
    encoding: 'utf8',
  })
  expect(JSON.parse(said)).toEqual(['rejection', 'exception'])
})
