import { serveCalls } from '../../support/renderer-worker/serve-calls.ts'
import { runSeeds } from './run-seeds.ts'

serveCalls({ runSeeds })
