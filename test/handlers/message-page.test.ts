import { describe, expect, it } from 'vitest'
import { messagePage } from '../../src/handlers/message-page.ts'

describe('a page with a message', () => {
  it('says what it has to say, and what to do next', async () => {
    const page = await messagePage({
      title: 'Signed out',
      text: 'Bye.',
      link: { text: 'Back', href: 'https://alice.test/' },
    })
    expect(page).toContain('<h1>Signed out</h1><p>Bye.</p>')
    expect(page).toContain('<a href="https://alice.test/">Back</a>')
    expect(page).not.toMatch(/undefined|<form|<script|<style|style=/)
  })

  it('cannot be made to hold markup of others', async () => {
    const attack = '"><script>alert(1)</script>&\''
    const link = { text: attack, href: attack }
    const page = await messagePage({ title: attack, text: attack, link, button: link, requestId: attack })
    expect(page).not.toContain('<script')
    expect(page).not.toContain('"&gt;')
    expect(page.match(/&lt;script&gt;/g)).toHaveLength(8)
  })
})
