import { Control } from '../../src-main/slot/program/control.ts'
import { serveRunner } from '../../src-main/slot/program/runner.ts'
import { messageEndPort } from './message-end.ts'

/** The thread that runs units. Its first message is the control memory, all others are calls. */

addEventListener(
  'message',
  ({ data }: MessageEvent<unknown>) => {
    if (!(data instanceof SharedArrayBuffer)) throw new Error('the runner thread needs its control memory')
    serveRunner({
      port: messageEndPort(globalThis),
      control: new Control(data),
      monotonicMs: () => performance.now(),
    })
  },
  { once: true },
)
