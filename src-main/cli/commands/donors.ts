import type { Command } from 'commander'
import type { DonorLine } from '../../contracts/publisher-state.ts'
import { PowerswarmError } from '../../domain/errors.ts'
import { contextOf, examples, type CliIo } from '../context.ts'
import { withPublisher } from '../publisher-connection.ts'
import { countText, quantity } from '../text.ts'

const PAGE = 1024
const KEY = /^[0-9a-f]{64}$/

/** `powerswarm donors`, `ban` and `unban`: whom the publisher has met, and whom it takes results from. */
export function addDonorsCommands(parent: Command, io: CliIo): void {
  parent
    .command('donors')
    .description('list the donors of a project with what they did and how far they are trusted')
    .addHelpText(
      'after',
      examples(
        ['powerswarm donors', 'one line for each donor that ever held a unit'],
        ['powerswarm donors --json', 'the same for programs'],
      ),
    )
    .action(async (_options: unknown, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      const donors = await withPublisher(homeDir, project, async (engine) => {
        const all: DonorLine[] = []
        for (let cursor: number | undefined = 0; cursor !== undefined;) {
          const page: { donors: readonly DonorLine[]; next?: number } = await engine.donors({
            cursor,
            limit: PAGE,
          })
          all.push(...page.donors)
          cursor = page.next
        }
        return all
      })
      output.answer({ donors }, donors.length === 0 ? ['No donor has come yet'] : donors.map(donorLine))
    })

  steer(parent, io, {
    name: 'ban',
    description: 'take nothing from a donor any more; what rests on its word is computed again',
    example: 'its key, as powerswarm donors shows it; powerswarm unban lifts it',
    done: 'is banned',
  })
  steer(parent, io, {
    name: 'unban',
    description: 'take results from a banned donor again; it begins like a new one',
    example: 'its key, as powerswarm donors shows it',
    done: 'is not banned any more',
  })
}

interface Steer {
  readonly name: 'ban' | 'unban'
  readonly description: string
  readonly example: string
  readonly done: string
}

function steer(parent: Command, io: CliIo, { name, description, example, done }: Steer): void {
  parent
    .command(name)
    .description(description)
    .argument('<donor>', 'donor key: 64 hexadecimal digits')
    .addHelpText('after', examples([`powerswarm ${name} 3f2a…`, example]))
    .action(async (donor: string, _options: unknown, command: Command) => {
      const { homeDir, project, output } = contextOf(command, io)
      if (!KEY.test(donor))
        throw new PowerswarmError('bad-argument', `'${donor}' is no donor key: it has 64 hexadecimal digits`)
      await withPublisher(homeDir, project, (engine) => engine[name]({ donor }))
      output.answer({ donor }, [`donor ${donor} ${done}`])
    })
}

function donorLine(donor: DonorLine): string {
  const notes = [
    `${countText(donor.verified)} verified`,
    ...(donor.rejected > 0 ? [`${countText(donor.rejected)} rejected`] : []),
    ...(donor.leased > 0 ? [`${countText(donor.leased)} leased`] : []),
    `${quantity(donor.proven, 'result')} proven in a row`,
    ...(donor.held > 0 ? [`${countText(donor.held)} accepted on trust`] : []),
    ...(donor.checker ? ['checks others'] : []),
    ...(donor.connected ? ['connected'] : []),
    ...(donor.banned ? ['banned'] : []),
  ]
  return `${donor.donor}  ${notes.join(', ')}`
}
