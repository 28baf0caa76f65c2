import { expect, test } from 'vitest'
import { metricsText } from '../../src/web/metrics.ts'

test('figures stand in Prometheus’s text format, whatever their labels hold', () => {
  const text = metricsText([
    { name: 'freehold_items', help: 'Items\nstored.', type: 'gauge', values: [{ value: 12 }] },
    {
      name: 'freehold_deliveries',
      help: 'Messages.',
      type: 'gauge',
      values: [{ labels: { medium: 'email', state: 'a "b"\\\n' }, value: 0.5 }],
    },
    { name: 'freehold_none', help: 'None.', type: 'gauge', values: [] },
  ])
  expect(text).toBe(
    '# HELP freehold_items Items stored.\n# TYPE freehold_items gauge\nfreehold_items 12\n' +
      '# HELP freehold_deliveries Messages.\n# TYPE freehold_deliveries gauge\n' +
      'freehold_deliveries{medium="email",state="a \\"b\\"\\\\\\n"} 0.5\n' +
      '# HELP freehold_none None.\n# TYPE freehold_none gauge\n',
  )
})
