import fc from 'fast-check'

/*
 * Property tests draw the same examples in every run, so that a change is judged by what it changes. PROPERTY_SEED=random
 * draws others, and any number repeats what a failure printed as its seed.
 */
const asked = process.env.PROPERTY_SEED ?? '20261123'
if (asked !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(asked) })
