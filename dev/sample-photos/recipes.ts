/** Pictures of each photographer: subject, shape, and storage format. */
import type { Canvas } from './canvas.ts'
import type { Look, Palette } from './palette.ts'
import type { Random } from './random.ts'
import { dunes } from './scenes/dunes.ts'
import { forest } from './scenes/forest.ts'
import { landscape } from './scenes/landscape.ts'
import { lanterns } from './scenes/lanterns.ts'
import { type Arrangement, ropes } from './scenes/ropes.ts'
import { sea } from './scenes/sea.ts'
import { silk } from './scenes/silk.ts'
import { stillLife } from './scenes/still-life.ts'

export interface Subject {
  title: string
  paint(width: number, height: number, palette: Palette, random: Random): Canvas
  /** Caption for people. A photo without a caption has no sidecar. */
  caption?: string
  tags: readonly string[]
}

/** Storage of a photo in its file. A set of these covers every EXIF orientation, JPEG, PNG and WebP. */
export interface Storage {
  format: 'jpg' | 'png' | 'webp'
  /** Visible size in pixels. */
  width: number
  height: number
  /** EXIF orientation, 1 to 8. */
  orientation: number
  isProgressive?: boolean
}

export const storages: readonly Storage[] = [
  { format: 'jpg', width: 2400, height: 1600, orientation: 2 },
  { format: 'jpg', width: 1800, height: 2400, orientation: 6 },
  { format: 'png', width: 1350, height: 900, orientation: 1 },
  { format: 'jpg', width: 2000, height: 2000, orientation: 7, isProgressive: true },
  { format: 'jpg', width: 6000, height: 4000, orientation: 8 },
  { format: 'webp', width: 2100, height: 1400, orientation: 3 },
  { format: 'jpg', width: 1600, height: 2400, orientation: 5 },
  { format: 'jpg', width: 3000, height: 2000, orientation: 4 },
]

const rope =
  (arrangement: Arrangement): Subject['paint'] =>
  (width, height, palette, random) =>
    ropes(width, height, palette, random, { arrangement })

const hills =
  (hasLake: boolean): Subject['paint'] =>
  (width, height, palette, random) =>
    landscape(width, height, palette, random, { hasLake })

export const subjects: Readonly<Record<Look, readonly Subject[]>> = {
  dusk: [
    {
      title: 'last-light-at-the-jetty',
      paint: sea,
      caption: 'The sea keeps the colour a little longer than the sky.',
      tags: ['sea', 'dusk', 'rope'],
    },
    {
      title: 'pines-after-sunset',
      paint: hills(false),
      caption: 'Seven ridges, and a night between each of them.',
      tags: ['mountains', 'dusk', 'pines'],
    },
    {
      title: 'rose jute, coiled',
      paint: rope('coil'),
      caption: 'Twenty metres, put away with care.',
      tags: ['rope', 'jute', 'still life'],
    },
    { title: 'lantern-street', paint: lanterns, tags: ['night', 'lights', 'bokeh'] },
    {
      title: 'violet-lake',
      paint: hills(true),
      caption: 'Not a breath of wind, and not a sound.',
      tags: ['lake', 'mountains', 'reflection'],
    },
    { title: 'silk-in-evening-colours', paint: silk, tags: ['silk', 'abstract'] },
    {
      title: 'table-by-the-window',
      paint: stillLife,
      caption: 'What was left after supper.',
      tags: ['still life', 'window light'],
    },
    {
      title: 'the-warm-side-of-the-dunes',
      paint: dunes,
      caption: 'One side still holds the day.',
      tags: ['dunes', 'dusk', 'sand'],
    },
  ],
  studio: [
    {
      title: 'trefoil',
      paint: rope('knot'),
      caption: 'Three turns, no beginning.',
      tags: ['rope', 'knot', 'jute'],
    },
    {
      title: 'clay-and-linen',
      paint: stillLife,
      caption: 'Four vessels that never held anything.',
      tags: ['still life', 'ceramics'],
    },
    {
      title: 'copper-silk',
      paint: silk,
      caption: 'Light folded into cloth.',
      tags: ['silk', 'abstract', 'copper'],
    },
    { title: 'hank no. 4', paint: rope('coil'), tags: ['rope', 'coil', 'jute'] },
    {
      title: 'wraps-with-a-braid',
      paint: rope('wraps'),
      caption: 'Even tension, row by row.',
      tags: ['rope', 'texture', 'pattern'],
    },
    { title: 'backstage', paint: lanterns, tags: ['lights', 'bokeh', 'night'] },
    {
      title: 'loops-on-the-wall',
      paint: rope('loops'),
      caption: 'Hung up to rest.',
      tags: ['rope', 'wall', 'jute'],
    },
    {
      title: 'amber-forest',
      paint: forest,
      caption: 'The studio has a back door.',
      tags: ['forest', 'mist', 'amber'],
    },
  ],
  tide: [
    {
      title: 'early-jetty',
      paint: sea,
      caption: 'The ferry is late, which is fine.',
      tags: ['sea', 'morning', 'rope'],
    },
    {
      title: 'birches-in-mist',
      paint: forest,
      caption: 'Everything further than ten steps is a rumour.',
      tags: ['forest', 'mist'],
    },
    { title: 'fjord', paint: hills(true), tags: ['fjord', 'reflection', 'morning'] },
    {
      title: 'cotton line, coiled',
      paint: rope('coil'),
      caption: 'Washed, dried, and ready.',
      tags: ['rope', 'cotton', 'coil'],
    },
    { title: 'moorings', paint: rope('loops'), caption: 'Slack water.', tags: ['rope', 'harbour'] },
    { title: 'under-the-surface', paint: silk, tags: ['water', 'abstract'] },
    {
      title: 'kitchen-north-light',
      paint: stillLife,
      caption: 'North light, all morning.',
      tags: ['still life', 'ceramics'],
    },
    {
      title: 'pale-dunes',
      paint: dunes,
      caption: 'Low tide, and no footprints yet.',
      tags: ['dunes', 'morning', 'shore'],
    },
  ],
  moss: [
    {
      title: 'beeches-after-rain',
      paint: forest,
      caption: 'The rain stopped, the trees went on.',
      tags: ['forest', 'rain', 'green'],
    },
    {
      title: 'hemp on the bench',
      paint: rope('loops'),
      caption: 'Drying in the shade.',
      tags: ['rope', 'hemp', 'garden'],
    },
    { title: 'pond', paint: hills(true), tags: ['pond', 'reflection', 'summer'] },
    {
      title: 'hemp, coiled',
      paint: rope('coil'),
      caption: 'Eight millimetres, oiled twice.',
      tags: ['rope', 'hemp', 'coil'],
    },
    {
      title: 'vineyard-hills',
      paint: hills(false),
      caption: 'The far rows ripen first.',
      tags: ['hills', 'vineyard', 'evening'],
    },
    { title: 'garden-party', paint: lanterns, tags: ['garden', 'lights', 'bokeh'] },
    {
      title: 'potting-shed',
      paint: stillLife,
      caption: 'Three pots. The third leaks.',
      tags: ['still life', 'clay', 'shed'],
    },
    {
      title: 'square-knot',
      paint: rope('knot'),
      caption: 'It holds, and it opens.',
      tags: ['rope', 'knot', 'hemp'],
    },
  ],
}
