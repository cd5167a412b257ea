import { describe, expect, it } from 'vitest'
import { chooseSections, usageOf } from '../../bench/sections.ts'

const names = ['throughput', 'web-app', 'startup'] as const

describe('the sections of a benchmark run', () => {
  it('chooses all sections without an argument', () => {
    expect(chooseSections(names, [])).toEqual({ chosen: names, isWhole: true })
  })

  it('keeps the order of the sections that --only names', () => {
    expect(chooseSections(names, ['--only', 'startup, throughput'])).toEqual({
      chosen: ['throughput', 'startup'],
      isWhole: false,
    })
  })

  it('refuses an unknown name and lists the known names', () => {
    expect(() => chooseSections(names, ['--only', 'web-app,web'])).toThrow(
      'Unknown section: web. Known sections: throughput, web-app, startup.',
    )
  })

  it('refuses --only without a name, and unknown arguments', () => {
    expect(() => chooseSections(names, ['--only', ''])).toThrow('Unknown section')
    expect(() => chooseSections(names, ['--fast'])).toThrow('--fast')
  })

  it('names the sections in the usage', () => {
    expect(usageOf(names)).toContain('throughput, web-app, startup')
  })
})
