// hold.ts FILE: writes into the database and keeps its lock until it hears something.
import { DatabaseSync } from 'node:sqlite'
import { heard, say } from './parent.ts'

const db = new DatabaseSync(process.argv[2]!)
db.exec("begin immediate; insert into setting (name, value) values ('held', 'yes')")
say('held')
await heard()
db.exec('commit')
db.close()
process.exit()
