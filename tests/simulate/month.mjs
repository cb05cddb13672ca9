// month.mjs - a seeded month of Kota Dumai through the real program, its Redis, SQLite and PostgreSQL, on a clock that is stepped hour by
// hour (tests/preload/clock.c).  Places are those of config/places.csv; people, cases and answers are made up from the seed.
//
// What is looked at: every signal that the rule of SPEC 2.5 calls for reaches staff within a minute; which alerts reach heads, and how
// many of them for nothing; nothing expired, nothing twice; W2 as sent; six hours without the district database lose nothing.
import fs from 'node:fs';
import path from 'node:path';

import { Gateway, binary, root, sleep, waitFor } from '../system/lib.mjs';
import { Postgres } from '../system/pg.mjs';
import { Chance } from './chance.mjs';
import { Counts } from './rule.mjs';

const HOUR = 3600000, DAY = 24 * HOUR, WIB = 7 * HOUR;
const dayOf = (ms) => Math.floor((ms + WIB) / DAY);
const sundayOf = (day) => day - ((day + 4) % 7);

// Weekly means per kelurahan, of what kader report.  DISTRICT.md 4.2 calculates with .3 to 10; k = 2 is its overdispersion.
const K = 2;
const rates = { diare: 1, pneumonia: 0.3, tifoid: 0.3, chikungunya: 0.05, ispa: 3, ili: 1 };
// By name: weekly mean, and how often such a suspicion is true.
const byName = { dengue: [0.1, 0.4], campak: [0.03, 0.3], disentri: [0.03, 0.5], ghpr: [0.05, 0.8], malaria: [0.02, 0.3] };
// How staff answer: DISTRICT.md 2.3 asks for 90 % within 24 hours; one verdict in twenty is wrong.
const answered = 0.9, mistaken = 0.05;

const surnames = 'Saputra Wijaya Hidayat Siregar Nasution Lubis Harahap Tanjung Piliang Chaniago Ritonga Simbolon Manurung Sinaga Purba'.split(' ');
const givens = 'Siti Ani Budi Rudi Dewi Rina Joko Agus Yanti Wati Eko Dian Fitri Hasan Umar Lina Maya Tuti Bayu Candra'.split(' ');

function placesOfDumai(villagesWanted) {
  const [head, ...lines] = fs.readFileSync(path.join(root, 'config/places.csv'), 'utf8').trim().split('\n');
  const rows = lines.map((l) => {
    const [code, level, name, parent, area] = l.split(',');
    return { line: l, code, level, name, parent, area };
  });
  const villages = rows.filter((r) => r.level === 'kelurahan' && r.code.startsWith('14.72')).slice(0, villagesWanted);
  const codes = new Set(villages.map((v) => v.code));
  const posyandu = rows.filter((r) => r.level === 'posyandu' && codes.has(r.area));
  const pustu = rows.filter((r) => r.level === 'pustu' && codes.has(r.area));
  const kept = new Set([...villages, ...posyandu, ...pustu].map((r) => r.code));
  for (let more = true; more; ) {
    more = false;
    for (const r of rows) if (kept.has(r.code)) for (const up of [r.parent, r.area]) if (up && !kept.has(up) && rows.some((x) => x.code === up)) (kept.add(up), (more = true));
  }
  kept.add('14.72');
  return { csv: [head, ...rows.filter((r) => kept.has(r.code)).map((r) => r.line)].join('\n') + '\n', villages, posyandu, pustu, puskesmas: rows.filter((r) => r.level === 'puskesmas' && kept.has(r.code)),
    kecamatan: rows.filter((r) => r.level === 'kecamatan' && kept.has(r.code)) };
}

