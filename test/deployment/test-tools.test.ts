import { execFile } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { project } from '../../scripts/deployment.ts'

interface Run {
  code: number | string | null | undefined
  said: string
}

/** Runs a script on a machine that has neither the tools nor apt-get. */
function runWithoutTools(script: string, ...args: string[]): Promise<Run> {
  const env = { PATH: '/nonexistent', CHROMIUM_PATH: '/nonexistent', NO_COLOR: '1' }
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { cwd: project, env }, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, said: stdout + stderr })
    })
  })
}

const names = 'Chromium, Redis and promtool are missing.'

describe('npm test without the tools', () => {
  it('stops with one line before it starts', async () => {
    const { code, said } = await runWithoutTools('scripts/test.ts')
    expect(code).toBe(1)
    expect(said).toBe(`${names} Install and run all tests: npm run test:all\n`)
  })

  it('names the missing tools and runs the tests of a path', async () => {
    const { code, said } = await runWithoutTools('scripts/test.ts', 'test/base/once.test.ts')
    expect(said).toContain(`${names} Tests that need them will fail: npm run test:tools\n`)
    expect(said).toMatch(/Test Files\s+1 passed/)
    expect(code).toBe(0)
  })
})

it('explains how to install the tools on a system without apt-get', async () => {
  const { code, said } = await runWithoutTools('scripts/install-tools.ts')
  expect(code).toBe(1)
  expect(said).toContain('Install Chromium, Redis and promtool with your system')
  expect(said).toContain('brew install --cask chromium && brew install redis && brew install prometheus')
})
