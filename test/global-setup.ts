/** Builds the web app and the Worker as deployed, and creates the demo's photos, before any test runs. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { samplePhotos } from '../dev/demo/photos.ts'

/** Folder from which each demo copies its photos, because creating them takes seconds. */
export const demoTemplate = fileURLToPath(new URL('../dist/demo-photos', import.meta.url))

export default async function setup(): Promise<void> {
  for (const script of ['build:ui', 'build:worker']) {
    execFileSync('npm', ['run', '--silent', script], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  await samplePhotos(demoTemplate)
}
