import { parentPort } from 'node:worker_threads'
import { fuzzRound } from '../../support/fuzz/round.ts'

/** Plays rounds; says now and then where it is, so that its parent knows which case never ended. */
const port = parentPort
if (port === null) throw new Error('not a worker')

const SAY_EVERY = 50
let untold = 0
port.on('message', ({ seed, casesEach }: { seed: number; casesEach: number }) => {
  const round = fuzzRound({
    seed,
    casesEach,
    onCase: (decoder, place) => {
      if (untold++ % SAY_EVERY === 0) port.postMessage({ at: { decoder, place } })
    },
  })
  void round.then((report) => port.postMessage({ report }))
})
