/** A photographer's folders on disk, real sharp, and the real client of the AI before an emulator: what analysis is tested in. */
import { mkdtemp, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onAsk } from '../../dev/emulators/openai/faults.ts'
import { type OpenAiEmulator, startOpenAiEmulator } from '../../dev/emulators/openai.ts'
import { sha256 } from '../../src/node/digest.ts'
import { createOpenAiModel } from '../../src/providers/ai/openai.ts'
import { createSharpReducer } from '../../src/providers/images/sharp.ts'
import { createLocalStore } from '../../src/providers/storage/local.ts'
import { Secret } from '../../src/secret.ts'
import {
  type Analysis,
  type AnalysisRequest,
  type AnalysisSettings,
  type AnalysisTools,
  analyzePhoto,
} from '../../src/workflow/analysis.ts'
import { type Folder, type PhotoName, parsePhotoName } from '../../src/workflow/photo.ts'
import type { CaptionRules } from '../../src/workflow/ports/publisher.ts'
import type { PhotoStore } from '../../src/workflow/ports/storage.ts'
import { parseSidecar, type SidecarDocument } from '../../src/workflow/sidecar.ts'
import { tellTale } from '../images/pictures.ts'
import { credentialsOf } from '../publishers/posts.ts'
import { readableSidecar } from '../storage/readable-sidecar.ts'

export const name = parsePhotoName('dusk.jpg')
export const at = new Date('2026-11-23T10:20:30Z')
const key = 'sk-canary-of-alice'
const paths = { root: '/alice', archive: '/alice/archive', keep: '/alice/keep', remove: '/alice/reject' }
const images = createSharpReducer()

const telegramRules: CaptionRules = {
  maxLength: 1024,
  unit: 'utf16',
  maxHashtags: 30,
  plain: false,
  style: 'For a channel.',
}
export const telegram = { platform: 'telegram' as const, captionRules: telegramRules }
export const email = {
  platform: 'email' as const,
  captionRules: { ...telegramRules, maxLength: 240, maxHashtags: 0, plain: true, style: 'For mail.' },
}

export function settingsWith(
  changes: {
    [block in keyof AnalysisSettings]?: Partial<AnalysisSettings[block]>
  },
): AnalysisSettings {
  return {
    ai: {
      vision_max_dimension: 64,
      vision_detail: 'low',
      vision_fallback_enabled: true,
      vision_fallback_max_dimension: 128,
      vision_fallback_detail: 'high',
      ...changes.ai,
    },
    captionfile: { extended_metadata_enabled: true, ...changes.captionfile },
    confirmation: { ...changes.confirmation },
    content: { hashtag_string: '', voice_profile: [], ...changes.content },
    features: {
      alt_text_enabled: true,
      smart_hashtags_enabled: true,
      voice_matching_enabled: false,
      ...changes.features,
    },
  }
}

export interface Scene extends AsyncDisposable {
  openai: OpenAiEmulator
  store: PhotoStore
  stages: string[]
  tokens: number[]
  troubles: unknown[]
  /** Analyzes {@link name} unless the request names another. */
  analyze(tools?: Partial<AnalysisTools>, request?: Partial<AnalysisRequest>): Promise<Analysis>
  sidecar(): Promise<string | null>
  /** The sidecar, which has to be there. */
  document(): Promise<SidecarDocument>
  /** Has the AI say this where it would have answered for the shape. */
  say(shape: string, change: (answer: Record<string, unknown>) => unknown): void
  /** Adds a photo whose sidecar is this text, changed so many minutes after the others. */
  addPhoto(folder: Folder, photo: string, sidecarText: string, minutes: number): Promise<void>
}

/** With one photo in the root, of 180x120, that tells who took it and where. */
export async function startScene(): Promise<Scene> {
  const base = await mkdtemp(join(tmpdir(), 'publisher-analysis-'))
  const store = createLocalStore({ paths, baseDirectory: base, link: async () => '/' })
  const openai = await startOpenAiEmulator({ keys: [key] })
  const model = createOpenAiModel({
    credentials: credentialsOf({ api_key: new Secret(key) }),
    baseUrl: openai.url,
    retry: { attempts: 1, baseMs: 1, capMs: 1, attemptTimeoutMs: 20_000, deadlineMs: 25_000 },
  })
  const stages: string[] = []
  const tokens: number[] = []
  const troubles: unknown[] = []
  const original = new Uint8Array(await tellTale(180, 120).jpeg().toBuffer())
  const upload = (folder: Folder, photo: PhotoName) =>
    store.upload(folder, photo, new Blob([original]).stream(), original.length)
  await upload('root', name)
  const sidecar = async () => (await readableSidecar(store, 'root', name))?.text ?? null

  return {
    openai,
    store,
    stages,
    tokens,
    troubles,
    analyze: (tools = {}, request = {}) =>
      analyzePhoto(
        {
          store,
          images,
          digest: sha256,
          digests: { get: async () => null, put: async () => undefined },
          model,
          places: { take: async () => undefined },
          platforms: [telegram, email],
          settings: settingsWith({}),
          owner: 'alice',
          now: () => at.getTime(),
          onTokens: (count) => void tokens.push(count),
          onTrouble: (error) => void troubles.push(error),
          ...tools,
        },
        { name, forceRefresh: false, ...request },
        (stage) => void stages.push(stage),
      ),
    sidecar,
    document: async () => parseSidecar((await sidecar()) ?? 'no sidecar'),
    say(shape, change) {
      const instead = (answer: string) => ({ content: JSON.stringify(change(JSON.parse(answer))) })
      openai.interfere(onAsk({ kind: 'say', instead }, { shape, times: 9 }))
    },
    async addPhoto(folder, photo, sidecarText, minutes) {
      const parsed = parsePhotoName(photo)
      await upload(folder, parsed)
      await store.writeSidecar(folder, parsed, sidecarText)
      const changed = new Date(at.getTime() + minutes * 60_000)
      await utimes(join(base, paths[folder], photo), changed, changed)
    },
    async [Symbol.asyncDispose]() {
      await openai.close()
      await rm(base, { recursive: true, force: true })
    },
  }
}
