import { readdirSync, readFileSync } from 'node:fs'

/** Process ids of all descendants (Linux). */
export function childrenOf(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(name))
  const found: number[] = []
  const visit = (parent: number): void => {
    for (const [child, itsParent] of parents)
      if (itsParent === parent) {
        found.push(child)
        visit(child)
      }
  }
  visit(pid)
  return found
}

function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // pid (name) state parent: the name may hold blanks and brackets.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    // It ended while it was looked at.
    return 0
  }
}
