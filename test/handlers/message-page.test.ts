import { describe, expect, it } from 'vitest'
import { messagePage } from '../../src/handlers/message-page.ts'

describe('a message page', () => {
  it('shows its title, its text and its link', async () => {
    const page = await messagePage({
      title: 'Signed out',
      text: 'Bye.',
      link: { text: 'Back', href: 'https://alice.test/' },
    })
    expect(page).toContain('<h1>Signed out</h1><p>Bye.</p>')
    expect(page).toContain('<a href="https://alice.test/">Back</a>')
    expect(page).not.toMatch(/undefined|<form|<script|<style|style=/)
  })

  it('escapes markup in all its texts', async () => {
    const attack = '"><script>alert(1)</script>&\''
    const link = { text: attack, href: attack }
    const page = await messagePage({ title: attack, text: attack, link, button: link, requestId: attack })
    expect(page).not.toContain('<script')
    expect(page).not.toContain('"&gt;')
    expect(page.match(/&lt;script&gt;/g)).toHaveLength(8)
  })
})
