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
`

/** Everyday words, each with words of the wiki that may stand for it; not the other way round. */
const everyday = `
abandon discontinue neglected withdrawn / academia academic university consortium
advocate advocates supporter / affordable afford paid / alignment safety / allowed permitted permit
ancient behind old / antitrust competition merger authority / apartment flat house building room
apocalypse catastrophic risk / architect planner / archive web / artist artists author
attribution notice authorship / auditable examine transparency / award prize
backfire close burden harm / baddie baddies villain evil villains / bail leave quit exit / bank chain
bankroll fund finance sponsor subsidise subsidize bankrolling sponsorship grant
bargain terms deal cheap / belarus belarusian / belarusian belarus / bill price cost / billion sums cost
billionaire large / bioweapon danger harm catastrophic / birthplace born / blackbox examine
block building / bluff threat believe / bomb danger harm / boom flood cataclysmic / boss market firm
bound limit / boundary belongs clear / boutique shop / brag bragging boast claim claims / brainwave idea
breaker break / brick building construction / broke afford cheap / bubble flood cataclysmic
budget outlay training cost / bulldoze cleared large projects / burden burdens hinder duty
burnout maintainers step / bylaw rule code / cafe shop restaurant / canada toronto canadian
canadian canada toronto / cancel exclude contradict / cap limit / capable capability powerful able
car motorway / caretaker maintain tend / cartel monopoly concentrated / catch near narrow close
ceiling limit cap / chain chains link / charge price fee / charity gift kindness charitable
charter rule code / chatbot model ai / cheat cheating fault misled mislead fake / checkpoint weights
chunk pieces / clash contradict exclude disagree / clause terms condition
clever capable intelligent smart powerful / coin coined call called / collaborate coordinate together
collective coordinate together community / commercial proprietary / community professional communities
comparison compare compared chart / compete rival competition / competitor rival competition
consent agree / contract terms / control power hold / cooperate coordinate together
cooperation coordinate together / copyright rights authors protected works / corpus data text archive
costlier dearer rise expensive / counter objection reply / counterargument objection answer reply
cow cows beast pasture herdsman cattle sheep / crackdown ban burden / crawl common archive
credible believed / criminal harm misuse / critique critic objection criticism criticise
crowd community many peer / crowdsource peer / curate maintain gather clean
curb limit check discipline hold / custodian maintain tend / customer client tenant user
customise adapt change / customize adapt change / datacenter data centres / datacentre data centres
dated behind old / decay erode age decline / decentralised spread participants
deceptive misled openwashing / defect leave move / deluge flood cataclysmic
democracy democratise take part / democratic democratise / democratize democratise / demolish pull down
deplete erode used / depreciate age paid / developer builder programmer / die erode disappear withdrawn
discount cut cheaper / dispute conflicts settled / distributed spread participants
ditch leave drop quit / diverse diversity variety / dominance concentration power control
donate donation grant gift charity / doom catastrophic risk / downside risk danger caution
drip gradual trickle / duplicate copy clone duplicated / dwindle erode shrink
economics economy economic / electricity energy power / employment labour work
encyclopaedia encyclopedia wikipedia / encyclopedia wikipedia encyclopaedia / entrant newcomer
entrepreneur newcomer builder venture / european europe / event story item news / evict withdraw leave
eviction withdraw leave / exempt exemption favour / exhaust used deplete / experiment try untried test
expert skilled expertise / expertise skilled knowledge / exploit extract take / expressway motorway
extinction catastrophic risk / fan advocates / farmer farmers herdsman peasant shepherd
federated spread participants / feudal landlord captive / field pasture / file weights / fine sanctions
fine-print terms clause / finetune adapt train / fish fisheries / fisher fisheries / fishermen fisheries
flood floods cataclysmic catastrophic / forbid forbids bar bars ban / forest forests / fork copy change
fortune sum cost large / foundation floor consortium nonprofit / founder founded builder newcomer
freeway motorway / garage workshop venture / gatekeeper landlord platform few
gentle gentler gradual small / gentrification rent rise climb / gentrify rent rise
giant giants behemoth behemoths company large / giants company large / gouge extract charge
govt government state authority / chatgpt proprietary
gpu gpus chip chips accelerator card machine / grab fetch access download / graduated mildly sanctions
grass pasture field meadow / greenwash greenwashing / grip power control
guardrail safeguard safeguards / guild professional community communities / hacker harm misuse
happy content / hard difficult / harm mean misuse harmful / healthy gradual / heir successor inherit
helper helpers volunteer peer contributor people / highway motorway / hike raise rise climb
hoard hoarding hold keep withhold / hobby volunteer
hobbyist hobbyists volunteer peer contributor community amateur amateurs
hobbyists volunteer peer community / home building / homemade local locally / honest check fair
honesty honest plainly / hostage captive dependence / house houses home building / hype claim marketing
hyperscaler hyperscalers cloud provider giant / income lies elsewhere / increase raise rise climb grow
incumbent large established / infrastructure machines data centres / infringe rights
innovate new idea experiment / innovation idea new experiment / inspect examine look / inspiration idea
intellectual rights works / internet web network / invent inventor coin name / invest investment money
investor money investment / irreversible called back / jack raise / jailbreak safeguards / job work
journalist writer reporter / jump leave move / know-how skilled knowledge expertise
label name word claim / lag gap behind distance / landlord landlords owner platform
laptop local machine card / lawmaker law regulation / lawyer legal / layer layers nested
leaderboard leaderboards benchmark score benchmarks / lease terms contract licence
legislator law regulation / leverage bargain threat discipline option / liberate free freedom
linux software free / lively diverse district / llm llms model models ai / lobby argue / local locally
lock captive dependence / loophole exemption / lord landlord / manhattan york / market economy economic
marketing openwashing / material data / mediation conflicts settled
metaphor comparison picture analogy image / milk extract / millions sums cost / mirror copy
mislead misleading misled deceive claim / mixed mixture diversity / moat concentrated power exclusive
modify change adapt / modular pieces broken / monetise income / monitor watched / monopolist landlord
mortgage paid construction / motorway road highway freeway / naive freedom disputes
nationalise socialize public / nationalize socialize public / negotiate threaten bargain
neighbourhood neighborhood district street / nested layers / newcomer newcomers startup entrant new
nightmare hard difficult / nobel prize memorial / noncommercial restricted commercial
nonprofit foundation public / obligation duty burden / obsolete behind old / opaque withheld
opponent critic against / opt-out shut programs gather / ordinance zoning code / organic gradual small
orphan abandoned maintainers / outfit firm company startup organisation / outlaw ban forbid
outspend match / overcharge extract charge raise / overlord landlord
parable tale building comparison analogy metaphor picture / parameter weights / pavement street
paywall charge price / permission licence leave allow / permit allow licence / photo images
picture images / piecemeal pieces / planning zoning plan / plumber professional / pocket afford pay
policy regulation rule law institution / politician government law / poor little cheap / pop-up venture
popular default usual / pr marketing claim / predict foretell forecast prediction / pretend claim fake
pricier dearer expensive costly rise / prisoner captive captivity / privacy persons named
profession professional / profit return income gain / prohibit ban forbid / proof evidence prove
proponent advocates / prototype experiment untried / punish sanctions / quarrel conflicts
quarry data stone / raw data / recall called back withdrawn / recipe condition conditions ingredient
reciprocal copyleft / recreate rebuild reproduce recreating replicate / red-tape burden duty
redistribute pass share / redline starved credit / refresh renew renewal / regenerate renew
regulator authority regulation competition / rein limit check discipline / reliance dependence depend
rely depend dependence / remix change adapt / renter renters tenant / replenish renew renewal
reproducible rebuild / restrain limit check discipline hold
retired retire deprecated discontinue withdraw / reuse reusability use / revenue return income
reversible called back / rich means wealthy large / risky untried / rival competitor competition
road street / robots programs gather / rot erode decline / royalty rent pay
ruin ruining overgrazed doom destroy / rulebook rule / safer safety safe security secure / salary pay
sausage data / scarce limited short / sceptic critic objection / scholar professor academic lawyer
school university / scrape scraping gather crawl collect / scratch rebuild / scrutinise examine
scrutinize examine / secret withheld kept / secretive withheld silent / sequel successor
serf captive tenant / server servers machine data centre / share pass / shop shops business store
shrink shrinks erode decline vanish shrinking / shutdown retire withdraw discontinue / sidewalk street
silent silence withhold keep / skeptic critic objection / skill skilled / skyscraper building new
slave captive dependence / slick demo impressive / slogan marketing claim / slum cleared district credit
socialise socialize / software program tools / solutionism solution technical
source-available restricted / soviet belarus / speculation lending / spend spending outlay money
spin claim marketing / split broken divided pieces / sponsorship fund / squeeze extract charge raise
stale behind old / startup startups venture newcomer / startups newcomer venture / stay remain
steady steadier gradual lasting / steward maintain tend look / store shop
stuck captive nowhere stay trapped / student university / subscription price api / subsidise fund
successor next generation / supercomputer supercomputers computer compute machine machines
supporter advocates / surveillance watched / survive exist last continue viable / swell swells grow
symptom sign / system systems model / talent skilled people / tame discipline limit / tariff price
taxpayer taxpayers tax public / taxpayers public / teeth believe believed credible
telltale sign signs symptom / terms lease condition contract / terrorist harm misuse
thinker writer scholar / thrifty cheap / tier frontier / tinker experiment try
tinkerer builder experiment / token price / toothless believed threat / top frontier best leading
torrent download copy flood / tower building block / trade economy market / trained planner training
transparent transparency look / tribe users / trickle gradual hardly / trust evidence believe claim
tweak change adapt / university academic consortium universities / unmaintained neglected maintainers
unpaid volunteer free / upfront plainly honest openly / upgrade successor newer / upside benefit
utility public service / utopian freedom spreads / vacant empty unused / vanish close disappear
vc investment money / venture-capital investment money / village fisheries pastures users
viral copyleft / voice say take part / vote take part changing decides / wage price paid
water irrigation / wealthy means rich / weapon danger harm / website websites page web / wiki wikipedia
win receive won / withhold withheld keep kept back / woods forests / worker labour people / worth value
worthless measure worth value / wreck destroy pull / writer writers author authors
yank withdraw recall revoke retract remove withdrawn
`

const kinOf = new Map<string, Set<string>>()
for (const line of groups.trim().split('\n')) {
  const roots = line.split(' ').map(rootOf)
  for (const root of roots) kinOf.set(root, new Set([...(kinOf.get(root) ?? []), ...roots]))
}

for (const entry of everyday.trim().split(/\s*[/\n]\s*/)) {
  const [head = '', ...others] = entry.split(' ').map(rootOf)
  kinOf.set(head, new Set([...(kinOf.get(head) ?? []), ...others]))
}

/** Roots that may stand for a root, itself left out. */
export function synonymsOf(root: string): string[] {
  return [...(kinOf.get(root) ?? [])].filter((other) => other !== root)
}

/** True for words that a group holds. */
export function isGrouped(root: string): boolean {
  return kinOf.has(root)
}
