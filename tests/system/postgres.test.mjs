// postgres.test.mjs - the sink of kind postgres on a real server: the tables of the contract, the same views as SQLite,
// and nothing lost or double when the server dies, the connection is cut behind COMMIT, or a row cannot be stored.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';

import { Gateway, binary, kader, newName, nomorOf, run, secondKader, waitFor } from './lib.mjs';
import { Postgres, Wire } from './pg.mjs';

const withSinks = (sinks) => (yaml) =>
  yaml.replace(/^ {2}lokal:.*$/m, (lokal) => [lokal, ...Object.entries(sinks).map(([n, dsn]) => `  ${n}: {kind: postgres, dsn: "${dsn}"}`)].join('\n'));

let pg, g;
before(async () => {
  pg = new Postgres();
  g = await new Gateway({ patch: withSinks({ kabupaten: pg.dsn }) }).start();
});
after(() => g.stop());

const stored = (id) => waitFor(`record of ${id} in PostgreSQL`, () => pg.rows(`SELECT * FROM record WHERE message_id = '${id}'`)[0]);
const same = async (query) => {
  const [a, b] = await waitFor(`the same rows of ${query}`, () => {
    const both = [g.query(query), pg.rows(query)];
    return both[0].length > 0 && JSON.stringify(both[0]) === JSON.stringify(both[1]) ? both : null;
  }).catch(() => [g.query(query), pg.rows(query)]);
  assert.deepEqual(b, a);
  return a;
};

test('records, versions, people and events stand as in the SQLite file, and so do the views', async () => {
  const name = newName();
  const nomor = nomorOf(await g.say(kader, `TIMBANG ${name} P 14bl 9,2 76`, 'pg-1'));
  await g.say(kader, `KOREKSI ${nomor} bb 9,3`, 'pg-2');
  await g.say(secondKader, 'KASUS diare 3', 'pg-3');
  await g.say(kader, 'SKDN S60 K58 D50 N40 T6 O3 B1 BGM2', 'pg-4');
  await g.say(kader, 'KEJADIAN#ternak mati#6', 'pg-6');
  await g.say(kader, `RUJUK ${newName()} 28th perdarahan`, 'pg-5');
  await waitFor('the correction', () => pg.rows(`SELECT version FROM record WHERE nomor = '${nomor}'`)[0]?.version === 2);
  await stored('pg-5');
  const r = await same("SELECT CAST(id AS text) AS id, nomor, form, klaster, version, at, received_at, reporter, role, place, posyandu, person_id, status, provider, message_id FROM record ORDER BY 1");
  assert.ok(r.length >= 4);
  await same('SELECT CAST(id AS text) AS id, version, status FROM record_history ORDER BY 1, 2');
  await same('SELECT id, nomor, nama, jk, tgl_lahir, tgl_lahir_exact, posyandu FROM person ORDER BY 1');
  await same('SELECT CAST(id AS text) AS id, nomor, event, at, who, role, place FROM referral_event ORDER BY 1');
  assert.deepEqual(pg.rows(`SELECT nama, bb, tb FROM v_timbang WHERE nomor = '${nomor}'`)[0].bb, 9.3);
  const [t] = await same('SELECT * FROM rekap_timbang ORDER BY posyandu, bulan');
  assert.equal(t.ditimbang, 1);
  const [k] = await same('SELECT * FROM rekap_kasus ORDER BY desa, penyakit');
  assert.deepEqual([k.penyakit, k.kasus, new Date(k.minggu).getUTCDay()], ['diare', 3, 0]);
  const [s] = await same('SELECT desa, posyandu, bulan, s, d, n, bgm FROM rekap_skdn');
  assert.deepEqual([s.s, s.d, s.n, s.bgm], [60, 50, 40, 2]);
  assert.equal((await same('SELECT nomor, dari, diterima, naik FROM rujukan_terbuka')).length, 1);
  const [e] = await same('SELECT nomor, event, disease, rules FROM alert_event ORDER BY nomor, event');
  assert.deepEqual([e.event, e.disease], ['sent', 'ternak_mati']);
  assert.match(e.rules, /^ternak_mati\/\d+ signal_cases\/\d+ /);
  assert.equal((await same('SELECT penyakit, sinyal, benar, bukan, belum, ralat FROM nilai_sinyal'))[0].belum, 1);
  await same('SELECT * FROM rekap_lapor ORDER BY desa, posyandu, bulan, form');
  assert.match(g.ctl('show', 'sinks'), /^kabupaten \(postgres\)\n {2}circuit {3}closed[^]*stage {5}ready; schema (\d+) of \1$/m);
});

