import { rootOf } from './words.ts'

/** Words that may stand for each other in questions about this wiki's subject; word vectors alone miss many of them. */
const groups = `
price fee charge cost rent expensive costly dear pricing tariff
cheap affordable inexpensive low-cost budget
punishment punish sanction penalty
monopoly oligopoly concentration concentrated consolidation consolidate dominance few
proprietary closed commercial
provider vendor supplier landlord
leave switch exit migrate move quit depart
company firm business corporation enterprise
law regulation rule legislation legal statute rights
grant funding fund money subsidy finance investment invest capital
government state public authority
danger risk harm unsafe dangerous hazard threat misuse
maker developer lab creator vendor
stable stability sustainable durable certain uncertain lasting
campaign fight defeat oppose resist stop
building house construction
automatic automatically itself themselves natural spontaneous
download fetch obtain
drawback disadvantage criticism critique objection weakness limit
transition shift change turn become
outdated obsolete behind old ageing
computer supercomputer machine cluster hardware server
chip gpu card processor accelerator
merger takeover acquisition buyout stake
maintainer maintain upkeep care steward
own owner ownership property belong
scientist scholar academic economist researcher
city urban town
tenant customer client user
variety diversity mixture pluralism
openness open
transparency inspect examine audit look
licence lease permit permission
dataset data corpus
narrow shrink close
widen grow increase
volunteer peer contributor
captive captivity dependent dependence dependency trapped locked
afford bear pay
distance gap lag
withhold keep hold
bankroll fund finance sponsor subsidise subsidize bankrolling sponsorship grant
taxpayer taxpayers tax public
govt government state authority
hyperscaler hyperscalers cloud provider giant
giant giants behemoth behemoths company large
outfit firm company startup organisation
chatbot model ai
llm llms model models ai
gpt chatgpt claude gemini proprietary
system systems model
hobbyist hobbyists volunteer peer contributor community amateur amateurs
helper helpers volunteer peer contributor people
unpaid volunteer free
crowd community many peer
apartment flat house building room
house houses home building
landlord landlords owner platform
renter renters tenant
baddie baddies villain evil villains
vacant empty unused
parable tale building comparison analogy metaphor picture
metaphor comparison picture analogy image
yank withdraw recall revoke retract remove withdrawn
recreate rebuild reproduce recreating replicate
scratch rebuild
duplicate copy clone duplicated
scarce limited short
cow cows beast pasture herdsman cattle sheep
farmer farmers herdsman peasant shepherd
grass pasture field meadow
ruin ruining overgrazed doom destroy
field pasture
brag bragging boast claim claims
leaderboard leaderboards benchmark score benchmarks
comparison compare compared chart
pricier dearer expensive costly rise
costlier dearer rise expensive
bill price cost
honest check fair
hoard hoarding hold keep withhold
withhold withheld keep kept back
upfront plainly honest openly
cheat cheating fault misled mislead fake
mislead misleading misled deceive claim
website websites page web
scrape scraping gather crawl collect
writer writers author authors
artist artists author
sausage data
silent silence withhold keep
predict foretell forecast prediction
swell swells grow
shrink shrinks erode decline vanish shrinking
vanish close disappear
lag gap behind distance
clever capable intelligent smart powerful
capable capability powerful able
catch near narrow close
top frontier best leading
commercial proprietary
tier frontier
trust evidence believe claim
safer safety safe security secure
harm mean misuse harmful
grab fetch access download
charge price fee
counterargument objection answer reply
counter objection reply
lock captive dependence
stuck captive nowhere stay trapped
telltale sign signs symptom
symptom sign
liberate free freedom
ancient behind old
nightmare hard difficult
hard difficult
event story item news
popular default usual
slick demo impressive
proof evidence prove
outlaw ban forbid
forbid forbids bar bars ban
breaker break
website web
motorway road highway freeway
architect planner
trained planner training
recipe condition conditions ingredient
lively diverse district
neighbourhood neighborhood district street
road street
retired retire deprecated discontinue withdraw
backfire close burden harm
burden burdens hinder duty
clash contradict exclude disagree
cancel exclude contradict
affordable afford paid
healthy gradual
steady steadier gradual lasting
gentle gentler gradual small
flood floods cataclysmic catastrophic
donate donation grant gift charity
charity gift kindness charitable
survive exist last continue viable
outspend match
toothless believed threat
teeth believe believed credible
credible believed
bargain terms deal
negotiate threaten bargain
customer client tenant user
happy content
newcomer newcomers startup entrant new
entrant newcomer
entrepreneur newcomer builder venture
developer builder programmer
startup startups venture newcomer
invent inventor coin name
coin coined call called
scholar professor academic lawyer
lawyer legal
rulebook rule
crowdsource peer
hobby volunteer
encyclopedia wikipedia encyclopaedia
boss market firm
brag boast claim
deceptive misled openwashing
marketing openwashing
pretend claim fake
journalist writer reporter
birthplace born
nobel prize memorial
award prize
win receive won
critique critic objection criticism criticise
thinker writer scholar
internet web network
supercomputer supercomputers computer compute machine machines
gpu gpus chip chips accelerator card machine
server servers machine data centre
electricity energy power
spend spending outlay money
invest investment money
billionaire large
monopolist landlord
grip power control
dominance concentration power control
control power hold
worthless measure worth value
worth value
downside risk danger caution
upside benefit
terms lease condition contract
contract terms
wreck destroy pull
demolish pull down
shutdown retire withdraw discontinue
permission licence leave allow
allowed permitted permit
paywall charge price
homemade local locally
laptop local machine card
local locally
`

const kinOf = new Map<string, Set<string>>()
for (const line of groups.trim().split('\n')) {
  const roots = line.split(' ').map(rootOf)
  for (const root of roots) kinOf.set(root, new Set([...(kinOf.get(root) ?? []), ...roots]))
}

/** Roots that may stand for a root, itself left out. */
export function synonymsOf(root: string): string[] {
  return [...(kinOf.get(root) ?? [])].filter((other) => other !== root)
}

/** True for words that a group holds. */
export function isGrouped(root: string): boolean {
  return kinOf.has(root)
}
