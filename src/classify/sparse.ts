/** A sparse vector: indices, each once and in any order, with values beside them. */
export interface SparseVector {
  indices: Int32Array
  values: Float64Array
}

/** Makes a sparse vector of indices and their values. */
export function sparse(indices: number[], values: number[]): SparseVector {
  return { indices: Int32Array.from(indices), values: Float64Array.from(values) }
}

/** The dot product with a dense vector. */
export function dot(x: SparseVector, weights: Float64Array): number {
  let sum = 0
  for (let i = 0; i < x.indices.length; i++) sum += x.values[i]! * weights[x.indices[i]!]!
  return sum
}