// Entries straight into the sink's stream: what only a fault, or a program of another age, could send.
const row = (n, version, more = {}) => JSON.stringify({
  v: 1, row: 'record', version, id: `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`, nomor: String(1000 + n), form: 'timbang', klaster: '2',
  at: '2026-11-21T09:00:00+07:00', received_at: '2026-11-21T09:00:00+07:00', reporter: '+6281200000001', place: '19.06.01.2004', posyandu: 'PSY001',
  fields: { bb: version }, findings: [], status: 'valid', provider: 'emulator', message_id: `raw-${n}`, ...more,
});
const put = (...bodies) => g.redis('eval', "for _, b in ipairs(ARGV) do redis.call('XADD', KEYS[1], '*', 'b', b) end", '1', '{19.06}st:sink:kabupaten', ...bodies);
const streamKey = () => g.redis('keys', '*st:sink:kabupaten').trim();

test('the newest version wins in whatever order they come, also within one batch; history has each', async () => {
  assert.equal(streamKey(), '{19.06}st:sink:kabupaten');
  put(row(1, 2), row(1, 1), row(1, 3), row(1, 3), row(1, 2));
  await waitFor('three versions', () => pg.rows("SELECT * FROM record_history WHERE nomor = '1001'").length === 3);
  put(row(1, 2), row(2, 1));
  await stored('raw-2');
  assert.deepEqual(pg.rows("SELECT version, fields->>'bb' AS bb FROM record WHERE nomor = '1001'"), [{ version: 3, bb: '3' }]);
  assert.equal(pg.rows("SELECT * FROM record_history WHERE nomor = '1001'").length, 3);
});

test('a row that the server refuses is found by halving and parked, the rest of its batch is stored', async () => {
  const bad = [row(150, 1, { id: 'no uuid' }), row(155, 1, { provider: 'a\u0000b' }), '{"v":1,"row":"nothing"}', row(160, 3000000000)];
  const good = Array.from({ length: 200 }, (_, i) => row(1000 + i, 1));
  put(...good.slice(0, 77), bad[0], ...good.slice(77, 90), bad[1], bad[2], ...good.slice(90), bad[3]);
  await waitFor('200 rows', () => Number(pg.sql("SELECT count(*) FROM record WHERE message_id LIKE 'raw-1___'")) === 200);
  const parked = await waitFor('four parked', () => { const t = g.ctl('parked', 'sink:kabupaten'); return t.split('\n').length === 5 && t; });
  assert.match(parked, /SQLSTATE 22/);
  assert.doesNotMatch(parked, /no uuid|\+62/);
  assert.match(g.ctl('show', 'sinks'), /kabupaten[^]*circuit {3}closed[^]*parked {4}4/);
});

// Months of a district straight into both streams, with all that a month has: N, T, O, B, below the red line, other
// versions, cancelled ones, late ones, days at the edges of months, years and epidemiological weeks.
function district() {
  let seed = 20261129;
  const chance = (n) => ((seed = (seed * 16807) % 2147483647), Math.floor(seed / 4096) % n);
  const days = ['2025-12-27', '2025-12-28', '2026-01-03', '2026-01-04', '2026-01-31', '2026-02-01', '2026-02-28', '2026-03-01', '2026-11-28', '2026-11-29', '2026-11-30'];
  const rows = [];
  for (let n = 0; n < 400; n++) {
    const form = ['timbang', 'skdn', 'kasus', 'bumil'][chance(4)], day = days[chance(days.length)], late = chance(3) === 0;
    const fields = {
      timbang: { bb: 5 + chance(90) / 10, ...(chance(5) ? {} : { tgl: days[chance(days.length)] }) }, bumil: { ukh: 4 + chance(38), td: '120/80' },
      skdn: { s: 60, k: 50 + chance(9), d: 40, n: 30, t: 6, o: 3, b: 1, bgm: chance(4), ...(chance(2) ? { bulan: day.slice(0, 7) } : {}) },
      kasus: { penyakit: ['diare', 'campak', 'dengue'][chance(3)], ...(chance(3) ? { jumlah: 1 + chance(30) } : {}), ...(chance(2) ? { tgl: day } : {}) },
    }[form];
    const findings = form === 'timbang' ? [{ id: 'nt', say: 'NTOB'[chance(4)] }, ...(chance(3) ? [] : [{ id: 'growth.bgm', class: 'E2' }])] : [];
    const one = { form, place: `19.06.02.200${chance(4)}`, posyandu: `PSY03${1 + chance(6)}`, at: `${day}T09:00:00+07:00`, received_at: `${late ? '2026-12-02' : day}T09:10:00+07:00`, fields, findings, message_id: `month-${n}`, ...(chance(2) ? { person_id: `p${chance(40)}` } : {}) };
    rows.push(row(20000 + n, 1, one));
    if (chance(4) === 0) rows.push(row(20000 + n, 2, { ...one, status: ['corrected', 'checked', 'cancelled'][chance(3)], ...(form === 'timbang' ? { fields: { bb: 9.9 } } : {}) }));
    if (chance(10) === 0) {
      const event = (k, what) => JSON.stringify({ v: 1, row: 'referral_event', id: `00000000-0000-5000-9000-${String(n * 10 + k).padStart(12, '0')}`, nomor: String(70000 + n), event: what, at: `${day}T1${k}:00:00+07:00`, who: '+6281200000001', role: 'kader', place: 'PSY031' });
      rows.push(...['sent', ...[[], ['escalated'], ['terima'], ['terima', 'hadir'], ['terima', 'batal']][chance(5)]].map((what, k) => event(k, what)));
    }
  }
  return rows;
}

