// indicators.test.mjs - a small November, worked out on paper, against every row of config/rules/indicators.yaml, in SQLite and in
// PostgreSQL alone; late, corrected and cancelled reports; kept up to date equals rebuilt; the console reads them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { account, session } from '../browser/browser.mjs';
import { Chance } from '../simulate/chance.mjs';
import { Gateway, kader, kades, newName, puskesmas, waitFor, zone } from './lib.mjs';
import { Postgres } from './pg.mjs';

const village = '19.06.01.2004', kecamatan = '19.06.01';
let next;
// A record of a posyandu of Kelubi, as the pipeline sends it to the sink.
function record(form, day, fields, { person = '', findings = [], posyandu = 'PSY001', place = village, received = day, id = next++, version = 1, status = 'valid', reporter = '+6281200000001' } = {}) {
  return JSON.stringify({
    v: 1, row: 'record', version, id: uuid(id), nomor: String(1000 + id), form, klaster: '2',
    at: `${day}T09:00:00+07:00`, received_at: `${received}T09:00:00+07:00`, reporter, place, posyandu, person_id: person,
    fields, findings: findings.map((f) => ({ id: f.split('=')[0], v: 1, class: '', say: f.split('=')[1] ?? '' })), status, provider: 'emulator', message_id: `f-${id}-${version}`,
  });
}
const uuid = (n) => `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`;
const event = (row, n, of, nomor, name, at, place) => JSON.stringify({ v: 1, row, id: uuid(100000 + n), of, nomor: String(nomor), event: name, at: `${at}:00:00+07:00`, role: 'sistem', place });
const referral = (n, of, name, at) => event('referral_event', n, uuid(of), 1000 + of, name, at, 'PST001');
const signal = (n, nomor, name, at, place = village) => event('alert_event', n, uuid(200000 + nomor), nomor, name, at, place);

