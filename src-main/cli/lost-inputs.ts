import type { VerifiedUnit } from '../contracts/publisher-state.ts'
import type { Output } from './output.ts'

/** Says of each batch once that its inputs are missing, as pages of its results come. */
export function lostInputsNotes({
  note,
}: Pick<Output, 'note'>): (units: readonly Pick<VerifiedUnit, 'batch' | 'args'>[]) => void {
  const told = new Set<number>()
  return (units) => {
    const lost = units.filter(({ args }) => args === undefined).map(({ batch }) => batch)
    const news = [...new Set(lost)].filter((batch) => !told.has(batch))
    if (news.length === 0) return
    for (const batch of news) told.add(batch)
    const which = `${news.length === 1 ? 'batch' : 'batches'} ${news.join(', ')}`
    note(`The inputs of ${which} are missing on this disk: results are named by number, without arguments`)
  }
}