test('the views of a health office say the same in both databases over months of a district', async () => {
  const rows = district();
  for (const sink of ['lokal', 'kabupaten'])
    g.redis('eval', "for _, b in ipairs(ARGV) do redis.call('XADD', KEYS[1], '*', 'b', b) end", '1', `{19.06}st:sink:${sink}`, ...rows);
  const there = "desa LIKE '19.06.02.%'", all = "SELECT count(*) AS n FROM record WHERE message_id LIKE 'month-%'";
  await waitFor('all of it in both', () => g.query(all)[0].n === 400 && pg.rows(all)[0].n === 400);
  const [nt] = await same('SELECT sum(ditimbang) AS ditimbang, sum(n) AS n, sum(t) AS t, sum(o) AS o, sum(b) AS b, sum(bgm) AS bgm FROM rekap_timbang WHERE ' + there);
  for (const [name, n] of Object.entries(nt)) assert.ok(n > 5, `${name} ${n}`);
  for (const [view, order, least] of [['rekap_timbang', 'desa, posyandu, bulan', 30], ['rekap_skdn', 'nomor', 50], ['rekap_kasus', 'desa, penyakit, minggu', 40], ['rujukan_terbuka', 'nomor', 5], ['rekap_lapor', 'desa, posyandu, bulan, form', 100]])
    assert.ok((await same(`SELECT * FROM ${view} WHERE ${view === 'rujukan_terbuka' ? "dari = 'PSY031'" : there} ORDER BY ${order}`)).length >= least, view);
  const late = await same('SELECT sum(laporan) AS laporan, sum(tepat_waktu) AS tepat_waktu FROM rekap_lapor WHERE ' + there);
  assert.ok(late[0].tepat_waktu < late[0].laporan && late[0].tepat_waktu > 0);
  for (const { minggu } of await same('SELECT DISTINCT minggu FROM rekap_kasus WHERE ' + there + ' ORDER BY 1')) assert.equal(new Date(minggu).getUTCDay(), 0, minggu);
  assert.equal(pg.sql("SELECT count(*) FROM rekap_kasus WHERE minggu = '2025-12-28'") > 0, true); // holds 3 January: week 53 of the year before
});

test('a key that the sink does not read is a fault with its place', async () => {
  const other = new Gateway({ patch: withSinks({ kabupaten: pg.dsn }) });
  const text = fs.readFileSync(other.config, 'utf8');
  for (const [key, kind] of [['path: x.db', 'postgres'], ['url: "http://x/"', 'postgres'], ['profile: generic', 'postgres'], ['dsn: "dbname=x"', 'sqlite']]) {
    fs.writeFileSync(other.config, text.replace(`{kind: ${kind},`, `{kind: ${kind}, ${key},`));
    const { error, err, out } = await run(binary, ['check', '-c', other.config]);
    assert.ok(error, key);
    assert.match(err + out, new RegExp(`^\\S+kentongan.yaml:\\d+:\\d+: "${key.split(':')[0]}" does nothing in a sink of kind ${kind}`, 'm'));
  }
});

