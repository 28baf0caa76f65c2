/** A sparse vector: indices ascending, values beside them. */
export interface SparseVector {
  indices: Int32Array
  values: Float64Array
}

/** Makes a sparse vector of index → value; zeros are left out. */
export function sparse(entries: Map<number, number>): SparseVector {
  const sorted = [...entries].filter(([, value]) => value !== 0).sort(([a], [b]) => a - b)
  return {
    indices: Int32Array.from(sorted, ([index]) => index),
    values: Float64Array.from(sorted, ([, value]) => value),
  }
}

/** The dot product with a dense vector. */
export function dot(x: SparseVector, weights: Float64Array): number {
  let sum = 0
  for (let i = 0; i < x.indices.length; i++) sum += x.values[i]! * weights[x.indices[i]!]!
  return sum
}
