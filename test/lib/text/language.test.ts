import { expect, test } from 'vitest'
import { detectLanguage, readableLanguages } from '../../../src/lib/text/index.ts'

const english = [
  'The Commission opens a formal investigation into the licence terms of open models',
  'Mistral AI raises €1.7B',
  'Aleph Alpha and Schwarz Gruppe partner',
  'Bundesnetzagentur fines Deutsche Telekom',
  'Die Zeit sues OpenAI',
  'Der Spiegel tests ChatGPT',
  "Conseil d'État rejects Clearview appeal",
  'CNIL fines Google €325 million',
  'Garante blocks DeepSeek in Italy',
  'Alibaba releases 通义千问 Qwen3',
  'São Paulo data centers',
  'El Salvador bets on Grok',
  'La Poste, Dassault and Mistral sign',
  'Paris AI summit: Modi, Vance, von der Leyen',
  'Qwen3-Max released',
  'gpt-oss-120b',
  'o3-mini',
  'vLLM v0.11.0',
  'Anthropic',
  'Nano Banana Pro',
]

test.each(english)('reads "%s" as English', (text) => {
  expect(detectLanguage(text)).toBe('en')
  expect(detectLanguage(text, 'en-US')).toBe('en')
})

const foreign = [
  'Die Bundesregierung hat ein Gesetz beschlossen, das offene Modelle fördert.',
  'OpenAI veröffentlicht neues Modell',
  'Der Chatbot, der zu viel wusste',
  "La CNIL publie ses recommandations sur l'intelligence artificielle",
  'OpenAI dévoile un nouveau modèle',
  'El Gobierno aprueba la ley de inteligencia artificial',
  'OpenAI presenta un nuovo modello di intelligenza artificiale',
  'Nieuwe regels voor kunstmatige intelligentie',
  'Komisja Europejska wszczyna postępowanie przeciwko firmie Meta',
  '人工智能开放模型正在改变市场',
  '阿里巴巴发布通义千问3',
  '新しいAIモデルが発表された',
  'OpenAI、新モデル「GPT-5」を発表',
  'Новые правила для искусственного интеллекта',
  'قواعد جديدة للذكاء الاصطناعي في أوروبا',
  '오픈AI, 새로운 모델 공개',
]

test.each(foreign)('does not claim to read "%s"', (text) => {
  expect(detectLanguage(text)).toBe('unsupported')
})

test.each(['', '   ', '2026', '1,234 — 56 %', '🎉', 'https://example.org/ein/neues/gesetz'])(
  'takes "%s" for English',
  (text) => {
    expect(detectLanguage(text)).toBe('en')
    expect(detectLanguage(text, 'de')).toBe('en')
  },
)

test('needs less to doubt a feed that declares another language', () => {
  expect(detectLanguage('Nvidia meldet Rekordumsatz')).toBe('en')
  expect(detectLanguage('Nvidia meldet Rekordumsatz', 'de-DE')).toBe('unsupported')
})

test('needs more to doubt a feed that declares English', () => {
  expect(detectLanguage('Neue Regeln für KI-Modelle')).toBe('unsupported')
  expect(detectLanguage('Neue Regeln für KI-Modelle', 'en')).toBe('en')
  expect(
    detectLanguage('Die Bundesregierung hat ein Gesetz beschlossen, das offene Modelle fördert.', 'en'),
  ).toBe('unsupported')
})

test('believes the text of a feed that wrongly declares another language', () => {
  expect(detectLanguage('The new model is released under an open licence', 'de')).toBe('en')
})

test('names English as the language that can be read', () => {
  expect(readableLanguages).toEqual(['en'])
})
