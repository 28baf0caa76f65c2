import { describe, expect, test } from 'vitest'
import { edit, longestLead } from '../../src/digest/edit.ts'
import { composeDigest, verify } from '../../src/digest/index.ts'
import type { Digest, DigestChange } from '../../src/model/index.ts'
import { storyCount } from '../../src/model/index.ts'
import { richDigest, section, story } from '../fixtures/digests.ts'
import { feeds, input, item, since } from './items.ts'

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
    expect([...texts(digest), digest.sections[0]!.moved?.text].join(' ')).not.toMatch(/a1|OLMo/)
    expect(digest.sections[1]!.moved).toEqual(issue.sections[1]!.moved)
    expect(digest).not.toHaveProperty('concept')
    expect(digest.debate).toEqual(issue.debate)
    expect(digest.sections.map(({ balance }) => balance)).toEqual(
      issue.sections.map(({ balance }) => balance),
    )
  })

  test('that the lead rests on leaves a lead that is composed anew, as if it had never been there', () => {
    const told = [
      item('lead', 'Harbour Lab releases the weights of Heron 4', { renewal: ['opens', 0.95] }),
      item('next', 'A court closes the registry of shared models', {
        'institutional-support': ['closes', 0.8],
      }),
      item('last', 'Ledgerline cuts the price of hosted inference', { 'compute-cost': ['opens', 0.7] }),
      item('talk', 'Somebody talks of renewed rents', { renewal: ['closes', 0.9] }, { kind: 'community' }),
    ]
    const composed = composeDigest(input(told)).digest
    const [dropped, ...left] = told
    expect(composed.lead[0]!.text).toContain(dropped!.title)
    const sources = { items: new Map(told.map((one) => [one.id, one])), feeds: new Map() }
    const edited = edit(composed, { what: 'drop', item: 'lead' }, by, composed, sources) as { digest: Digest }
    expect(edited.digest.lead.length).toBeGreaterThan(1)
    expect(edited.digest.lead).toEqual(composeDigest(input(left)).digest.lead)
    expect(verify(edited.digest, { item: (id) => sources.items.get(id) })).toEqual([])
    const own = changed({ what: 'lead', text: 'Mine.' }, composed, composed)
    const without = edit(own, { what: 'drop', item: 'lead' }, by, composed, sources) as { digest: Digest }
    expect(texts(without.digest)).toEqual(['Mine.'])
    expect(edit(without.digest, { what: 'lead', text: null }, by, composed, sources)).toEqual(edited)
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

  test('of an issue from before stories listed their items is dropped too', () => {
    const sections = issue.sections.map((one) => ({
      ...one,
      stories: one.stories.map(({ items: _, ...rest }) => rest as (typeof one.stories)[number]),
    }))
    const digest = changed({ what: 'drop', item: 'a1' }, { ...issue, sections })
    expect([items(digest, 'renewal'), digest.leftOut - issue.leftOut]).toEqual([['a2', 'a3', 'a4'], 1])
    expect(texts(digest).join()).not.toMatch(/a1|OLMo/)
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

describe('an item that is taken out of its story', () => {
  const title = 'Harbour Lab releases the weights of Heron 4'
  const one = (id: string, feed: string, part = {}) => ({
    ...item(id, title, { renewal: 'opens' }, { feed, url: 'https://harbour-lab.example/heron', ...part }),
    canonicalUrl: 'https://harbour-lab.example/heron',
  })
  const told = [
    one('told', 'harbour-lab', { publishedAt: since }),
    one('ministry', 'ministry', { publishedAt: since + 1 }),
    one('early', 'tideline', { publishedAt: since + 2 }),
    one('late', 'tideline-markets', { publishedAt: since + 3 }),
    one('own', 'harbour-mirror', { publishedAt: since + 4 }),
  ]
  const composed = composeDigest(input(told)).digest
  const teller = composed.sections[0]!.stories[0]!.item
  const sources = {
    items: new Map(told.map((each) => [each.id, each])),
    feeds: new Map(feeds.map((feed) => [feed.id, feed])),
  }
  const without = (id: string, of = composed) => edit(of, { what: 'unlink', item: id }, by, composed, sources)
  const unlinked = (id: string, of = composed) => (without(id, of) as { digest: Digest }).digest
  const named = ({ sections }: Digest) => sections[0]!.stories[0]!.also.map(({ feedTitle }) => feedTitle)

  test('is among its items no more, nor its publisher, unless another item of it is theirs', () => {
    expect(teller).toBe('told')
    expect(named(composed)).toEqual(['Ministry', 'Tideline'])
    expect(named(unlinked('ministry'))).toEqual(['Tideline'])
    expect(named(unlinked('early'))).toEqual(['Ministry', 'Tideline Markets'])
    expect(named(unlinked('late', unlinked('early')))).toEqual(['Ministry'])
    expect(named(unlinked('own'))).toEqual(['Ministry', 'Tideline'])
    const digest = unlinked('ministry')
    expect(digest.sections[0]!.stories[0]!.items).toEqual(['told', 'early', 'late', 'own'])
    expect([digest.leftOut - composed.leftOut, digest.left!.dropped]).toEqual([1, 1])
    expect(unlinked('early', digest).left!.dropped).toBe(2)
  })

  test('is known by its feed and address in issues that do not say whose item an “also” is', () => {
    const [story] = composed.sections[0]!.stories
    const old: Digest = {
      ...composed,
      sections: [
        {
          ...composed.sections[0]!,
          stories: [{ ...story!, also: story!.also.map(({ item: _, ...rest }) => rest) }],
        },
      ],
    }
    expect(named(unlinked('ministry', old))).toEqual(['Tideline'])
  })

  test('stands in no sentence of ours', () => {
    expect(composed.lead[0]!.text).toContain('(Harbour Lab and 2 other publishers)')
    const digest = unlinked('ministry')
    expect(digest.lead[0]!.text).toContain('(Harbour Lab and Tideline)')
    expect(verify(digest, { item: (id) => sources.items.get(id) })).toEqual([])
  })

  test('is not the one that tells it, nor one that is in none', () => {
    expect(without('told')).toEqual({
      fault: 'Item told is the one that tells its story; drop the story if it is wrong.',
    })
    expect(without('zz')).toEqual({ fault: 'The issue has no story that item zz stands with.' })
    expect(without('ministry', unlinked('ministry'))).toHaveProperty('fault')
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

  test('is the composed one again, or composed anew where it no longer holds', () => {
    const own = changed({ what: 'lead', text: 'Mine.' })
    expect(changed({ what: 'lead', text: null }, own)).toEqual(issue)
    const shorter = changed({ what: 'drop', item: 'a1' }, own)
    const again = changed({ what: 'lead', text: null }, shorter)
    expect(again.lead).toEqual(changed({ what: 'drop', item: 'a1' }).lead)
    expect(texts(again).join()).not.toMatch(/a1|OLMo/)
    expect(texts(changed({ what: 'lead', text: null }, changed({ what: 'drop', item: 'a4' }, own)))).toEqual(
      texts(issue),
    )
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
