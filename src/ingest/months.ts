/**
 * How names of months begin, without accents, in the languages of feeds: English, German, Dutch, French, Italian,
 * Spanish, Portuguese, Polish, Turkish, Hungarian, Greek, Russian.
 */
const beginnings = [
  'jan ene gen sty oca ιαν янв',
  'feb fev lut sub φεβ фев',
  'mar mae mrz maa mrt μαρ мар',
  'apr avr abr kwi nis απρ апр',
  'may mai mei maj mag μαι маи',
  'jun juin giu cze haz ιουν ιον июн',
  'jul juil lug lip tem ιουλ ιολ июл',
  'aug aou ago sie agu αυγ авг',
  'sep set sze wrz eyl σεπ сен',
  'oct okt ott out paz eki οκτ окт',
  'nov lis kas νοε ноя',
  'dec dez dic dek gru ara δεκ дек',
].map((line) => line.split(' '))

/** From 0; -1 for what is no month. */
export function monthOf(name: string): number {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/^μαω$/, 'μαρ')
  return beginnings.findIndex((names) => names.some((begin) => plain.startsWith(begin)))
}
