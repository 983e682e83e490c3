/** The median of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

/**
 * The two-sided p-value of the Mann-Whitney U test, by its normal approximation with ties and a
 * correction for continuity: how likely two samples differ as much as these if they come from one
 * source. Good for twenty values and more on each side.
 */
export function mannWhitney(a: readonly number[], b: readonly number[]): number {
  const all = [
    ...a.map((value) => ({ value, isA: true })),
    ...b.map((value) => ({ value, isA: false })),
  ]
  all.sort((x, y) => x.value - y.value)
  let rankSumA = 0
  let tieTerm = 0
  for (let start = 0; start < all.length;) {
    let end = start
    while (end < all.length && all[end]?.value === all[start]?.value) end++
    const count = end - start
    const rank = (start + 1 + end) / 2
    rankSumA += rank * all.slice(start, end).filter(({ isA }) => isA).length
    tieTerm += count ** 3 - count
    start = end
  }
  const [n, m, total] = [a.length, b.length, all.length]
  const u = rankSumA - (n * (n + 1)) / 2
  const variance = ((n * m) / 12) * (total + 1 - tieTerm / (total * (total - 1)))
  const z = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / Math.sqrt(variance)
  return 2 * (1 - normalCdf(z))
}

/** Abramowitz and Stegun 7.1.26: within 1.5e-7. */
function normalCdf(z: number): number {
  const t = 1 / (1 + (0.3275911 * z) / Math.SQRT2)
  const poly =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return 1 - 0.5 * poly * Math.exp((-z * z) / 2)
}
