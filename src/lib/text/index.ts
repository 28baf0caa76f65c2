export * from './front-matter.ts'
export * from './outline.ts'
export * from './yaml.ts'