function peopleOf(places) {
  const people = [];
  const add = (role, place) => (people.push({ msisdn: `+62812${String(3000000 + people.length).padStart(8, '0')}`, role, place: place.code }), people.at(-1));
  for (const p of places.posyandu) p.kader = [add('kader', p), add('kader', p)];
  for (const p of places.pustu) p.bidan = add('bidan', p);
  for (const p of places.puskesmas) p.staff = add('puskesmas', p);
  for (const v of places.villages) v.head = add('kades', v);
  for (const k of places.kecamatan) k.camat = add('camat', k);
  people.push({ msisdn: '+6281200000007', role: 'dinkes', place: '14.72' });
  return people;
}

export class Month {
  // villages: of the 36; days: of the month; history: days before it, coarsely; every: hours of a step.
  constructor({ villages = 36, days = 30, history = 56, seed = 1, rate = 1, weighings = 6, every = 1, log = () => {} } = {}) {
    Object.assign(this, { days, history, log, rate, weighings, seed, every });
    this.chance = new Chance(seed);
    this.places = placesOfDumai(villages);
    this.people = peopleOf(this.places);
    this.counts = new Counts();
    this.sms = []; // that arrived: {id, to, text, at}
    this.expected = []; // signals of count diseases: {village, disease, at}
    this.open = new Map(); // episodes by our own reckoning: village/disease -> last judged
    this.truths = new Map(); // number of a signal -> {true, village, disease}
    this.texts = new Map(); // kader and text -> when it was sent last
    this.todo = []; // answers of staff: {at, from, text}
    this.w2 = new Map(); // puskesmas/week -> total of the last one sent
    this.sent = 0;
    this.opened = new Set(); // posyandu that weighed in the month
    this.outbreak = { village: this.places.villages[Math.min(4, villages - 1)].code, disease: 'diare', from: Math.floor(days * 0.4), days: 7, cases: 20 };
    this.outage = { day: Math.floor(days * 0.4), from: 8, to: 14 };
    this.begin = Date.UTC(2026, 8, 6) - WIB; // a Sunday, midnight in WIB
  }

  async start() {
    this.pg = new Postgres();
    this.g = new Gateway({
      patch: (yaml) => yaml.replace(/^timezone:.*$/m, 'timezone: Asia/Jakarta').replace(/^(state:.*)$/m, '$1\ndistrict: "14.72"')
        + `\n  kabupaten: {kind: postgres, dsn: "${this.pg.dsn}"}\n`,
    });
    const config = path.join(this.g.folder, 'config');
    fs.writeFileSync(path.join(config, 'places.csv'), this.places.csv);
    fs.writeFileSync(path.join(config, 'people.csv'), 'msisdn,role,name,place,language,active,leader\n'
      + this.people.map((p, i) => `${p.msisdn},${p.role},${givens[i % 20]} ${surnames[i % 15]} (contoh),${p.place},id,yes,no\n`).join(''));
    for (const f of ['competence.csv', 'targets.csv', 'facilities.csv', 'nakes.csv']) fs.rmSync(path.join(config, f), { force: true });
    // Every posyandu opens once a month.
    fs.writeFileSync(path.join(config, 'schedule.csv'), 'posyandu,day_of_month,time\n' + this.places.posyandu.map((p, i) => `${p.code},${(p.day = 1 + i % 28)},08:00\n`).join(''));
    this.aheadFile = path.join(this.g.folder, 'ahead');
    this.g.env = { LD_PRELOAD: path.join(path.dirname(binary), 'tests/preload/clock.so'), CLOCK_AHEAD: this.aheadFile, ASAN_OPTIONS: 'verify_asan_link_order=0' };
    this.clock(this.begin + 6 * HOUR);
    await this.g.start();
  }

  clock(ms) {
    this.ahead = ms - Date.now();
    fs.writeFileSync(`${this.aheadFile}.new`, String(this.ahead));
    fs.renameSync(`${this.aheadFile}.new`, this.aheadFile);
  }

  now() {
    return Date.now() + this.ahead;
  }

