/** Describes a picture's measurements in words, and fills the members of any requested shape by their names. */
import type { ReceivedPicture } from './picture.ts'
import type { AnswerSchema } from './wire.ts'

/** Facts for the answers: measured in the picture, or read from an earlier answer in the prompt. */
export interface Scene {
  description: string
  mood: string
  lighting: string
  composition: string
  colours: readonly string[]
  /** True if the answer lists hashtags; its captions then have none. Default: false. */
  listsHashtags?: boolean
  /** Captions to write again, by name. Default: none. */
  earlier?: Readonly<Record<string, unknown>>
  /** True if those captions shall become warmer instead of shorter. Default: false. */
  isWarmer?: boolean
}

const unseen: Scene = {
  description: 'A picture that this emulator was not shown.',
  mood: 'quiet',
  lighting: 'unknown light',
  composition: 'unknown frame',
  colours: ['grey'],
}

export function sceneOf({ width, height, colours, brightness, contrast }: ReceivedPicture): Scene {
  const light = brightness < 0.25 ? 'low' : brightness < 0.6 ? 'even' : 'bright'
  const edge = contrast > 0.22 ? 'hard, contrasting' : 'soft'
  const format = width > height * 1.1 ? 'landscape' : height > width * 1.1 ? 'portrait' : 'square'
  const mood = `${brightness < 0.4 ? 'quiet' : 'open'} and ${contrast > 0.22 ? 'dramatic' : 'calm'}`
  return {
    description: `A ${format} frame in ${listed(colours)}, in ${edge} and ${light} light.`,
    mood,
    lighting: `${edge}, ${light}`,
    composition: format,
    colours,
  }
}

const openingOfCaptions = '<data name="captions">\n'

/** Returns the scene in the prompt of a later call: captions to write again, or the first line with a description as JSON. */
export function sceneIn(prompt: string): Scene {
  const start = prompt.lastIndexOf(openingOfCaptions)
  if (start >= 0) {
    const [line = ''] = prompt.slice(start + openingOfCaptions.length).split('\n')
    return { ...unseen, earlier: parse(line), isWarmer: prompt.slice(0, start).includes(' warmer tone') }
  }
  for (const line of prompt.split('\n')) {
    const facts = line.startsWith('{') ? parse(line) : {}
    if (typeof facts.description !== 'string') continue
    const text = (name: keyof Scene) => {
      const value = facts[name]
      return typeof value === 'string' ? value : String(unseen[name])
    }
    const palette = facts.color_palette
    return {
      description: facts.description,
      mood: text('mood'),
      lighting: text('lighting'),
      composition: text('composition'),
      colours: typeof palette === 'string' ? palette.split(', ') : unseen.colours,
    }
  }
  return unseen
}

/** Creates an answer of this shape. `name` is the member's name; the root has no name. */
export function fill(schema: AnswerSchema, scene: Scene, name = ''): unknown {
  switch (schema.type) {
    case 'object': {
      const members = Object.entries(schema.properties ?? {})
      const inside = {
        ...scene,
        listsHashtags: scene.listsHashtags ?? 'hashtags' in (schema.properties ?? {}),
      }
      return Object.fromEntries(
        members.map(([key, member]) => [
          key,
          name === 'hashtags' ? hashtagsFor(scene) : fill(member, inside, key),
        ]),
      )
    }
    case 'array':
      return listFor(name, scene)
    case 'boolean':
      return false
    case 'number':
    case 'integer':
      return 0
    default:
      return textFor(name, scene)
  }
}

function listFor(name: string, { colours, mood, lighting, composition }: Scene): string[] {
  if (name === 'tags') return [...colours, composition, ...mood.split(' and '), 'emulated']
  if (name === 'aesthetic_terms') return [mood, lighting]
  return []
}

const honest = 'Written by the AI emulator of this demo, which sees only colours and light.'

function textFor(name: string, scene: Scene): string {
  const { description, mood, lighting, composition, colours } = scene
  switch (name) {
    case 'description':
      return description
    case 'mood':
      return mood
    case 'alt_text':
      return `${description} (Described by an emulator.)`
    case 'lighting':
      return lighting
    case 'composition':
      return composition
    case 'color_palette':
      return colours.join(', ')
    case 'background':
      return colours[0] ?? 'grey'
    case 'subject':
      return 'a scene that the emulator cannot name'
    case 'style':
      return 'photograph'
    case 'sd_caption':
      return ['fine-art photograph', ...colours, `${lighting} light`, `${mood} mood`, composition].join(', ')
    case 'camera':
    case 'clothing_or_accessories':
    case 'pose':
      return 'unknown'
    default:
      return scene.earlier ? rewritten(String(scene.earlier[name] ?? ''), scene) : captionFor(scene)
  }
}

function rewritten(text: string, { isWarmer = false }: Scene): string {
  if (text.trim() === '') return ''
  return isWarmer ? `Come closer. ${text}` : shortened(text)
}

/** Keeps the first half of the words, at most 30, up to the last sentence that ends there. */
function shortened(text: string): string {
  const words = text.split(/\s+/)
  const half = words.slice(0, Math.min(30, Math.ceil(words.length / 2)))
  const end = half.findLastIndex((word) => word.endsWith('.'))
  const kept = (end < 0 ? half : half.slice(0, end + 1)).join(' ')
  return `${kept.replace(/[.,:;]$/, '')}.`
}

function hashtagsFor({ colours }: Scene): string[] {
  return [...colours, 'Emulated']
}

function captionFor({ mood, colours, lighting, listsHashtags }: Scene): string {
  const [first = 'grey', second = first] = colours
  const pair = first === second ? `All in ${first}` : `${first} meets ${second}`
  const opening = pair.charAt(0).toUpperCase() + pair.slice(1)
  const text = `${opening}, ${mood}, in ${lighting} light. ${honest}`
  return listsHashtags ? text : `${text} #${first} #emulated`
}

function listed(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? 'grey'
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

function parse(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
