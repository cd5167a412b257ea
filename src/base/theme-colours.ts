/** Picks readable colours for both themes from the colours of a tenant. A leaf, so that the settings page previews with the same rules. */

export const themes = ['dark', 'light'] as const
export type Theme = (typeof themes)[number]

/** Colours that a tenant chose, as `#rrggbb`. */
export interface TenantColours {
  accent_color?: string | undefined
  background_color?: string | undefined
}

/** Default colours of the page, as in src/ui/tokens.css. */
export const ownColours = {
  dark: { background: '#0f0f10', raised: '#1b1b1e', text: '#f1efec', muted: '#a8a49d', accent: '#f0b46a' },
  light: { background: '#f5f3ef', raised: '#fffefb', text: '#1c1a17', muted: '#625d55', accent: '#8f5200' },
} as const satisfies Record<Theme, Record<string, string>>

export interface ThemeColours {
  background: string
  accent: string
}

/** Minimum contrast of text (WCAG 2.2, success criterion 1.4.3). */
const readable = 4.5

/** Picks the colours of each theme. Uses the tenant's colours if all text stays readable, and the page's own otherwise. */
export function coloursOf({ accent_color, background_color }: TenantColours): Record<Theme, ThemeColours> {
  const coloursFor = (theme: Theme): ThemeColours => {
    const own = ownColours[theme]
    const isReadable = (front: string, ...grounds: string[]) =>
      grounds.every((ground) => contrast(front, ground) >= readable)
    const isGround = (ground: string) => isReadable(own.text, ground) && isReadable(own.muted, ground)
    const background = background_color && isGround(background_color) ? background_color : own.background
    const accents = [accent_color, own.accent].filter((accent) => accent !== undefined)
    const accent = accents.find((candidate) => isReadable(candidate, background, own.raised))
    // Neither accent is readable on the tenant's background, so the background falls back too.
    return accent ? { background, accent } : { background: own.background, accent: own.accent }
  }
  return { dark: coloursFor('dark'), light: coloursFor('light') }
}

/** Computes the contrast ratio of two `#rrggbb` colours, 1 to 21 (WCAG 2.2, "contrast ratio" and "relative luminance"). */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