  // Nothing is judged, due or on its way to a phone any more, nor to be tried again within a minute: its clock would step over its end.
  async quiet() {
    const script = `local n = redis.call('XLEN', '{14.72}st:tally')
      for i = 0, 3 do
        n = n + redis.call('XLEN', '{14.72}st:sms:emulator:' .. i) + redis.call('ZCOUNT', '{14.72}wait:sms:emulator:' .. i, '-inf', ARGV[1] + 60000)
      end
      return n + redis.call('ZCOUNT', '{14.72}due:', '-inf', ARGV[1])`;
    await waitFor('all is judged and sent', () => Number(this.g.redis('eval', script, '0', String(this.now()))) === 0, 60000);
  }

  async read() {
    for (const s of await this.g.inbox('', this.sms.at(-1)?.id ?? 0)) {
      this.sms.push(s);
      this.heard(s);
    }
  }

  // Staff who are told of a signal answer, most of them.
  heard(s) {
    const signal = /^SINYAL (\d+): /.exec(s.text);
    if (!signal || this.truths.has(signal[1])) return;
    const village = this.villageOf(s), disease = this.diseaseOf(s.text);
    const day = dayOf(Date.parse(s.at)), o = this.outbreak, first = this.first + o.from;
    const chance = new Chance(this.seed + [...`${village}/${disease}/${day}`].reduce((h, c) => Math.imul(h, 31) + c.charCodeAt(0), 7)); // whatever the order of SMS
    const real = village === o.village && disease === o.disease ? day >= first && day <= first + o.days + 7
      : byName[disease] ? chance.yes(byName[disease][1]) : false;
    this.truths.set(signal[1], { real, village, disease, at: Date.parse(s.at) });
    if (chance.yes(answered))
      this.todo.push({ at: Date.parse(s.at) + (1 + chance.below(6)) * HOUR, from: s.to, text: `${real !== chance.yes(mistaken) ? 'BENAR' : 'BUKAN'} ${signal[1]}` });
  }

  villageOf(s) {
    const said = / di (.+?)(?: s\.d\. |[.,])/.exec(s.text)?.[1]; // cut at a word with ".."
    const all = this.places.villages;
    return said ? (all.find((v) => v.name === said) ?? all.find((v) => v.name.startsWith(said)))?.code ?? '' : '';
  }

  diseaseOf(text) {
    const said = / kasus (.+?) (dalam|di|minggu) /.exec(text)?.[1] ?? '';
    return { ISPA: 'ispa', 'gejala mirip..': 'ili', 'gejala mirip flu': 'ili', 'gigitan hewan': 'ghpr', 'gigitan..': 'ghpr' }[said] ?? said;
  }

  // A kader of the village.
  kaderOf(village) {
    return this.chance.of(this.chance.of(this.places.posyandu.filter((p) => p.area === village.code)).kader).msisdn;
  }

  // The same words of the same kader within a day are taken for a repeat: she says that it is another one.
  async report(from, text) {
    const said = [text], key = `${from} ${text}`, before = this.texts.get(key);
    if (before && this.now() - before < DAY + 60000) said.push('BARU');
    this.texts.set(key, this.now());
    for (const t of said) await this.send(from, t);
  }

  // A connection that was kept may be closed just when it is used again: the same message once more is the same message.
  async send(from, text) {
    const id = `sim-${this.sent++}`;
    const r = await this.g.sms(from, text, id).catch((e) => {
      if (e.code !== 'ECONNRESET' || this.g.process.how) throw new Error(`${e.message}; ${JSON.stringify(this.g.process.how)} ${this.g.process.err.slice(-2000)}`);
      return this.g.sms(from, text, id);
    });
    if (r.status !== 200) throw new Error(`${text}: ${r.status} ${r.body}`);
  }

  // Our own reckoning behind a report that was answered.
  reckon(village, disease, n) {
    const day = dayOf(this.now()), key = `${village.code}/${disease}`;
    this.counts.add(village.code, disease, day, n);
    if (!this.counts.staff(village.code, disease, day)) return;
    const last = this.open.get(key);
    if (!last || this.now() - last > 14 * DAY) this.expected.push({ village: village.code, disease, at: this.now() });
    this.open.set(key, this.now());
  }

