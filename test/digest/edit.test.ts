import { describe, expect, test } from 'vitest'
import { edit, longestLead } from '../../src/digest/edit.ts'
import { verify } from '../../src/digest/index.ts'
import type { Digest, DigestChange } from '../../src/model/index.ts'
import { storyCount } from '../../src/model/index.ts'
import { richDigest, section, story } from '../fixtures/digests.ts'

/** Three sentences: of a story, of another with a count of its publishers, of what was read. */
const issue: Digest = {
  ...richDigest,
  lead: [
    { text: 'On a2.', backing: [{ kind: 'item', item: 'a2', quote: 'Meta says' }] },
    {
      text: 'On a1.',
      backing: [
        { kind: 'item', item: 'a1', quote: 'OLMo 4' },
        { kind: 'count', of: 'other publishers: a1', value: 2 },
      ],
    },
    { text: '1,204 items.', backing: [{ kind: 'count', of: 'items read', value: 1204 }] },
  ],
  sections: richDigest.sections.map((one) =>
    one.idea === 'renewal'
      ? {
          ...one,
          moved: { text: 'OLMo weighs most.', backing: [{ kind: 'item', item: 'a1', quote: 'OLMo 4' }] },
        }
      : one,
  ),
}

const by = 'Ada'
const changed = (change: DigestChange, of: Digest = issue, original: Digest = issue): Digest => {
  const edited = edit(of, change, by, original)
  if ('fault' in edited) throw new Error(edited.fault)
  return edited.digest
}
const fault = (change: DigestChange, of: Digest = issue) => {
  const edited = edit(of, change, by, issue)
  return 'fault' in edited ? edited.fault : null
}
const texts = ({ lead }: Digest) => lead.map(({ text }) => text)
const items = (digest: Digest, idea: string) =>
  digest.sections.find((one) => one.idea === idea)!.stories.map(({ item }) => item)

describe('a dropped story', () => {
  test('takes with it what rests on it, under every idea, and leaves the rest as it was', () => {
    const digest = changed({ what: 'drop', item: 'a1' })
    expect(items(digest, 'renewal')).toEqual(['a2', 'a3', 'a4'])
    expect(items(digest, 'compute-cost')).toEqual(['c2', 'c3'])
    expect(texts(digest)).toEqual(['On a2.', '1,204 items.'])
    expect(digest.sections[0]).not.toHaveProperty('moved')
    expect(digest.sections[1]!.moved).toEqual(issue.sections[1]!.moved)
    expect(digest).not.toHaveProperty('concept')
    expect(digest.debate).toEqual(issue.debate)
    expect(digest.sections.map(({ balance }) => balance)).toEqual(
      issue.sections.map(({ balance }) => balance),
    )
  })

  test('keeps sentences whose counts come out the same, and the reference of another story', () => {
    const digest = changed({ what: 'drop', item: 'a4' })
    expect(texts(digest)).toEqual(texts(issue))
    expect(digest.concept).toEqual(issue.concept)
    expect(digest).not.toHaveProperty('debate')
  })

  test('is counted among what was left out, with all of its items', () => {
    const one = story({ item: 'm', title: 'Many', items: ['m', 'n', 'o'] })
    const of: Digest = { ...issue, sections: [section('renewal', [one, story({ item: 'p', title: 'P' })])] }
    const once = changed({ what: 'drop', item: 'm' }, of)
    expect([once.leftOut - of.leftOut, once.left!.dropped]).toEqual([3, 3])
    expect(once.left).toMatchObject(of.left!)
    const twice = changed({ what: 'drop', item: 'b1' }, changed({ what: 'drop', item: 'b2' }))
    expect([twice.leftOut - issue.leftOut, twice.left!.dropped]).toEqual([2, 2])
    const { left: _, ...old } = of
    expect(changed({ what: 'drop', item: 'm' }, old)).not.toHaveProperty('left')
  })

  test('is not the last one: an issue without stories would say that the week was quiet', () => {
    const only: Digest = { ...issue, sections: [section('renewal', [story({ item: 'x', title: 'X' })])] }
    expect(fault({ what: 'drop', item: 'x' }, only)).toBe(
      'This is the only story of the issue. Hold the issue if it should not go out.',
    )
    const under = [story({ item: 'x', title: 'X' })]
    const twice: Digest = { ...issue, sections: [section('renewal', under), section('compute-cost', under)] }
    expect(storyCount(twice)).toBe(1)
    expect(fault({ what: 'drop', item: 'x' }, twice)).toMatch(/^This is the only story/)
  })

  test('that is none of the issue is a fault', () => {
    const twice = changed({ what: 'drop', item: 'b1' })
    expect(fault({ what: 'drop', item: 'b1' }, twice)).toBe('The issue has no story that is told by item b1.')
  })
})

