import { describe, expect, test } from 'vitest'
import { isSmallTalk } from '../../src/bot/small-talk.ts'

describe('small talk', () => {
  test.each([
    '',
    '  ',
    'hi',
    'Hello there!',
    'hey freehold',
    'thanks!',
    'Thank you',
    'help',
    'who are you?',
    'what can you do',
  ])('is %j', (text) => expect(isSmallTalk(text)).toBe(true))

  test.each([
    'hi, what is cheap space?',
    'thanks to whom is the stock renewed',
    'help me understand openwashing',
    'who was Jane Jacobs',
    'what is this frame about',
    'test of openness',
    'what can open models do',
  ])('is not %j', (text) => expect(isSmallTalk(text)).toBe(false))
})