  // The cases of this week for each village, by day; made on Sundays.
  week(first) {
    this.cases = [];
    for (const v of this.places.villages) {
      for (const [d, mean] of Object.entries(rates))
        for (let n = this.chance.overdispersed(mean * this.rate, K); n > 0; n--) this.cases.push({ v, d, day: first + this.chance.below(7) });
      for (const [d, [mean]] of Object.entries(byName))
        for (let n = this.chance.poisson(mean * this.rate); n > 0; n--) this.cases.push({ v, d, day: first + this.chance.below(7), name: true });
    }
  }

  name() {
    return `${this.chance.of(givens)} ${this.chance.of(surnames)}`;
  }

  // What a village says in this hour.
  batch(day, hour, hours) {
    const by = new Map();
    const put = (v, d, n, text) => (by.get(v) ?? by.set(v, []).get(v)).push({ d, n, text, from: this.kaderOf(v) });
    for (const c of this.cases.filter((x) => x.day === day && (x.hour ??= this.chance.below(hours)) === hour))
      if (c.name) put(c.v, c.d, 1, `KASUS ${c.d} ${this.name()} ${this.chance.of(['L', 'P'])} ${2 + this.chance.below(60)}th`);
      else put(c.v, c.d, 1, `KASUS#${c.d}#1`);
    const o = this.outbreak, since = day - this.first - o.from;
    if (this.first && since >= 0 && since < o.days)
      for (let i = 0; i < o.cases; i++) if (i % o.days === since && i % hours === hour) put(this.places.villages.find((v) => v.code === o.village), o.disease, 1, `KASUS#${o.disease}#1`);
    return by;
  }

  async saySome(by) {
    await Promise.all([...by].map(async ([v, all]) => {
      for (const { d, n, text, from } of all) { // in order within a village
        await this.report(from, text);
        if (rates[d]) this.reckon(v, d, n);
        else this.counts.add(v.code, d, dayOf(this.now()), n);
      }
    }));
  }

  async sayTodo() {
    const due = this.todo.filter((t) => t.at <= this.now());
    this.todo = this.todo.filter((t) => t.at > this.now());
    for (const t of due) {
      await this.send(t.from, t.text);
    }
  }

  // Monday and Tuesday: the week before, of nine puskesmas in ten; one in ten sends it again.
  async sayW2(day) {
    const before = sundayOf(day) - 7, weekday = (day + 4) % 7;
    if (weekday !== 1 && weekday !== 2) return;
    const number = Number(this.weekNumber(before));
    for (const p of this.places.puskesmas) {
      const key = `${p.code}/${number}`;
      if (weekday === 1 ? !this.chance.yes(0.6) : this.w2.has(key) ? !this.chance.yes(0.1) : !this.chance.yes(0.75)) continue;
      const count = () => this.chance.overdispersed(3, K);
      const counts = { A: count(), D: count(), F: count() };
      const said = Object.entries(counts).filter(([, n]) => n).map(([c, n]) => c + n).join(' ');
      await this.send(p.staff.msisdn, `W2 ${number} ${said || 'NIHIL'}`);
      this.w2.set(key, Object.values(counts).reduce((a, b) => a + b, 0));
    }
  }

  // Epidemiological week of a Sunday: week 1 has 4 January.
  weekNumber(sunday) {
    const year = new Date((sunday + 3) * DAY).getUTCFullYear(), fourth = Math.floor(Date.UTC(year, 0, 4) / DAY);
    return (sunday - sundayOf(fourth)) / 7 + 1;
  }

  async weigh(day) {
    const today = new Date(day * DAY).getUTCDate(), turn = this.places.posyandu.filter((p) => p.day === today);
    for (const p of turn) this.opened.add(p.code);
    const children = turn.flatMap((p) => Array.from({ length: this.weighings }, () => {
      const months = 6 + this.chance.below(48), kg = (7 + months * 0.17 + this.chance.normal() * 0.6).toFixed(1).replace('.', ',');
      return [p.kader[0].msisdn, `TIMBANG ${this.name()} ${this.chance.of(['L', 'P'])} ${months}bl ${kg}`];
    }));
    await Promise.all(children.map(([from, text]) => this.report(from, text)));
  }

