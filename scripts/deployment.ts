/** Parts of a deployment of the Node host, read from the files of Heroku and Docker. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export const project = fileURLToPath(new URL('../', import.meta.url))

/** Steps of Heroku's Node buildpack (docs/operations/heroku.md) and of the Dockerfile. */
export const buildSteps = ['npm ci', 'npm run heroku-postbuild', 'npm prune --omit=dev'] as const

/** Returns the words of the Procfile's `web` command, which runs without a shell. */
export async function webCommand(): Promise<string[]> {
  const procfile = await readFile(`${project}Procfile`, 'utf8')
  const line = /^web: (.+)$/m.exec(procfile)?.[1]
  if (line === undefined) throw new Error('The Procfile has no web process.')
  return line.trim().split(/\s+/)
}

/** Returns the container's health check as a list of words. */
export async function healthCheckCommand(): Promise<string[]> {
  const dockerfile = await readFile(`${project}Dockerfile`, 'utf8')
  const line = dockerfile
    .split('\n')
    .find((text) => text.trimStart().startsWith('CMD [') && text.startsWith(' '))
  const words: unknown = JSON.parse(line?.trim().slice('CMD '.length) ?? 'null')
  if (!Array.isArray(words)) throw new Error('The Dockerfile has no health check.')
  return words.map(String)
}

/** Returns the config vars that app.json presets. */
export async function presetVariables(): Promise<Record<string, string>> {
  const app: { env: Record<string, { value?: string }> } = JSON.parse(
    await readFile(`${project}app.json`, 'utf8'),
  )
  return Object.fromEntries(
    Object.entries(app.env).flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]])),
  )
}
