import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRenderer, TemplateError } from '../../src/render/index.ts'
import { ideas, richDigest } from '../fixtures/digests.ts'
import { site, templatesDir, unsubscribeUrl } from './reading.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'freehold-templates-'))
  cpSync(templatesDir, dir, { recursive: true })
})
afterEach(() => rmSync(dir, { recursive: true }))

const create = () => createRenderer({ templatesDir: dir, publicUrl: site, ideas })

describe('a template with a fault is named', () => {
  test('at the start, when it can’t be understood', () => {
    writeFileSync(join(dir, 'pages/idea.html.hbs'), '{{#if open}}never closed')
    expect(create).toThrow(TemplateError)
    expect(create).toThrow(join(dir, 'pages/idea.html.hbs'))
  })

  test('at the start, when it is missing', () => {
    rmSync(join(dir, 'pages/wiki.html.hbs'))
    expect(create).toThrow(/pages\/wiki.* is missing; see TEMPLATES_DIR/)
  })

  test('at the start, when the folder is missing', () => {
    const nowhere = () => createRenderer({ templatesDir: join(dir, 'nowhere'), publicUrl: site, ideas })
    expect(nowhere).toThrow(/nowhere: the templates can't be read/)
  })

  test('when it asks for what is not there', () => {
    writeFileSync(join(dir, 'email-digest.html.hbs'), '<p>{{issue}} {{isue}}</p>')
    const renderer = create()
    const send = () => renderer.email(richDigest, { unsubscribeUrl })
    expect(send).toThrow(join(dir, 'email-digest.html.hbs'))
    expect(send).toThrow(/isue/)
  })

  test('when the fault is in a part of it', () => {
    writeFileSync(join(dir, 'partials/story.html.hbs'), '<li>{{titel}}</li>')
    const renderer = create()
    expect(() => renderer.digestPage(richDigest)).toThrow(join(dir, 'partials/story.html.hbs'))
  })
})

test('a template can be changed without touching the program', () => {
  writeFileSync(join(dir, 'terminal-digest.text.hbs'), 'Only {{issue}} & {{period}}')
  expect(create().text(richDigest)).toBe('Only Freehold 12 & 16–22 November 2026')
})