  async hour(day, hour, index, hours) {
    this.clock(day * DAY - WIB + hour * HOUR);
    await sleep(300); // the due set is looked at four times a second
    await this.sayTodo();
    await this.saySome(this.batch(day, index, hours));
    if (hour === 8) await this.sayW2(day);
    if (hour === 10 && this.first) await this.weigh(day);
    await this.quiet();
    await this.read();
  }

  async outageStep(day, hour) {
    const o = this.outage;
    if (day - this.first !== o.day) return;
    if (hour === o.from) this.pg.kill();
    if (hour === o.to) {
      o.waited = Number(this.g.redis('xlen', '{14.72}st:sink:kabupaten')) + Number(this.g.redis('zcard', '{14.72}wait:sink:kabupaten'));
      await this.pg.restart();
    }
  }

  async run() {
    const from = dayOf(this.begin), monthFrom = from + this.history;
    await this.start();
    for (let day = from; day < monthFrom + this.days; day++) {
      if ((day - from) % 7 === 0) this.week(day);
      if (day < monthFrom) await this.hour(day, 8, 0, 1);
      else {
        this.first ??= monthFrom;
        this.monthBegan ??= this.now();
        for (let hour = 6; hour <= 20; hour += this.every) {
          await this.outageStep(day, hour);
          await this.hour(day, hour, (hour - 6) / this.every - 1, 14 / this.every - 1);
        }
      }
      if ((day - from) % 7 === 6) this.log(`day ${day - from + 1} of ${this.history + this.days}: ${this.sent} sent, ${this.sms.length} SMS out`);
    }
    await this.settle();
    return this.result();
  }

  async settle() {
    const count = () => this.g.query('SELECT count(*) AS n FROM record')[0]?.n;
    await waitFor('all is stored', () => {
      const waits = ['lokal', 'kabupaten'].map((s) => Number(this.g.redis('xlen', `{14.72}st:sink:${s}`)) + Number(this.g.redis('zcard', `{14.72}wait:sink:${s}`)));
      return waits.every((n) => n === 0) && count() === Number(this.pg.rows('SELECT count(*) AS n FROM record')[0].n);
    }, 120000);
  }

  // --- what came of it ---

  // Of each SMS that expired: when it was made, how long it had, when it ended.
  expired() {
    const files = fs.readdirSync(path.join(this.g.folder, 'var/log')).filter((f) => f.endsWith('.db'));
    const at = (ms) => new Date(ms).toISOString();
    return files.flatMap((f) => this.g.query("SELECT * FROM message_out WHERE state = 'expired'", `log/${f}`))
      .map((o) => `${o.class} of ${at(o.at_ms)} until ${at(o.expires_ms)}, over at ${at(o.state_ms)} after ${o.attempts}: ${o.text.slice(0, 40)}`);
  }

  // A signal and its ground, for people.
  says({ at, village, disease }) {
    const day = dayOf(at), m = this.counts.mean(village, disease, day, 4);
    const days = [...(this.counts.cases.get(`${village}/${disease}`) ?? [])].filter(([d]) => d <= day && d > day - 36).map(([d, n]) => `${d - day}:${n}`);
    return `${new Date(at).toISOString()} ${village} ${disease}: ${this.counts.sum(village, disease, day)} cases, mean ${m.mean.toFixed(2)} of ${m.weeks} weeks; ${days.join(' ')}`;
  }

  staffSignals() {
    const seen = new Map();
    for (const s of this.sms) {
      const nomor = /^SINYAL (\d+): \d+ kasus .* di .*\. \d+ hr: /.exec(s.text)?.[1];
      if (nomor && !seen.has(nomor)) seen.set(nomor, { nomor, village: this.villageOf(s), disease: this.diseaseOf(s.text), at: Date.parse(s.at) });
    }
    return [...seen.values()];
  }

