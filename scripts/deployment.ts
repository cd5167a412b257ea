/** Parts of a deployment of the Node host, read from the files of Heroku and Docker. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export const project = fileURLToPath(new URL('../', import.meta.url))

/** Steps of Heroku's Node buildpack (docs/operations/heroku.md) and of the Dockerfile. */
export const buildSteps = ['npm ci', 'npm run heroku-postbuild', 'npm prune --omit=dev'] as const

/** Returns a command of the Procfile, which Heroku gives to a shell. Throws for a process type that the Procfile does not name. */
export async function procfileCommand(type: 'web' | 'orchestrator' | 'release'): Promise<string> {
  const procfile = await readFile(`${project}Procfile`, 'utf8')
  const lines = procfile.split('\n')
  const line = lines.find((text) => text.startsWith(`${type}: `))
  if (line === undefined) throw new Error(`The Procfile has no process type ${type}.`)
  return line.slice(type.length + 2)
}

/** Returns the words of the Procfile's `web` command on an app that does not set `WEB_PROGRAM`. */
export async function webCommand(): Promise<string[]> {
  const command = await procfileCommand('web')
  return command.replace('${WEB_PROGRAM:-', '').replace('}', '').split(/\s+/)
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

/** Descriptions of the apps on Heroku. */
export const appFiles = { fleet: 'app.json', controlPlane: 'ops/heroku/control-plane/app.json' } as const

/** Returns the config vars that an app.json presets. */
export async function presetVariables(app: keyof typeof appFiles = 'fleet'): Promise<Record<string, string>> {
  const { env }: { env: Record<string, { value?: string }> } = JSON.parse(
    await readFile(`${project}${appFiles[app]}`, 'utf8'),
  )
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]])),
  )
}
