export { checkPages } from './check.ts'
export { type ExampleSet, parseExamples, readExamples } from './examples.ts'
export { ideasOf, type PageSet, readPages } from './pages.ts'
