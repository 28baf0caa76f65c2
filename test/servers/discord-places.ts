import { describeMember } from './discord-gateway.ts'
import { ok, Refusal, type Route } from './discord-http.ts'
import { channelFor, describeChannel, type GuildState, type World } from './discord-state.ts'

/** Who the bot is, and where: itself, its application, guilds, members, channels. */
export function placeRoutes(world: World): Route[] {
  const application = {
    id: world.bot.id,
    name: world.bot.username,
    description: '',
    flags: 0,
    bot: world.bot,
    verify_key: '',
  }
  const guildOf = (id: string): GuildState => {
    const state = world.guilds.get(id)
    if (!state) throw new Refusal(404, 10004, 'Unknown Guild')
    if (state.botRoles === null) throw new Refusal(403, 50001, 'Missing Access')
    return state
  }
  return [
    { method: 'GET', path: '/users/@me', handle: () => ok(world.bot) },
    { method: 'GET', path: '/applications/@me', handle: () => ok(application) },
    { method: 'GET', path: '/oauth2/applications/@me', handle: () => ok(application) },
    {
      method: 'GET',
      path: '/users/:user',
      handle({ params }) {
        const user = world.users.get(params.user!)
        if (!user) throw new Refusal(404, 10013, 'Unknown User')
        return ok({ ...user, discriminator: '0', avatar: null })
      },
    },
    {
      method: 'POST',
      path: '/users/@me/channels',
      handle({ body }) {
        const found = [...world.channels.values()].find((one) => one.recipient?.id === body.recipient_id)
        if (!found) throw new Refusal(400, 50033, 'Invalid Recipient(s)')
        return ok(describeChannel(world, found))
      },
    },
    { method: 'GET', path: '/guilds/:guild', handle: ({ params }) => ok(guildOf(params.guild!).guild) },
    {
      method: 'GET',
      path: '/guilds/:guild/roles',
      handle: ({ params }) => ok(guildOf(params.guild!).guild.roles),
    },
    {
      method: 'GET',
      path: '/guilds/:guild/channels',
      handle({ params }) {
        const { guild } = guildOf(params.guild!)
        const channels = [...world.channels.values()].filter((one) => one.guild === guild.id && !one.thread)
        return ok(channels.map((one) => describeChannel(world, one)))
      },
    },
    {
      method: 'GET',
      path: '/guilds/:guild/members/:user',
      handle({ params }) {
        const { members, botRoles } = guildOf(params.guild!)
        if (params.user === world.bot.id) return ok(describeMember(world.bot, botRoles!))
        const member = members.get(params.user!)
        if (!member) throw new Refusal(404, 10007, 'Unknown Member')
        return ok(describeMember(member.user, member.roles))
      },
    },
    {
      method: 'GET',
      path: '/channels/:channel',
      handle: ({ params }) => ok(describeChannel(world, channelFor(world, params.channel!))),
    },
  ]
}
