import { describe, expect, test } from 'vitest'
import { readAccount } from '../../src/digest/account.ts'
import { stemOf } from '../../src/lib/text/index.ts'

const read = (title: string, summary = '') => readAccount({ title, summary })
const stems = (words: string) => new Set(words === '' ? [] : words.split(' ').map(stemOf))
const names = (title: string) => read(title).titleNames
const versions = (title: string, summary = '') =>
  [...read(title, summary).versions].map(([name, numbers]) => `${name} ${[...numbers].join(' ')}`)

describe('the words of an account', () => {
  test('are the telling ones of title and text, each once and by its stem', () => {
    const { title, text } = read('The weights are opened', 'They open a weight for the public.')
    expect(title).toEqual(stems('weights opened'))
    expect(text).toEqual(stems('weight open public'))
  })

  test('meet though a number is written in words', () => {
    expect(read('Nine months behind').title).toEqual(read('9 months behind').title)
    expect(read('Twenty libraries').title.has('20')).toBe(true)
  })

  test('lose the mark of the possessive', () => {
    expect(read('Corvane’s turn').title).toEqual(read("Corvane's turn").title)
    expect(read('Corvane’s turn').title).toEqual(read('Corvane turn').title)
  })

  test('do not hold the name that a feed adds at the end of its titles', () => {
    const bare = read('Harbour Lab releases Heron weights').title
    for (const end of [' | Ledgerline', ' - Ledgerline', ' — The Ledgerline News', ' – Ledgerline'])
      expect(read(`Harbour Lab releases Heron weights${end}`).title).toEqual(bare)
  })

  test('keep a number at the end, which is no feed’s name', () => {
    expect(read('Harbour Lab puts out weights - 7B').title.has('7b')).toBe(true)
  })

  test('of a long text are those of its beginning', () => {
    const { text } = read('Notes', `${'plain words follow. '.repeat(40)}Brontide`)
    expect(text.has(stemOf('brontide'))).toBe(false)
    expect(read('Notes', 'Brontide').text.has(stemOf('brontide'))).toBe(true)
  })

  test('of nothing are none', () => {
    expect(read('')).toMatchObject({ title: new Set(), text: new Set(), names: new Set(), words: [] })
  })
})

describe('names', () => {
  test('are words with a capital within a sentence', () => {
    const title = 'Prices of training rise again at Ardmoor, says a house in Port Ellery'
    expect(names(title)).toEqual(stems('ardmoor port ellery'))
  })

  test('are not the common words that a sentence begins with', () => {
    expect(names('Prices rise again')).toEqual(stems(''))
    expect(names('A study found it: Prices rise again')).toEqual(stems(''))
  })

  test('are the uncommon words that a sentence begins with', () => {
    expect(names('Brontide raises prices')).toEqual(stems('brontide'))
  })

  test('are not the common words of a title in capitals', () => {
    expect(names('Brontide Takes More Money From Every House')).toEqual(stems('brontide'))
    expect(names('BRONTIDE TAKES MORE MONEY FROM EVERY HOUSE')).toEqual(stems('brontide'))
  })

  test('may have their capital within the word', () => {
    expect(names('a camera for the iPhone')).toEqual(stems('iphone'))
  })

  test('of the text are kept apart from those of the title', () => {
    const { titleNames, names } = read('Models are out', 'They come from Harbour Lab.')
    expect(titleNames).toEqual(stems(''))
    expect(names).toEqual(stems('harbour lab'))
  })
})

describe('versions', () => {
  test.each([
    ['Meta releases Llama 3.1 weights', ['llama 3.1']],
    ['Introducing GPT-5', ['gpt 5']],
    ['Qwen2.5 on a phone', ['qwen 2.5']],
    ['Kestrel ships the K2', ['k 2']],
    ['Runtime Ferrymaster v2.1.3 is out', ['ferrymaster 2.1.3']],
    ['From Skerry 3.1 to Skerry 3.2', ['skerry 3.1 3.2']],
  ])('stand behind a name: %s', (title, expected) => {
    expect(versions(title)).toEqual(expected)
  })

  test.each([
    'Brontide 25% dearer',
    'Corvane 40 million richer',
    'Corvane 2026 in numbers',
    'Zenith 1,900 answers',
    'Nine models compared',
  ])('are not amounts or years: %s', (title) => {
    expect(versions(title)).toEqual([])
  })

  test('are those of the text only where the title has none', () => {
    expect(versions('Skerry 3 is out', 'It follows Skerry 2.')).toEqual(['skerry 3'])
    expect(versions('New weights', 'Skerry 3 follows Skerry 2.')).toEqual(['skerry 3 2'])
  })
})
