/** Sidecars in every shape that V2 has given them, and V2's way of reading one. */

const identity = `# image_file: dusk-01.jpg
# dropbox_file_id: id:a4ayc_80_OEAAAAAAAAAXw
# dropbox_rev: 5f3e2a1b7c90
# sha256: 3c9909afec25354d551dae21590bb26e38d53f2173b8d3dc3eee4c047e7ab1c1
# created: 2025-11-09T18:04:11Z
# sd_caption_version: v1.0
# model_version: gpt-4o
`

export const v2Sidecars = {
  'the first version': `fine-art figure study, rope harness, low-key light

# ---
${identity}# lighting: low-key, one lamp from the left
# tags: ["rope", "studio", "low key"]
# moderation: []
`,

  'with extended metadata and an artist': `kneeling figure, jute rope, window light, 85mm

# ---
${identity}# artist_alias: Alice Knots
# subject: kneeling figure
# lighting: soft, from a window
# pose: kneeling, hands behind the back
# camera: 85mm, f/2
# materials: jute rope: natural, 6 mm
# art_style: documentary
# composition: subject left of the middle
# background: bare wooden floor
# color_palette: ochre, black
# alt_text: A person kneels on a wooden floor – light falls in from the left.
# tags: ["rope", "jute", "Fensterlicht – weich"]
# aesthetic_terms: ["quiet", "grain"]
# moderation: ["nudity: partial"]
`,

  'as the first plan had it': `woman in red at dusk
# ---
# image_file: red.jpg
# sha1: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b
# sd_caption_version: 1
`,

  'with an edited caption': `kneeling figure, jute rope

# ---
${identity}# caption: "Dusk": the last knot. #shibari
# caption_edited: True
# caption_updated_at: 2026-03-02T20:15:00Z
`,

  'with an edited caption of several lines as they stood': `kneeling figure, jute rope

# ---
${identity}# caption: The last knot.

#rope #shibari
# caption_edited: True
# caption_updated_at: 2026-03-02T20:15:00Z
`,

  'of an edit without an analysis': `The last knot.

#rope #shibari

# ---
# caption: The last knot.

#rope #shibari
# caption_edited: True
# caption_updated_at: 2026-03-02T20:15:00Z
`,

  'with captions by platform': `kneeling figure, jute rope

# ---
${identity}# caption_generated: {"telegram": "Dusk, and one\\nlast knot.", "email": "One last knot?"}
`,

  'with captions by platform as Python prints them': `kneeling figure, jute rope

# ---
${identity}# caption_generated: {'telegram': "Dusk isn't over.\\n\\x85 \\u2028 \\U0001f305", 'email': 'Say \\'no\\' or "yes"'}
# caption: My own words.
# caption_edited: True
# caption_updated_at: 2026-08-30T07:00:00Z
`,

  'the newest version, without a Stable Diffusion caption': `

# ---
# image_file: dusk-01.jpg
# dropbox_file_id: etag-1
# file_id: etag-1
# dropbox_rev: 17
# revision: 17
# created: 2026-09-20T10:00:00Z
# model_version: gpt-4.1
# distinctive_detail: a frayed end
# caption_generated: {"telegram": "Cold floor, warm hands.", "email": "One frayed end."}
# caption_angles: {"telegram": "craft", "email": "moment"}
# caption: !json "Two lines\\nof mine."
# caption_submitted: {"telegram": "For the channel.", "email": "Two lines\\nof mine."}
# caption_edited: True
# caption_updated_at: 2026-09-20T10:05:00Z
`,
}

/** What V2's newest reader makes of a file: its line breaks are Python's, and the last line of a key counts. */
export function asV2Reads(text: string): { sdCaption: string; metadata: Map<string, unknown> } {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Python ends lines at these
  const lines = text.split(/\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/).map((line) => line.trim())
  const separator = lines.findIndex((line, index) => index > 0 && line.startsWith('# ---'))
  const metadata = new Map<string, unknown>()
  for (const line of separator < 0 ? [] : lines.slice(separator + 1)) {
    const [key, ...rest] = line.startsWith('# ') ? line.slice(2).split(': ') : ['']
    if (key && rest.length > 0) metadata.set(key.trim(), valueAsV2Reads(rest.join(': ').trim()))
  }
  return { sdCaption: lines[0] ?? '', metadata }
}

function valueAsV2Reads(written: string): unknown {
  if (!/^(?:[[{]|!json )/.test(written)) return written
  try {
    return JSON.parse(written.replace(/^!json /, ''))
  } catch {
    return written
  }
}

/** A sidecar that holds nothing but the training prompt of V2 and where it came from. */
export const trainingPromptOnly = `seated figure, hemp rope, candle light, dark wooden floor

# ---
# image_file: dusk.jpg
# created: 2025-04-02T09:12:44Z
# sd_caption_version: v1.0
# model_version: gpt-4o
`
