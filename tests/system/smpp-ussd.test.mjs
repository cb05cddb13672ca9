// smpp-ussd.test.mjs - USSD over SMPP, with node-smpp as the SMSC: a dialogue of every form, and the four habits of
// marking where a dialogue stands.
//
// The walker knows no page: it finds the form by its title, the field by its question (config/forms), the choice by
// its words, and turns pages by 98.  A form that is new in config/forms fails here until it has a walk.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, bidan, kader, newName, nomorOf, root, run, secondKader, binary, waitFor } from './lib.mjs';
import { Smsc } from './smsc.mjs';

const presets = {
  spec: { begin: 1, input: 0x12, ask: 2, end: 0x11 },
  tata: { begin: 1, input: 0x12, ask: 2, end: 2, endBit: true },
  mica: { begin: 1, input: 0x12, ask: 2, end: 0x17, byReference: true },
  '6d': { begin: 1, input: 0x12, ask: 2, end: 0x17, endBit: true },
};

const smscs = {};
let g;
before(async () => {
  for (const name of Object.keys(presets)) smscs[name] = await new Smsc().start();
  const rows = Object.entries(smscs).map(([name, s]) => `  t${name}: {dialect: smpp, host: 127.0.0.1, port: ${s.port}, system_id: u, password: p, ussd: ${name}}`);
  g = await new Gateway({ patch: (yaml) => yaml.replace(/^providers:$/m, `providers:\n${rows.join('\n')}`) }).start();
  for (const s of Object.values(smscs)) await s.bound();
});
after(async () => {
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
  for (const s of Object.values(smscs)) await s.kill();
});

// --- a phone ---

let sessions = 0;
class Phone {
  constructor(preset, msisdn) {
    Object.assign(this, { name: preset, preset: presets[preset], smsc: smscs[preset], msisdn, n: ++sessions });
  }

  // Where the dialogue stands, as this telco says it.
  marks(op, ended = 0) {
    if (this.preset.byReference) return { ussd_service_op: op, user_message_reference: this.n };
    return { ussd_service_op: op, its_session_info: Buffer.from([this.n, (this.turn << 1) | ended]) };
  }

  async send(text, op, ended) {
    this.turn = (this.turn ?? 0) + 1;
    const resp = await this.smsc.deliver(this.msisdn, text, { service_type: 'USSD', destination_addr: '123', ...this.marks(op, ended) });
    assert.equal(resp.command_status, 0);
  }

  async page() {
    const s = await this.smsc.page(this.msisdn);
    const { ussd_service_op: op, its_session_info: its, user_message_reference: umr } = s.pdu;
    if (this.preset.byReference) assert.equal(umr, this.n);
    else assert.equal(its[0], this.n, 'its session comes back');
    this.ended = this.preset.endBit ? (its[1] & 1) === 1 : op === this.preset.end;
    assert.equal(op, this.ended ? this.preset.end : this.preset.ask);
    assert.equal(s.pdu.source_addr, '123');
    this.text = s.text;
    return s.text;
  }

  async dial() {
    await this.send('*123#', this.preset.begin);
    return this.page();
  }

  async type(text) {
    assert.ok(!this.ended, `${text} would come after the end: ${this.text}`);
    await this.send(text, this.preset.input);
    return this.page();
  }

  // Types the digit that stands before these words, turning pages until they come.
  async choose(words) {
    for (let turned = 0; turned < 6; turned++) {
      const digit = this.text.split('\n').map((l) => /^(\d+) (.*)$/.exec(l)).find((m) => m?.[2] === words)?.[1];
      if (digit) return this.type(digit);
      assert.match(this.text, /\b98 Lagi/, `no "${words}" on: ${this.text}`);
      await this.type('98');
    }
    assert.fail(`no "${words}"`);
  }
}

// --- forms ---

const yaml = (file) => fs.readFileSync(path.join(root, 'config/forms', file), 'utf8');
const asks = (text, indent) => Object.fromEntries([...text.matchAll(new RegExp(`^${indent}(\\w+): \\{.*?ask: "([^"]*)"`, 'gm'))].map((m) => [m[1], m[2]]));
const shared = asks(yaml('fields.yaml'), '');
const titles = {};
const questions = {};
for (const file of fs.readdirSync(path.join(root, 'config/forms')).filter((f) => f.endsWith('.yaml') && f !== 'fields.yaml')) {
  const text = yaml(file);
  const form = path.basename(file, '.yaml');
  titles[form] = /^title: (.*)$/m.exec(text)[1];
  questions[form] = { ...shared, ...asks(text, '  ') };
}

// What the kader's first page calls them; all others are behind "Lainnya" (hers) or "Lapor" (staff's) by their titles.
const said = Object.fromEntries([...fs.readFileSync(path.join(root, 'config/menus/kader.yaml'), 'utf8').matchAll(/say: ([^,]+), form: (\w+)/g)].map((m) => [m[2], m[1]]));