const allDoses = ['hb0', 'bcg', 'opv1', 'opv2', 'opv3', 'opv4', 'dpt1', 'dpt2', 'dpt3', 'ipv1', 'mr1'];
const year = () => {
  next = 1;
  return [
  // October: what the year brings into November.
  record('bumil', '2026-10-02', { nama: 'Sri', ukh: 10, k: 1, lila: 23, ttd: 60 }),
  record('bumil', '2026-10-02', { nama: 'Ana', ukh: 20, k: 3, lila: 25, ttd: 30, tanda: ['pusing'] }),
  record('nifas', '2026-10-03', { nama: 'Ina', hari: 1 }),
  record('nifas', '2026-10-07', { nama: 'Ina', hari: 5 }),
  record('nifas', '2026-10-20', { nama: 'Ina', hari: 18 }),
  record('timbang', '2026-10-05', { bb: 9, tb: 75 }, { person: 'c1', findings: ['nt=B'] }),
  record('imunisasi', '2026-10-05', { vaksin: allDoses.slice(0, 10) }, { person: 'c1' }),
  record('dewasa', '2026-10-06', { nama: 'Pak A', td: '150/95', gds: 110 }, { findings: ['dewasa.td'] }),
  record('lansia', '2026-10-06', { nama: 'Mbah B', td: '120/80', aks: 20 }),
  // November.
  record('bumil', '2026-11-02', { nama: 'SRI', ukh: 14, k: 2, ttd: 30 }), // 90 tablets now
  record('bumil', '2026-11-02', { nama: 'Ana', ukh: 24, k: 4 }), // K4 now
  record('bumil', '2026-11-03', { nama: 'Eti', ukh: 30, k: 6, lila: 24 }), // K1, K4 and K6
  record('nifas', '2026-11-01', { nama: 'Ina', hari: 30 }), // the fourth window: lengkap
  record('nifas', '2026-11-09', { nama: 'Uci', hari: 2 }),
  record('lahir', '2026-11-09', { nama: 'Uci', bb: 2.4, tgl: '2026-11-08' }, { person: 'b1' }),
  record('lahir', '2026-11-10', { nama: 'Wati', bb: 3.1, tgl: '2026-11-10' }, { person: 'b2' }),
  record('timbang', '2026-11-05', { bb: 9.3, tb: 76 }, { person: 'c1', findings: ['nt=N'] }),
  record('timbang', '2026-11-06', { bb: 9.3 }, { person: 'c1', findings: ['nt=N'] }), // the same child on another day
  record('timbang', '2026-11-05', { bb: 7, tb: 70 }, { person: 'c2', findings: ['growth.bgm=BGM', 'growth.pendek=pendek', 'growth.2t=2T', 'nt=T'] }),
  record('timbang', '2026-11-05', { bb: 8, tb: 74 }, { person: 'c3', findings: ['growth.gizi_kurang=gizi kurang', 'growth.bb_kurang=x', 'nt=O'], posyandu: 'PSY002' }),
  record('timbang', '2026-11-05', { bb: 6, lila: 11 }, { person: 'c4', findings: ['growth.gizi_buruk=gizi buruk', 'growth.sangat_pendek=x', 'nt=B'], posyandu: 'PSY002' }),
  record('imunisasi', '2026-11-05', { vaksin: ['mr1', 'vita'] }, { person: 'c1' }), // complete now
  record('imunisasi', '2026-11-05', { vaksin: ['dpt1', 'cacing'] }, { person: 'c2' }),
  record('skdn', '2026-12-01', { s: 60, k: 58, d: 50, n: 40, t: 6, o: 3, b: 1, bgm: 2, bulan: '2026-11' }), // late: of November
  record('remaja', '2026-11-07', { nama: 'Rina', jk: 'P', umur: '14th', ttd: 4, hb: 11 }),
  record('remaja', '2026-11-07', { nama: 'Rudi', jk: 'L', umur: '14th' }),
  record('dewasa', '2026-11-06', { nama: 'pak a', td: '150/95', gds: 110 }, { findings: ['dewasa.td'] }), // counted in October
  record('dewasa', '2026-11-06', { nama: 'Bu C', td: '120/80', gds: 250 }, { findings: ['dewasa.gds'] }),
  record('dewasa', '2026-11-06', { nama: 'Bu D', td: '120/80' }),
  record('lansia', '2026-11-06', { nama: 'Mbah E', td: '120/80', aks: 8, skilas: ['gizi'] }, { findings: ['lansia.aks', 'lansia.skilas'] }),
  record('skrining', '2026-11-08', { nama: 'Joni', jk: 'L', umur: '30th', jenis: 'tbc', jawaban: 'YYTT' }, { findings: ['skrining.tbc'] }),
  record('skrining', '2026-11-08', { nama: 'Jono', jk: 'L', umur: '30th', jenis: 'tbc', jawaban: 'TTTT' }),
  record('skrining', '2026-11-08', { nama: 'Joni', jk: 'L', umur: '30th', jenis: 'srq', jawaban: 'Y'.repeat(20) }, { findings: ['skrining.srq'] }),
  record('kunjungan', '2026-11-11', { nama: 'Ani', temuan: ['bahaya'] }),
  record('skrining', '2026-11-08', { nama: 'Jana', jk: 'L', umur: '45th', jenis: 'puma', jawaban: 'Y' }, { findings: ['skrining.puma'] }),
  record('kunjungan', '2026-11-11', { nama: 'Ani', temuan: ['baik'] }),
  record('kunjungan', '2026-11-11', { nama: 'Adi', temuan: ['tidak_akses', 'tidak_patuh', 'gejala_tbc'] }),
  record('wafat', '2026-11-12', { nama: 'Bayi', jk: 'L', umur: '3bl' }),
  record('wafat', '2026-11-12', { nama: 'Anak', jk: 'P', umur: '2th' }),
  record('wafat', '2026-11-12', { nama: 'Mbah', jk: 'P', umur: '70th' }),
  record('kasus', '2026-11-13', { penyakit: 'diare', jumlah: 2 }),
  record('kasus', '2026-11-14', { penyakit: 'diare', nama: 'Toni', jk: 'L', umur: '3th' }), // one
  // Four visits of Ida, 1-1-2 by trimester; two in one trimester take two reports.
  record('bumil', '2026-10-01', { nama: 'Ida', ukh: 10 }),
  record('bumil', '2026-10-20', { nama: 'Ida', ukh: 20 }),
  record('bumil', '2026-11-03', { nama: 'Ida', ukh: 28 }),
  record('bumil', '2026-11-20', { nama: 'Ida', ukh: 33 }),
  record('kunjungan', '2026-11-15', { nama: 'ida', sasaran: 'bumil', temuan: ['bahaya'], tanda: ['bengkak'] }), // a risk found at home
  record('lansia', '2026-11-06', { nama: 'Mbah F', td: '120/80', aks: 12 }),
  record('wafat', '2026-11-16', { nama: 'Bu W', jk: 'P', umur: '30th' }, { findings: ['wafat.perempuan'] }),
  // A danger that was referred, taken in time and seen; a RUJUK that climbed first, and was not.
  record('bumil', '2026-11-03', { nama: 'Eti', ukh: 30, td: '170/110' }, { id: 900 }),
  record('rujuk', '2026-11-10', { nama: 'Pak R', umur: '50th', alasan: 'sesak' }, { id: 901 }),
  referral(1, 900, 'sent', '2026-11-03T09'), referral(2, 900, 'terima', '2026-11-03T10'), referral(3, 900, 'hadir', '2026-11-03T15'),
  referral(4, 901, 'sent', '2026-11-10T09'), referral(5, 901, 'escalated', '2026-11-10T10'), referral(6, 901, 'terima', '2026-11-10T11'),
  // A signal that was answered within a day, one that was not, one of the puskesmas.
  signal(11, 9001, 'sent', '2026-11-13T09'), signal(12, 9001, 'benar', '2026-11-13T20', 'PST001'),
  signal(13, 9002, 'sent', '2026-11-20T09'), signal(14, 9002, 'bukan', '2026-11-22T09', 'PST001'),
  signal(15, 9003, 'sent', '2026-11-23T09', 'PKM01'), signal(16, 9003, 'benar', '2026-11-23T10', 'PKM01'),
  // Weekly reports of the puskesmas, on a Monday and a Thursday; one week that two people of it sent.
  record('w2', '2026-11-02', { minggu: 43, A: 5 }, { posyandu: '', place: kecamatan, reporter: puskesmas }),
  record('w2', '2026-11-03', { minggu: 43, A: 5 }, { posyandu: '', place: kecamatan, reporter: '+6281200000010' }),
  record('w2', '2026-11-12', { minggu: 44, nihil: true }, { posyandu: '', place: kecamatan, reporter: puskesmas }),
  ];
};

