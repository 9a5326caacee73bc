import { describe } from 'vitest'
import { describeCoreJournal } from '../engine/core-journal-suite.ts'
import { memoryJournal } from './memory-journal.ts'

describe('the journal in memory', () => {
  describeCoreJournal(memoryJournal)
})