// What the kader does on a field's page, and what the record must say.
const say = (typed, value = typed) => ({ keys: [typed], value });
const pick = (words, value) => ({ words: [words], value });
const picks = (list, value) => ({ words: list, last: '99', value });
const skip = (key) => ({ keys: [key] });
const person = () => say(newName().replace(/\b\w/g, (c) => c.toUpperCase()));
const L = pick('Laki-laki', 'L');
const P = pick('Perempuan', 'P');

// A field that is on no page of the walk stays out of the record; one whose page comes unforeseen fails.
const walks = [
  ['timbang', { way: 'Anak baru', fields: { nama: person(), jk: P, umur: say('14', '14bl'), bb: say('9,2', 9.2), tb: say('76', 76) } }],
  ['timbang', { way: 'Nomor anak', fields: { nomor: { keys: ['CHILD'] }, bb: say('9*4', 9.4), tb: skip('0') } }],
  ['bumil', { fields: { nama: person(), ukh: say('30', 30), td: say('120*80', '120/80'), bb: say('60', 60), lila: say('25', 25), k: say('4', 4), ttd: say('90', 90), tanda: picks(['pusing', 'muntah'], ['pusing', 'muntah']) } }],
  ['nifas', { fields: { nama: person(), hari: say('7', 7), td: say('110*70', '110/70'), tanda: skip('999') } }],
  ['lahir', { fields: { nama: person(), jk: L, tgl: say('kemarin', /^\d{4}-\d\d-\d\d$/), bb: say('2750', 2.75), tb: say('48', 48), tanda: skip('999') } }],
  ['imunisasi', { way: 'Anak baru', fields: { nama: person(), jk: P, umur: say('9', '9bl'), vaksin: picks(['polio 4', 'IPV 1'], ['opv4', 'ipv1']) } }],
  ['imunisasi', { way: 'Nomor anak', fields: { nomor: { keys: ['CHILD'] }, vaksin: picks(['BCG'], ['bcg']) } }],
  ['remaja', { fields: { nama: person(), jk: P, umur: say('14', '14th'), bb: say('45', 45), tb: say('150', 150), lila: say('24', 24), hb: say('12,1', 12.1), td: say('110*70', '110/70'), ttd: say('4', 4) } }],
  ['dewasa', { fields: { nama: person(), jk: L, umur: say('50', '50th'), td: say('130*80', '130/80'), gds: say('110', 110), bb: say('65', 65), tb: say('160', 160), lp: say('90', 90), tanda: skip('999') } }],
  ['lansia', { fields: { nama: person(), jk: P, umur: say('70', '70th'), td: say('130*80', '130/80'), gds: skip('999'), aks: say('20', 20), skilas: picks(['dengar'], ['dengar']), tanda: skip('999') } }],
  ['skrining', { fields: { nama: person(), jk: L, umur: say('50', '50th'), jenis: pick('TBC', 'tbc'), jawaban: { each: ['1', '2', '2', '2'], value: 'YTTT' } } }],
  ['kasus', { way: 'Jumlah kasus', fields: { penyakit: pick('leptospirosis', 'leptospirosis'), jumlah: say('2', 2), lokasi: skip('999') } }],
  ['kasus', { way: 'Dengan nama', fields: { penyakit: pick('campak', 'campak'), nama: person(), jk: L, umur: say('3', '3th'), lokasi: skip('999') } }],
  ['kejadian', { fields: { jenis: pick('keracunan', 'keracunan'), jumlah: say('8', 8), lokasi: skip('999') } }],
  ['w2', { by: bidan, fields: { minggu: say('1', 1), kode: { keys: ['A5 B1 X120'], codes: { A: 5, B: 1, X: 120 } } } }],
  ['kunjungan', { fields: { nama: person(), sasaran: pick('lansia', 'lansia'), temuan: picks(['baik'], ['baik']), tanda: skip('999') } }],
  ['rujuk', { way: 'Dengan nama', fields: { nama: person(), umur: say('28', '28th'), alasan: pick('hipertensi', 'hipertensi') } }],
  ['rujuk', { way: 'Nomor laporan', fields: { nomor: { keys: ['REPORT'] } } }],
  ['wafat', { fields: { nama: person(), jk: P, umur: say('70', '70th'), tgl: say('kemarin', /^\d{4}-\d\d-\d\d$/), sebab: say('sakit tua') } }],
  ['skdn', { fields: Object.fromEntries(Object.entries({ s: 60, k: 58, d: 50, n: 40, t: 6, o: 3, b: 1, bgm: 2 }).map(([f, n]) => [f, say(String(n), n)])) }],
  ['kegiatan', { fields: { jenis: pick('penyuluhan', 'penyuluhan'), peserta: say('25', 25) } }],
];

// The field whose question stands on the page.
function fieldOn(form, text) {
  if (/^\d+\/\d+ /.test(text)) return 'jawaban';
  const on = Object.entries(questions[form]).filter(([, ask]) => ask && text.split('\n').includes(ask));
  return on.sort((a, b) => b[1].length - a[1].length)[0]?.[0];
}