test('a sink of no kind, or without what its kind needs, is a fault with its place', async () => {
  const other = new Gateway();
  const text = fs.readFileSync(other.config, 'utf8');
  for (const [sink, fault] of [
    ['{kind: mysql}', '"kind" takes one of: sqlite postgres http fhir; not "mysql"'],
    ['{kind: postgres}', '"dsn" is missing in a sink of kind postgres'],
    ['{kind: http, url: "http://x/"}', '"secret_file" is missing in a sink of kind http'],
    ['{kind: fhir}', '"url" is missing in a sink of kind fhir'],
  ]) {
    fs.writeFileSync(other.config, text.replace(/^ {2}lokal:.*$/m, `  lokal: ${sink}`));
    const { error, err, out } = await run(binary, ['check', '-c', other.config]);
    assert.ok(error, sink);
    assert.match(err + out, new RegExp(`^\\S+kentongan.yaml:\\d+:\\d+: ${fault}$`, 'm'));
  }
});

async function load(prefix, n, during) {
  const ids = Array.from({ length: n }, (_, i) => `${prefix}-${i}`);
  const sending = Promise.all(ids.map((id, i) => g.sms(i % 2 ? kader : secondKader, `TIMBANG ${newName()} P 14bl 9,2 76`, id)));
  await during();
  for (const r of await sending) assert.equal(r.status, 200);
  const local = () => g.query(`SELECT count(*) AS n FROM record WHERE message_id LIKE '${prefix}-%'`)[0].n;
  const there = () => pg.rows(`SELECT count(*) AS n, count(DISTINCT message_id) AS m FROM record WHERE message_id LIKE '${prefix}-%'`)[0];
  await waitFor('all records in SQLite', () => local() === n);
  await waitFor('all records in PostgreSQL', () => there().n >= n, 60000);
  assert.deepEqual(there(), { n, m: n });
  assert.equal(Number(pg.sql(`SELECT count(*) FROM record_history WHERE message_id LIKE '${prefix}-%'`)), n);
}

test('the server is killed under load and started again: nothing lost, nothing double', async () => {
  await load('kill', 300, async () => {
    await waitFor('the first records', () => Number(pg.sql("SELECT count(*) FROM record WHERE message_id LIKE 'kill-%'")) > 0);
    pg.kill();
    await waitFor('degraded', () => /open: the destination is away/.test(g.ctl('show', 'sinks')));
    assert.match(g.ctl('show', 'status'), /degraded/);
    await pg.restart();
  });
  await waitFor('well again', () => /health\s+ok/.test(g.ctl('show', 'status')));
});

test('a connection cut behind COMMIT, before the answer, loses and doubles nothing', async () => {
  const wire = await new Wire(pg).open();
  await g.stop();
  fs.writeFileSync(g.config, fs.readFileSync(g.config, 'utf8').replace(pg.dsn, wire.dsn));
  await g.start();
  await load('cut', 200, async () => {
    await wire.cutAfterCommit();
    await wire.cutAfterCommit();
  });
  assert.equal(wire.cuts, 2);
  await g.stop();
  wire.close();
});

test('an office whose DBA makes the tables: the gateway waits for them, and needs no right but to write', async () => {
  pg.sql("CREATE ROLE penulis LOGIN; CREATE DATABASE dba", 'postgres');
  const office = await new Gateway({ patch: withSinks({ kabupaten: pg.dsn.replace('kesehatan', 'dba').replace('owner', 'penulis') }) }).start();
  await office.say(kader, `TIMBANG ${newName()} P 14bl 9,2 76`, 'dba-1');
  const shown = await waitFor('the circuit opens', () => { const t = office.ctl('show', 'sinks'); return /circuit {3}open[^]*42501/.test(t) && t; });
  assert.match(shown, /let the owner of the schema carry out/);
  const sql = office.ctl('sink', 'kabupaten', 'schema');
  pg.sql(sql, 'dba');
  pg.sql('GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO penulis', 'dba');
  await waitFor('the record', () => pg.sql("SELECT count(*) FROM record WHERE message_id = 'dba-1'", 'dba') === '1');
  pg.sql(sql, 'dba'); // again: it changes nothing
  assert.equal(pg.sql("SELECT count(*) FROM record", 'dba'), '1');
  assert.equal((await office.stop()).code, 0);
});
