/** Colours of each look, which make the photographers' pages easy to tell apart. */
import { hex, type Rgb } from './colour.ts'

export interface Palette {
  /** Sky from the top down to the horizon. */
  sky: readonly Rgb[]
  /** Sun, moon or lamp. */
  light: Rgb
  /** Distant hills, then hills in front. */
  far: Rgb
  near: Rgb
  water: Rgb
  rope: Rgb
  /** Cloth below ropes and vessels. */
  cloth: Rgb
  /** Glazes, blossoms, lanterns. */
  accents: readonly Rgb[]
}

export const looks = ['dusk', 'studio', 'tide', 'moss'] as const
export type Look = (typeof looks)[number]

export const palettes: Readonly<Record<Look, Palette>> = {
  dusk: {
    sky: ['#1d1b3f', '#43305f', '#8a4a7d', '#d9737a', '#f6b183'].map(hex),
    light: hex('#ffd9a0'),
    far: hex('#9c6690'),
    near: hex('#1a1330'),
    water: hex('#39275a'),
    rope: hex('#d9a08b'),
    cloth: hex('#4a2a4d'),
    accents: ['#f2a65e', '#e0607e', '#8d5fb0', '#f7d9a8', '#5b4b9a'].map(hex),
  },
  studio: {
    sky: ['#0b0908', '#1b1410', '#33241a', '#6a4526', '#b37a3e'].map(hex),
    light: hex('#ffcf8a'),
    far: hex('#5e4530'),
    near: hex('#0d0a08'),
    water: hex('#1e1712'),
    rope: hex('#cfa66b'),
    cloth: hex('#241a15'),
    accents: ['#a8452c', '#d8b07a', '#5d6b52', '#e8dcc4', '#7a2e22'].map(hex),
  },
  tide: {
    sky: ['#3f6f86', '#6f9fae', '#a9c8c8', '#dfe6d8', '#f7ead2'].map(hex),
    light: hex('#fff4d6'),
    far: hex('#9fbcc0'),
    near: hex('#1f3b47'),
    water: hex('#2f6672'),
    rope: hex('#efe3c6'),
    cloth: hex('#5f8f94'),
    accents: ['#2f7f8c', '#f2efe2', '#e09f7d', '#16495a', '#b9d3c5'].map(hex),
  },
  moss: {
    sky: ['#27402f', '#4c6b45', '#83995c', '#c0bf82', '#efe4b4'].map(hex),
    light: hex('#fff0b8'),
    far: hex('#7f9468'),
    near: hex('#14251a'),
    water: hex('#33543f'),
    rope: hex('#c9b079'),
    cloth: hex('#3d5a43'),
    accents: ['#b5532f', '#e6c35c', '#5f7d3a', '#f1e7c9', '#7c4a63'].map(hex),
  },
}
