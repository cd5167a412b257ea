import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { de } from '../../src/ui/texts/de.ts'
import { en } from '../../src/ui/texts/en.ts'

const languages = { en, de }

describe.each(Object.entries(languages))('texts in %s', (language, texts) => {
  it('has each text in a single file, so that no file hides a text of another', async () => {
    const folder = new URL(`../../src/ui/texts/${language}/`, import.meta.url)
    const files = await Promise.all((await readdir(folder)).map((name) => import(new URL(name, folder).href)))
    const names = files.flatMap(namesIn)
    expect(names.toSorted()).toEqual(Object.keys(texts).toSorted())
  })
})

/** Returns the names of the texts that a file adds to its language; none for formats and parts of another file. */
function namesIn(file: Record<string, object>): string[] {
  return Object.entries(file)
    .filter(([name]) => name.endsWith('Texts'))
    .flatMap(([, texts]) => Object.keys(texts))
}
