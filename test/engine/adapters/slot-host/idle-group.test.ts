import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { groupPlaces, openIdleGroup } from '../../../../src-main/engine/adapters/slot-host/idle-group.ts'

describe('places for a control group', () => {
  it('are all trees above a user’s own group, the topmost first, if they are the user’s', () => {
    expect(groupPlaces('0::/user.slice/user@1000.service/app.slice/x.scope\n', 1000)).toEqual(
      ['/', 'user.slice', 'user.slice/user@1000.service', 'user.slice/user@1000.service/app.slice'].map(
        (dir) => ({
          dir: join('/sys/fs/cgroup', dir),
          mustBeOurs: true,
        }),
      ),
    )
  })

  it('are its own group for root, whom an administrator may have limited there', () => {
    expect(groupPlaces('0::/system.slice/donor.service\n', 0)).toEqual([
      { dir: '/sys/fs/cgroup/system.slice/donor.service', mustBeOurs: false },
    ])
  })

  it('are found in the older hierarchies too', () => {
    const membership = '5:memory:/m\n3:cpu,cpuacct:/work\n2:cpuset:/c\n'
    expect(groupPlaces(membership, 0)).toEqual([{ dir: '/sys/fs/cgroup/cpu/work', mustBeOurs: false }])
    expect(groupPlaces(membership, 1000)[0]?.mustBeOurs).toBe(true)
  })

  it('are none where there are no control groups', () => {
    expect(groupPlaces('', 0)).toEqual([])
    expect(groupPlaces('nonsense\n', 1000)).toEqual([])
  })
})

const NAME = 'powerswarm-test'
/** The folder that a group of this name is made in, or undefined where none can be made. */
function workingPlace(): string | undefined {
  if (process.platform !== 'linux') return undefined
  const places = groupPlaces(readFileSync('/proc/self/cgroup', 'utf8'), process.getuid?.() ?? 0)
  return places
    .map(({ dir }) => dir)
    .find((dir) => {
      try {
        mkdirSync(join(dir, `${NAME}-probe`))
        const works = existsSync(join(dir, `${NAME}-probe`, 'cgroup.procs'))
        rmdirSync(join(dir, `${NAME}-probe`))
        return works
      } catch {
        // Not here.
        return false
      }
    })
}

describe('an idle group', () => {
  it('takes a process in, gives it the least weight and goes when it is empty', async ({ skip }) => {
    if (workingPlace() === undefined) skip('no control group can be made here')
    const group = openIdleGroup(NAME)
    if (group === undefined) return skip('no processor controller here')
    const child = spawn('sleep', ['60'], { stdio: 'ignore' })
    onTestFinished(() => void child.kill())
    expect(group.add(child.pid ?? 0)).toBe(true)
    const membership = readFileSync(`/proc/${String(child.pid)}/cgroup`, 'utf8')
    expect(membership).toContain(`/${NAME}`)
    const [dir] = groupPlaces(membership, 0)
      .map((place) => place.dir)
      .filter((path) => path.endsWith(NAME))
    expect(readFileSync(join(dir ?? '', group.knob), 'utf8').trim()).toBe(
      group.knob === 'cpu.shares' ? '2' : '1',
    )
    child.kill()
    await once(child, 'exit')
    group.close()
    expect(existsSync(dir ?? '')).toBe(false)
  })
})