// Of the village in November: [n, d, n since January, d since January].
const november = {
  k1: [1, 13, 4, 13], k1_murni: [0, 13, 2, 13], k4: [3, 13, 3, 13], k6: [1, 13, 1, 13], kek: [0, 1, 1, 3], ttd90: [1, 13, 1, 13], risiko: [1, 3, 2, 3], pk: [1, 3, 1, 3],
  kf1: [1, 11, 2, 11], kf2: [0, 11, 1, 11], kf3: [0, 11, 1, 11], kf4: [1, 11, 1, 11], kf_lengkap: [1, 11, 1, 11], lahir: [2, null, 2, null], bblr: [1, 2, 1, 2],
  ds: [4, 68, 5, 748], ds_skdn: [50, 60, 50, 60], ks_skdn: [58, 60, 58, 60], kd_skdn: [58, 50, 58, 50], bgm_skdn: [2, 50, 2, 50], nd_skdn: [40, 50, 40, 50],
  nd: [1, 4, 1, 5], nd_ketat: [1, 2, 1, 2], od: [1, 4, 1, 5], bd: [1, 4, 2, 5], dua_t: [1, 4, 1, 5], bgm: [1, 4, 1, 5], gizi_kurang: [1, 3, 1, 4], gizi_buruk: [1, 3, 1, 4], stunting: [2, 3, 2, 4], bb_kurang: [2, 4, 2, 5],
  idl: [1, 13, 1, 13], baduta_lengkap: [0, 25, 0, 25], putus_dpt1_mr1: [0, 1, 1, 2], vita: [1, 68, 1, 68], cacing: [1, 68, 1, 68],
  remaja: [2, 68, 2, 68], rematri_ttd: [1, 33, 1, 363], rematri_hb: [1, 1, 1, 1], dewasa: [1, 612, 2, 612], suspek_ht: [0, 2, 1, 3], suspek_dm: [1, 1, 1, 2],
  lansia: [2, 136, 3, 136], lansia_aks: [1, 2, 1, 3], lansia_mandiri: [0, 2, 1, 3], lansia_ringan: [1, 2, 1, 3], lansia_sedang: [0, 2, 0, 3], lansia_berat: [1, 2, 1, 3], lansia_total: [0, 2, 0, 3], lansia_skilas: [1, 2, 1, 3], puma: [1, 1, 1, 1], tbc: [2, 20, 2, 20], tbc_terduga: [1, 2, 1, 2], jiwa: [1, 1, 1, 1],
  kunjungan: [4, null, 4, null], kunjungan_bahaya: [2, 4, 2, 4], kunjungan_akses: [1, 4, 1, 4], kunjungan_patuh: [1, 4, 1, 4], kunjungan_tbc: [1, 4, 1, 4],
  kunj_bumil: [1, 13, 1, 13], kunj_nifas: [0, 11, 0, 11], kunj_bayi: [0, 13, 0, 13], kunj_balita: [0, 68, 0, 68], kunj_apras: [0, 11, 0, 11], kunj_sekolah: [0, 136, 0, 136],
  kunj_remaja: [0, 68, 0, 68], kunj_dewasa: [0, 612, 0, 612], kunj_lansia: [0, 136, 0, 136], kunj_tbc: [0, 20, 0, 20],
  wafat: [4, null, 4, null], wafat_bayi: [1, null, 1, null], wafat_balita: [2, null, 2, null], wafat_ibu: [1, null, 1, null], kasus: [3, null, 3, null],
  rujuk_terima: [1, 2, 1, 2], rujuk_hadir: [1, 2, 1, 2], sinyal_24: [1, 2, 1, 2], lapor: [2, 2, 3, 22], lapor_tepat: [2, 2, 3, 22],
};
// Of the kecamatan, which has one puskesmas; November has five Mondays, the year 48 so far.
const weekly = { w2_lengkap: [2, 5, 2, 48], w2_tepat: [1, 5, 1, 48] };