  // How long after its threshold staff were told of the outbreak; null: not at all.
  outbreakTold(got) {
    const o = this.outbreak, e = this.expected.find((x) => x.village === o.village && x.disease === o.disease && dayOf(x.at) >= this.first + o.from);
    const s = e && got.find((x) => x.village === o.village && x.disease === o.disease && x.at >= e.at - 60000);
    return s ? s.at - e.at : null;
  }

  result() {
    const got = this.staffSignals(), within = [], missed = [];
    for (const e of this.expected) {
      const s = got.find((x) => x.village === e.village && x.disease === e.disease && x.at >= e.at - 60000 && x.at <= e.at + HOUR / 2);
      if (s) within.push(s.at - e.at);
      else missed.push(e);
    }
    // Whether the episode before had just ended is the gateway's to say; that the rule held that day is not.
    const unexpected = got.filter((x) => !this.counts.staff(x.village, x.disease, dayOf(x.at)));
    const heads = this.sms.filter((s) => /^SIAGA /.test(s.text) && Date.parse(s.at) >= this.monthBegan);
    const alerts = new Map();
    for (const s of heads) {
      const nomor = /\d+/.exec(s.text)[0];
      if (!alerts.has(nomor)) alerts.set(nomor, { kind: /belum diverifikasi/.test(s.text) ? 'unverified' : /sudah diverifikasi/.test(s.text) ? 'verified' : 'count', ...this.truths.get(nomor) });
    }
    const doubles = new Map();
    for (const s of this.sms.filter((x) => /^(SIAGA|SINYAL|RALAT)/.test(x.text))) {
      const key = `${s.to} ${s.text}`;
      doubles.set(key, (doubles.get(key) ?? 0) + 1);
    }
    const o = this.outbreak, day = (t) => (t === undefined ? null : dayOf(t) - this.first - o.from + 1);
    const found = got.find((x) => x.village === o.village && x.disease === o.disease && dayOf(x.at) >= this.first + o.from);
    const headTold = found && heads.find((s) => s.text.includes(found.nomor));
    const w2 = this.g.query('SELECT r.place, r.minggu, r.version FROM v_w2 r');
    const stored = new Map();
    for (const r of this.g.query("SELECT role, posyandu, place, reporter, minggu, A, D, F FROM v_w2 WHERE status <> 'cancelled'"))
      stored.set(`${this.people.find((p) => p.msisdn === r.reporter).place}/${r.minggu}`, (r.A ?? 0) + (r.D ?? 0) + (r.F ?? 0));
    const cases = new Map(this.g.query("SELECT place || '/' || penyakit AS k, sum(coalesce(jumlah, 1)) AS n FROM v_kasus GROUP BY 1").map((c) => [c.k, c.n]));
    const lost = [...this.counts.cases].map(([k, days]) => [k, [...days.values()].reduce((a, b) => a + b, 0), cases.get(k) ?? 0]).filter(([, said, kept]) => said !== kept);
    return {
      lost: lost.map(([k, said, kept]) => `${k}: ${said} said, ${kept} kept`),
      signals: { expected: this.expected.length, within, missed, unexpected },
      alerts: [...alerts.values()], weeks: this.days / 7,
      outbreak: { staffDay: day(found?.at), headDay: day(headTold && Date.parse(headTold.at)), ms: this.outbreakTold(got) },
      opened: this.opened.size,
      doubles: [...doubles].filter(([, n]) => n > 1).map(([t, n]) => `${n} times: ${t}`),
      w2: { sent: this.w2, stored, rows: w2.length },
      records: { lokal: this.g.query('SELECT count(*) AS n FROM record')[0].n, kabupaten: Number(this.pg.rows('SELECT count(*) AS n FROM record')[0].n), waited: this.outage.waited },
      verdicts: this.g.ctl('signals'),
    };
  }
}