async function answer(phone, how) {
  for (const key of how.keys ?? []) await phone.type({ CHILD: known.child, REPORT: known.report }[key] ?? key);
  for (const words of how.words ?? []) await phone.choose(words);
  for (const key of how.each ?? []) await phone.type(key);
  if (how.last) await phone.type(how.last);
}

const known = {};

// From the dial to the end; gives the last page.
async function walk(preset, form, { way, by = kader, fields }) {
  const phone = new Phone(preset, by);
  await phone.dial();
  if (/2 Mulai baru/.test(phone.text)) await phone.type('2');
  const direct = said[form] && phone.text.includes(` ${said[form]}\n`);
  if (!direct) await phone.choose(/ Lainnya$/m.test(phone.text) ? 'Lainnya' : 'Lapor');
  await phone.choose(direct ? said[form] : titles[form]);
  if (way) await phone.choose(way);
  const asked = [];
  while (!/\n1 Kirim 0 Kembali/.test(phone.text)) {
    const field = fieldOn(form, phone.text);
    assert.ok(field, `${form}: whose page is this? ${phone.text}`);
    assert.ok(fields[field] && !asked.includes(field), `${form}: asked for ${field}: ${phone.text}`);
    asked.push(field);
    await answer(phone, fields[field]);
  }
  assert.deepEqual(asked, Object.keys(fields), 'every page of the walk came');
  await phone.type('1');
  assert.ok(phone.ended, phone.text);
  return phone.text;
}

async function compare(form, page, fields, provider) {
  const nomor = nomorOf(page);
  assert.ok(nomor, page);
  const record = await waitFor(`the record of ${page}`, () => g.query(`SELECT * FROM record WHERE nomor = '${nomor}'`)[0]);
  assert.equal(record.form, form);
  assert.equal(record.provider, provider);
  const got = JSON.parse(record.fields);
  const due = {};
  for (const [field, { value, codes }] of Object.entries(fields)) {
    if (codes) Object.assign(due, codes);
    if (value instanceof RegExp) assert.match(got[field], value);
    const said = value instanceof RegExp ? got[field] : value;
    if (said !== undefined) due[field] = said;
  }
  if (fields.nomor) for (const field of Object.keys(got)) due[field] ??= got[field]; // of whom the number speaks
  if (form === 'skdn') { // of which month stands there, said or not
    assert.match(got.bulan, /^\d{4}-\d\d$/);
    due.bulan ??= got.bulan;
  }
  assert.deepEqual(got, due);
  return { record };
}

test('every form that there is has a walk', async () => {
  const { out } = await run(binary, ['check', '-c', g.config, '--forms']);
  const forms = [...out.matchAll(/^\| (\w+) \|/gm)].map((m) => m[1]).filter((f) => f !== 'form');
  assert.deepEqual([...new Set(walks.map(([form]) => form))].sort(), forms.sort());
});

for (const [form, how] of walks)
  test(`${form}${how.way ? ` (${how.way})` : ''} by USSD over SMPP is in the district database as it was typed`, async () => {
    // A second weighing of one day is asked about: this child was not weighed today.
    if (form === 'timbang' && how.way === 'Nomor anak') {
      await g.say(kader, 'IMUNISASI Tiwi Lestari P 9bl mr1');
      known.child = String((await waitFor('the child', () => g.query("SELECT nomor FROM person WHERE nama = 'Tiwi Lestari'")[0])).nomor);
    }
    const { record } = await compare(form, await walk('spec', form, how), how.fields, 'tspec');
    if (form === 'timbang' && how.way === 'Anak baru') {
      known.report = record.nomor;
      known.child = String(g.query(`SELECT nomor FROM person WHERE id = '${record.person_id}'`)[0].nomor);
    }
  });

for (const [preset, form] of [['tata', 'kasus'], ['mica', 'dewasa'], ['6d', 'kegiatan']])
  test(`${preset} marks a dialogue in its own way: ${form}`, async () => {
    const how = walks.find(([f]) => f === form)[1];
    const fields = how.fields.nama ? { ...how.fields, nama: person() } : how.fields;
    await compare(form, await walk(preset, form, { ...how, fields, by: secondKader }), fields, `t${preset}`);
  });

for (const preset of Object.keys(presets))
  test(`${preset}: whoever hangs up in the middle is offered to go on at the next dial, and nothing is filed`, async () => {
    const filed = () => g.query('SELECT count(*) AS n FROM record')[0].n;
    const before = filed();
    const phone = new Phone(preset, secondKader);
    await phone.dial();
    if (/2 Mulai baru/.test(phone.text)) await phone.type('2');
    await phone.type('1');
    await phone.type('1');
    await phone.type('Wati Lestari');
    const asked = phone.text;
    await phone.send('', 0x13, 1); // the network says that it is over; no page answers that
    const again = new Phone(preset, secondKader);
    assert.match(await again.dial(), /1 Lanjut\n2 Mulai baru/);
    assert.equal(await again.type('1'), asked, 'the page where she was');
    assert.equal(filed(), before);
  });
