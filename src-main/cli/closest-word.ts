/** More changes than this make another word of it. */
const DISTANCE_MAX = 3
const SIMILARITY_MIN = 0.4

/** The word that somebody may have meant: fewest letters changed, left out, put in or swapped. Undefined: none. */
export function closestWord(typed: string, words: readonly string[]): string | undefined {
  // Nobody means a command by a page of text, and the table below grows with it.
  if (typed.length > 2 * Math.max(...words.map((word) => word.length), 0)) return undefined
  let found: string | undefined
  let least = DISTANCE_MAX + 1
  for (const word of words) {
    const distance = changes(typed, word)
    const length = Math.max(typed.length, word.length)
    if (distance >= least || (length - distance) / length <= SIMILARITY_MIN) continue
    found = word
    least = distance
  }
  return found
}

/** Optimal string alignment distance. */
function changes(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1)
      row.push(best)
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}