for (const [kind, open] of Object.entries({
  sqlite: async () => {
    const g = await new Gateway().start();
    return { g, sink: 'lokal', query: (sql) => g.query(sql) };
  },
  postgres: async () => {
    const pg = new Postgres();
    const g = await new Gateway({ patch: (yaml) => yaml.replace(/^ {2}lokal:.*$/m, `  kabupaten: {kind: postgres, dsn: "${pg.dsn}"}`) }).start();
    await waitFor('the tables', () => /stage {5}ready/.test(g.ctl('show', 'sinks')));
    return { g, sink: 'kabupaten', query: (sql) => pg.rows(sql) };
  },
})) describe(kind, () => {
let g, sink, query;
before(async () => { ({ g, sink, query } = await open()); });
after(() => g.stop());

const all = year(), records = all.filter((r) => r.includes('"row":"record"')).length;
const put = (...rows) => g.redis('eval', "for _, b in ipairs(ARGV) do redis.call('XADD', KEYS[1], '*', 'b', b) end", '1', `{19.06}st:sink:${sink}`, ...rows);
const values = (place, month) =>
  Object.fromEntries(query(`SELECT * FROM indicator_value WHERE place = '${place}' AND month = '${month}'`).map((r) => [r.indicator, [r.n, r.d, r.n_year, r.d_year]]));
const quiet = (rows) => waitFor('all is stored and counted', () =>
  query('SELECT count(*) AS n FROM record')[0]?.n >= rows && query('SELECT count(*) AS n FROM indicator_due')[0].n === 0 && query('SELECT count(*) AS n FROM indicator_base')[0].n > 0);

test('a month worked out on paper equals every row', async () => {
  put(...all);
  await quiet(records);
  assert.deepEqual(Object.keys({ ...november, ...weekly }).sort(), query('SELECT id FROM indicator').map((r) => r.id).sort(), 'the fixture knows every row');
  assert.deepEqual(values(village, '2026-11'), november);
  const of = values(kecamatan, '2026-11');
  assert.deepEqual({ w2_lengkap: of.w2_lengkap, w2_tepat: of.w2_tepat }, weekly);
  const posyandu = values('PSY002', '2026-11');
  assert.deepEqual([posyandu.ds, posyandu.nd, posyandu.lapor, posyandu.gizi_kurang], [[2, null, 2, null], [0, 2, 0, 2], [1, 1, 1, 11], [1, 1, 1, 1]]);
  const puskesmas = values('PKM01', '2026-11');
  assert.deepEqual(puskesmas.nd, november.nd);
  assert.deepEqual(puskesmas.sinyal_24, [2, 3, 2, 3], 'its own signal and those of its villages');
  assert.ok(puskesmas.k1[1] > 13, 'the sasaran of all its villages');
  assert.match(g.ctl('pws', '--place', village, '--month', '2026-11'), /^19\.06\.01\.2004 Kelubi, 2026-11\n.*\n(k1\s+1\/13\s+7\.7%\s+4\/13\s+30\.8%\s+91\.7%\s+B K1 akses)/);
  assert.match(g.ctl('pws', '--month', '2026-11'), /^PKM01 /);
  assert.throws(() => g.ctl('pws', '--place', 'nowhere'));
  assert.throws(() => g.ctl('pws', '--month', '2026-13'));
});

const everything = () => query('SELECT place, month, indicator, n, d, n_year, d_year FROM indicator_value ORDER BY 1, 2, 3');

test('corrected, cancelled, moved and late reports; what is kept up to date equals what is built anew', async () => {
  put(record('timbang', '2026-11-05', { bb: 7, tb: 70 }, { person: 'c2', id: 19, version: 2, status: 'cancelled' }),
    record('skdn', '2026-12-01', { s: 60, k: 58, d: 48, n: 40, bulan: '2026-10' }, { id: 24, version: 2, status: 'corrected' }), // it was of October
    record('timbang', '2026-09-05', { bb: 8.8 }, { person: 'c1', findings: ['nt=B'], received: '2026-12-02' }), // late
    record('dewasa', '2026-12-03', { nama: 'Bu F', td: '120/80', gds: 90 }));
  await waitFor('the late one', () => values(village, '2026-09').ds?.[0] === 1);
  await quiet(records + 2);
  const v = values(village, '2026-11');
  assert.deepEqual(v.bgm, [0, 3, 0, 5]);
  assert.deepEqual(v.ds_skdn, [0, 0, 48, 60]);
  assert.deepEqual(v.ds, [3, 68, 5, 748]);
  assert.deepEqual(values(village, '2026-12').dewasa, [1, 612, 3, 612]);
  await g.say(kader, `TIMBANG ${newName()} P 14bl 9,2 76`); // one through the whole pipeline
  await quiet(records + 3);
  const kept = everything();
  assert.ok(kept.length > 100);
  assert.match(g.ctl('pws', '--anew'), /counted anew/);
  await quiet(1);
  assert.deepEqual(everything(), kept);
});

// Hundreds of records of all forms, in any order, some twice, corrected, moved to another month or cancelled; children that are
// one with another, and no more.
test('at random, what is kept up to date equals what is built anew', { timeout: 120000 }, async () => {
  const chance = new Chance(Number(process.env.SEED ?? 11)), day = () => `2026-${String(1 + chance.below(11)).padStart(2, '0')}-${String(1 + chance.below(28)).padStart(2, '0')}`.replace('2026-11', chance.of(['2026-11', '2025-12']));
  const make = {
    bumil: () => [{ nama: chance.of(['Sri', 'Ana', 'Eti']), ukh: 5 + chance.below(35), k: 1 + chance.below(6), lila: 21 + chance.below(6), ttd: chance.below(60) }],
    nifas: () => [{ nama: chance.of(['Ina', 'Uci']), hari: chance.below(43) }],
    timbang: () => [{ bb: 5 + chance.below(9), tb: 70 }, { person: `r${chance.below(20)}`, findings: [chance.of(['nt=N', 'nt=T', 'nt=O', 'nt=B']), chance.of(['growth.bgm=x', 'growth.pendek=x', 'growth.2t=x'])] }],
    imunisasi: () => [{ vaksin: [chance.of(allDoses), chance.of(allDoses)] }, { person: `r${chance.below(20)}` }],
    lahir: () => [{ nama: 'Bu', bb: 2 + chance.below(3) / 2, tgl: day() }],
    skdn: () => [{ s: 60, k: 50, d: chance.below(60), n: chance.below(20), bgm: 1, bulan: day().slice(0, 7) }],
    dewasa: () => [{ nama: chance.of(['A', 'B', 'C']), td: '150/95', gds: 100 + chance.below(200) }, { findings: ['dewasa.td=x'] }],
    kunjungan: () => [{ nama: 'X', temuan: [chance.of(['bahaya', 'baik', 'tidak_akses'])] }],
    wafat: () => [{ nama: 'Y', jk: 'P', umur: chance.of(['3bl', '2th', '70th']) }],
  };
  const first = next, rows = [];
  for (let i = 0; i < 300; i++) {
    const id = 1000 + i, form = chance.of(Object.keys(make)), posyandu = chance.of(['PSY001', 'PSY002', 'PSY003']);
    for (let version = 1; version === 1 || (version < 4 && chance.yes(0.3)); version++) {
      const [fields, more = {}] = make[form]();
      rows.push(record(form, day(), fields, { ...more, posyandu, id, version, received: '2026-12-03', status: version === 1 ? 'valid' : chance.of(['corrected', 'cancelled']) }));
    }
  }
  for (let i = 0; i < 40; i++)
    rows.push(JSON.stringify({ v: 1, row: 'person', id: `r${chance.below(20)}`, nomor: String(5000 + i), nama: 'Anak', ...(chance.yes(0.6) ? { merged_into: `r${chance.below(20)}` } : {}) }));
  for (let i = rows.length - 1; i > 0; i--) {
    const k = chance.below(i + 1);
    [rows[i], rows[k]] = [rows[k], rows[i]];
  }
  const before = query('SELECT count(*) AS n FROM record')[0].n;
  for (let i = 0; i < rows.length; i += 50) {
    put(...rows.slice(i, i + 50), rows[i]); // one of them twice
    if (i % 150 === 0) await waitFor('something is counted between', () => query('SELECT count(*) AS n FROM indicator_due')[0].n === 0);
  }
  await quiet(before + 300);
  assert.equal(next, first);
  let added = 0;
  for (const more of [15, 15, 15, 300]) { // and what is only added, a little at a time or much at once
    put(...Array.from({ length: more }, () => {
      const form = chance.of(Object.keys(make)), [fields, about = {}] = make[form]();
      return record(form, day(), fields, { ...about, posyandu: chance.of(['PSY001', 'PSY002', 'PSY003']), id: 2000 + added++, received: '2026-12-03' });
    }));
    await quiet(before + 300 + added);
  }
  const kept = everything();
  assert.match(g.ctl('pws', '--anew'), /counted anew/);
  await waitFor('it is begun', () => JSON.stringify(everything()) !== JSON.stringify(kept) || query('SELECT count(*) AS n FROM indicator_due')[0].n > 0).catch(() => {});
  await quiet(1);
  assert.deepEqual(everything(), kept);
});

test('PWS by SMS says what was counted', async () => {
  const now = new Date(Date.now() + zone.offset * 3600000), day = now.toISOString().slice(0, 10);
  const told = now.getUTCDate() >= 25 ? day.slice(0, 7) : new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 0)).toISOString().slice(0, 7);
  put(record('skdn', day, { s: 80, k: 70, d: 60, n: 50, bulan: told }, { id: 800, posyandu: 'PSY003' }));
  await waitFor('the village knows', () => /D\/S[^]*N\/D/.test(g.redis('get', '{19.06}s:village:19.06.01.2004')));
  assert.match(await g.say(kades, 'PWS', 'pws-figures'), new RegExp(`^PWS Kelubi mg .*Bulan ${told.slice(5)}: D/S <?\\d+/\\d+, N/D <?\\d+/\\d+. Terendah .+ <?\\d+/\\d+$`));
});

test('the console reads them', async () => {
  const who = await session(g, account(g, 'pembaca', 'officer'));
  const read = async () => JSON.parse((await who.get(`/pws.json?bulan=2026-11&indikator=bgm`)).body).rows.find((r) => r.kode === village);
  const [n] = query(`SELECT n, n_year FROM indicator_value WHERE place = '${village}' AND month = '2026-11' AND indicator = 'bgm'`);
  await waitFor('the page says it', async () => { const r = await read(); return r && r.bulan_ini === n.n && r.kumulatif === n.n_year; });
  assert.match((await who.get('/pws')).body, /Kelubi/);
});
});
