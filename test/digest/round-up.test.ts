import { describe, expect, test } from 'vitest'
import { isRoundUp, topicOf, topicsOf } from '../../src/digest/round-up.ts'

describe('a title gathers several news', () => {
  test.each([
    'Weekly round-up: models, chips, courts',
    'The Morning Packet, Tuesday',
    'This week in open models',
    'Import models, issue 431',
    'Links for 12 May',
    'Newsletter: what we read',
    'Signal & Quay no. 209',
    'Policy digest, week 14',
    'Lab Opens Weights, Chips Run Short, A Robot That Sweeps',
    'Lab opens its weights; Chips run short; 3 more libraries',
    'Corvane closes a door | Brontide raises prices | Letters from readers',
  ])('%s', (title) => {
    expect(isRoundUp(title)).toBe(true)
  })
})

describe('a title tells of one thing', () => {
  test.each([
    'Apple, Google and Amazon sign deal',
    'Apple, Google and Amazon Web Services sign deal on open weights',
    'Corvane, which was open, closes',
    'Harbour Lab releases Skerry 3 with weights, data and recipe',
    'Harbour Lab, Moss AI, Corvane Systems and Northfold adopt the definition of open data',
    'Harbour Lab, Moss AI, and Northfold adopt the definition of open data',
    'New York, New Jersey, Rhode Island pass bills on open models',
    'Introducing Skerry 4 Small, Skerry 4 Medium, Skerry 4 Large',
    'Packet loss between clusters fixed by the network',
    'Harbour Lab’s Skerry 3 is #1 of the open models',
    'Halgard Cloud, Corvane: clearance with conditions',
    'Ministry of Works, Albary: notice of award',
    'In Port Ellery, a bank lends to a lab',
    'Brontide lifts prices by 8%, 27% or 30%',
    'Skerry 3.1 — a point release',
    'Ferrymaster 2.4: release notes',
    '',
  ])('%s', (title) => {
    expect(isRoundUp(title)).toBe(false)
    expect(topicsOf(title)).toEqual([title])
  })
})

describe('the topics of a round-up', () => {
  const title = 'Lab Opens Weights, Chips Run Short, and A Robot That Sweeps'

  test('are the parts of its title', () => {
    expect(topicsOf(title)).toEqual(['Lab Opens Weights', 'Chips Run Short', 'A Robot That Sweeps'])
  })

  test('are found by the evidence that names one', () => {
    expect(topicOf(title, 'Chips Run Short')).toBe('Chips Run Short')
    expect(topicOf(title, 'Robot That Sweeps')).toBe('A Robot That Sweeps')
  })

  test('are not taken apart when the evidence stands elsewhere', () => {
    expect(topicOf(title, 'The weights are on the hub.')).toBe(title)
  })

  test('of a title that tells of one thing are the title', () => {
    expect(topicOf('Harbour Lab opens its weights', 'opens its weights')).toBe(
      'Harbour Lab opens its weights',
    )
  })
})
