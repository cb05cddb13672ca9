// simulate.mjs - `make simulate`: the month of month.mjs, and its table.  VILLAGES DAYS HISTORY SEED RATE change it.
import { Month } from './month.mjs';

const number = (name, otherwise) => Number(process.env[name] ?? otherwise);
const begun = Date.now();
const month = new Month({
  villages: number('VILLAGES', 36), days: number('DAYS', 30), history: number('HISTORY', 56), seed: number('SEED', 1), rate: number('RATE', 1),
  log: (line) => console.error(line),
});
const r = await month.run();

const rank = (list, p) => (list.length ? [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(p * list.length))] : 0);
const kinds = (kind) => r.alerts.filter((a) => a.kind === kind);
const wrong = r.alerts.filter((a) => !a.real);
const w2 = [...r.w2.sent].filter(([k, n]) => r.w2.stored.get(k) === n).length;
const metrics = await month.g.metrics();
const counted = (how) => Number(new RegExp(`sms_out_total\\{outcome="${how}"\\} (\\d+)`).exec(metrics)?.[1] ?? 0);
const lines = [
  ['places', `${month.places.puskesmas.length} puskesmas, ${month.places.pustu.length} pustu, ${month.places.posyandu.length} posyandu, ${month.places.villages.length} kelurahan`],
  ['time', `${month.history} days before, ${month.days} days; ${Math.round((Date.now() - begun) / 1000)} s`],
  ['reports sent', month.sent], ['records', `${r.records.lokal} in SQLite, ${r.records.kabupaten} in PostgreSQL`],
  ['six hours without PostgreSQL', `${r.records.waited} entries waited, none lost`],
  ['signals that the rule calls for', r.signals.expected], ['  told within a minute', r.signals.within.filter((ms) => ms <= 60000).length],
  ['  half of them within', `${rank(r.signals.within, 0.5)} ms`], ['  99 % within', `${rank(r.signals.within, 0.99)} ms`],
  ['  not told', r.signals.missed.length], ['  told and not called for', r.signals.unexpected.length],
  ['posyandu that weighed', r.opened],
  ['outbreak of 20 in a week', `staff on day ${r.outbreak.staffDay}, ${r.outbreak.ms} ms after its threshold, head on day ${r.outbreak.headDay}`],
  ['alerts to heads', r.alerts.length], ['  by count', kinds('count').length], ['  after BENAR', kinds('verified').length], ['  unverified by their clock', kinds('unverified').length],
  ['  for nothing', `${wrong.length}: ${(wrong.length / r.weeks).toFixed(2)} a week`],
  ['SMS expired', counted('expired')], ['alerts sent twice', r.doubles.length],
  ['W2', `${r.w2.sent.size} puskesmas-weeks sent, ${w2} stored as sent last, ${r.w2.stored.size} in all`],
];
for (const [what, value] of lines) console.log(`${what.padEnd(36)} ${value}`);
for (const l of r.lost) console.log(`  cases: ${l}`);
for (const d of r.doubles) console.log(`  ${d}`);
for (const [what, list] of [['not told', r.signals.missed], ['not called for', r.signals.unexpected]])
  for (const m of list) console.log(`  ${what}: ${month.says(m)}`);
for (const a of wrong) console.log(`  for nothing: ${a.kind} ${a.disease} ${a.village} ${new Date(a.at).toISOString()}`);
for (const l of month.expired()) console.log(`  expired: ${l}`);
console.log(`\n${r.verdicts}`);
await month.g.stop();
// What must hold; anything else is a failure of the program, and of `make simulate`.
const faults = [
  [r.lost.length, 'cases that were said and not kept'],
  [r.signals.missed.length, 'signals that the rule calls for and nobody was told of'],
  [r.signals.unexpected.length, 'signals that the rule does not call for'],
  [r.signals.within.filter((ms) => ms > 60000).length, 'signals later than a minute'],
  [r.outbreak.ms === null || r.outbreak.ms > 60000 ? 1 : 0, 'the outbreak not told within a minute of its threshold'],
  [r.doubles.length, 'alerts sent twice'],
  [counted('expired'), 'SMS that expired'],
  [wrong.length / r.weeks > 2 ? wrong.length : 0, 'alerts to heads for nothing, over two a week'],
  [r.w2.sent.size - w2 + Math.abs(r.w2.stored.size - w2), 'weeks of W2 that are not as they were sent'],
  [Math.abs(r.records.lokal - r.records.kabupaten), 'records in one database and not in the other'],
  [r.records.waited > 0 ? 0 : 1, 'an outage in which nothing waited'],
  [month.days >= 28 ? month.places.posyandu.length - r.opened : 0, 'posyandu that never weighed'],
].filter(([n]) => n > 0);
for (const [n, what] of faults) console.log(`NOT as it should be: ${n} ${what}`);
if (!faults.length) console.log('as it should be');
process.exit(faults.length ? 1 : 0);