describe('the order', () => {
  test('a pinned story stands first under each idea it stands under; the others keep theirs', () => {
    expect(items(changed({ what: 'pin', item: 'a3' }), 'renewal')).toEqual(['a3', 'a1', 'a2', 'a4'])
    const later = changed({ what: 'pin', item: 'a1' }, changed({ what: 'pin', item: 'c3' }))
    expect([items(later, 'renewal'), items(later, 'compute-cost')]).toEqual([
      ['a1', 'a2', 'a3', 'a4'],
      ['a1', 'c3', 'c2'],
    ])
    expect(fault({ what: 'pin', item: 'zz' })).toBe('The issue has no story that is told by item zz.')
  })

  test('those named come first, those not named follow; one named twice stands once', () => {
    const order = (items: string[]) => changed({ what: 'order', idea: 'renewal', items })
    expect(items(order(['a4', 'a2']), 'renewal')).toEqual(['a4', 'a2', 'a1', 'a3'])
    expect(items(order(['a3', 'a3']), 'renewal')).toEqual(['a3', 'a1', 'a2', 'a4'])
    expect(order([])).toEqual(issue)
    expect(items(order(['a4']), 'compute-cost')).toEqual(items(issue, 'compute-cost'))
  })

  test('of a strange idea, or with the story of another, is a fault', () => {
    expect(fault({ what: 'order', idea: 'rent', items: [] })).toBe('The issue has no section rent.')
    expect(fault({ what: 'order', idea: 'renewal', items: ['b1'] })).toMatch(/no story .* item b1/)
  })
})

describe('the lead', () => {
  test('is the editor’s, a paragraph each, in their words and under their name', () => {
    const text = '  First,\nstill first.\r\n\r\n Second. \n\n\n'
    expect(changed({ what: 'lead', text }).lead).toEqual([
      { text: 'First, still first.', backing: [], by },
      { text: 'Second.', backing: [], by },
    ])
  })

  test('stays the editor’s when stories are dropped', () => {
    const own = changed({ what: 'lead', text: 'Mine.' })
    expect(texts(changed({ what: 'drop', item: 'a1' }, own))).toEqual(['Mine.'])
  })

  test('is the composed one again, without what no longer holds', () => {
    const own = changed({ what: 'lead', text: 'Mine.' })
    expect(changed({ what: 'lead', text: null }, own)).toEqual(issue)
    const shorter = changed({ what: 'drop', item: 'a1' }, own)
    expect(texts(changed({ what: 'lead', text: null }, shorter))).toEqual(['On a2.', '1,204 items.'])
  })

  test('has words, and no more than every form has room for', () => {
    expect(fault({ what: 'lead', text: ' \n ' })).toBe('The lead has no words.')
    expect(fault({ what: 'lead', text: 'a'.repeat(longestLead) })).toBeNull()
    expect(fault({ what: 'lead', text: 'a'.repeat(longestLead + 1) })).toBe(
      'The lead is 1501 characters long; it can have 1500.',
    )
    expect(fault({ what: 'lead', text: 'a\n\nb\n\nc\n\nd' })).toBeNull()
    expect(fault({ what: 'lead', text: 'a\n\nb\n\nc\n\nd\n\ne' })).toBe(
      'The lead has 5 paragraphs; it can have four.',
    )
  })

  test('of an editor needs no proof, as a composed one does', () => {
    const evidence = { item: () => undefined }
    const leads = (digest: Digest) =>
      verify(digest, evidence).filter(({ text }) => texts(digest).includes(text))
    expect(leads(issue)).not.toEqual([])
    expect(leads(changed({ what: 'lead', text: 'It says 17 things of Nobody.' }))).toEqual([])
  })
})

test('what is changed stays as it was', () => {
  const before = JSON.stringify(issue)
  changed({ what: 'drop', item: 'a1' })
  changed({ what: 'pin', item: 'a4' })
  changed({ what: 'order', idea: 'renewal', items: ['a4', 'a3'] })
  changed({ what: 'lead', text: 'Mine.' })
  expect(JSON.stringify(issue)).toBe(before)
})
