/** Installer and runner of Schemathesis, which generates requests from an OpenAPI document and checks the answers. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

const here = fileURLToPath(new URL('.', import.meta.url))
const cache = fileURLToPath(new URL('../../node_modules/.cache/schemathesis/', import.meta.url))

const installWithinMs = 300_000
/** Time limit. A run takes about 20 s on two cores. */
const runWithinMs = 300_000

/**
 * Returns the path of the program, with the exact versions of requirements.txt, because another Hypothesis
 * would generate other requests. Throws an Error with advice if Python is missing.
 */
export async function installSchemathesis(): Promise<string> {
  const requirements = join(here, 'requirements.txt')
  const digest = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
  const directory = join(cache, digest.slice(0, 16))
  const program = join(directory, 'bin/schemathesis')
  const whole = join(directory, 'whole')
  if (await exists(whole)) return program
  await rm(directory, { recursive: true, force: true })
  await mkdir(cache, { recursive: true })
  try {
    await run('python3', ['-m', 'venv', directory], { timeout: installWithinMs })
  } catch (cause) {
    throw new Error(
      'Schemathesis needs Python 3.10 or later with venv and pip. Install them (apt-get install python3-venv).',
      { cause },
    )
  }
  try {
    const pip = join(directory, 'bin/pip')
    await run(pip, ['install', '--quiet', '--disable-pip-version-check', '-r', requirements], {
      timeout: installWithinMs,
    })
  } catch (cause) {
    throw new Error('Schemathesis could not be installed from PyPI.', { cause })
  }
  // Written last, so that an interrupted installation is repeated.
  await writeFile(whole, '')
  return program
}

export interface SchemathesisRun {
  program: string
  /** Name of the settings beside this file. */
  settings: string
  /** Port of the server on loopback. */
  port: number
  /** Headers of every request. */
  headers: readonly string[]
  /** Values that exist, by the names of the dictionaries in the settings. */
  dictionaries: Readonly<Record<string, readonly string[]>>
  /** Credentials by security scheme of the document; empty for a visitor. */
  credentials: Readonly<Record<string, { api_key: string } | { bearer: string }>>
  /** Further command-line options. */
  options: readonly string[]
  /** Test cases per operation, besides those that cover each rule of its schema. */
  maxExamples: number
  /** Empty directory for this run. */
  directory: string
}

export interface SchemathesisResult {
  /** True when there are no findings. */
  isClean: boolean
  output: string
}

/** Runs Schemathesis once. */
export async function runSchemathesis(options: SchemathesisRun): Promise<SchemathesisResult> {
  const { program, settings, port, directory, maxExamples } = options
  await mkdir(directory, { recursive: true })
  const config = join(directory, 'schemathesis.toml')
  await writeFile(config, (await readFile(join(here, settings), 'utf8')) + ownSettings(options), {
    mode: 0o600,
  })
  const common = ['--config-file', config, '--no-color', 'run', `http://127.0.0.1:${port}/openapi.json`]
  const headers = options.headers.flatMap((header) => ['-H', header])
  const args = [...common, ...headers, '--max-examples', String(maxExamples), ...options.options]
  try {
    const { stdout } = await run(program, args, {
      cwd: directory,
      timeout: runWithinMs,
      maxBuffer: 2 ** 26,
      // A clean environment, so that neither `CI` nor local settings change the requests.
      env: { PATH: process.env.PATH, HOME: directory, PYTHONHASHSEED: '0' },
    })
    return { isClean: true, output: stdout }
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    return { isClean: false, output: `${stdout}\n${stderr}` || String(error) }
  }
}

/** Creates the run's own settings. JSON's strings and arrays are valid TOML. */
function ownSettings({ dictionaries, credentials }: SchemathesisRun): string {
  const known = Object.entries(credentials).map(([scheme, credential]) => {
    const [[field = '', value = ''] = []] = Object.entries(credential)
    return `${scheme} = { ${field} = ${JSON.stringify(value)} }`
  })
  const auth = known.length > 0 ? `\n[auth.openapi]\n${known.join('\n')}\n` : ''
  const values = Object.entries(dictionaries).map(
    ([name, list]) => `${name} = { values = ${JSON.stringify(list)} }`,
  )
  return `\n[dictionaries]\n${values.join('\n')}\n${auth}`
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
