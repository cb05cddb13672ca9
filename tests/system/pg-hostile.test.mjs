// pg-hostile.test.mjs - what a PostgreSQL of an office may answer: rows that it will not have, tables that somebody changed, a standby,
// a full disk, locks, rights taken away.  A row that is to blame is parked, all else waits, and nothing is lost.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Gateway, waitFor } from './lib.mjs';
import { Postgres } from './pg.mjs';

let pg, g, next = 1;
before(async () => {
  pg = new Postgres();
  pg.sql('CREATE ROLE penulis LOGIN; GRANT CREATE ON SCHEMA public TO penulis');
  const dsn = pg.dsn.replace('user=owner', 'user=penulis');
  g = await new Gateway({ patch: (yaml) => yaml.replace(/^ {2}lokal:.*$/m, (l) => `${l}\n  kabupaten: {kind: postgres, dsn: "${dsn}"}`) }).start();
  await waitFor('the tables', () => /stage {5}ready/.test(shown()));
});
after(() => g.stop());

const shown = () => /^kabupaten[^]*?(?=^\w|$(?![^]))/m.exec(g.ctl('show', 'sinks'))[0];
const parked = () => g.ctl('parked', 'sink:kabupaten');
const uuid = (n) => `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`;
const row = (n, more = {}) => JSON.stringify({
  v: 1, row: 'record', version: 1, id: uuid(n), nomor: String(1000 + n), form: 'timbang', klaster: '2', at: '2026-11-21T09:00:00+07:00', received_at: '2026-11-21T09:00:00+07:00',
  reporter: '+6281200000001', role: 'kader', place: '19.06.01.2004', posyandu: 'PSY001', person_id: 'p', fields: { bb: 9.2 }, findings: [], status: 'valid', provider: 'emulator', message_id: `h-${n}`, ...more,
});
const put = (...rows) => g.redis('eval', "for _, b in ipairs(ARGV) do redis.call('XADD', KEYS[1], '*', 'b', b) end", '1', '{19.06}st:sink:kabupaten', ...rows);
const there = (n) => pg.sql(`SELECT count(*) FROM record WHERE id = '${uuid(n)}'`) === '1';
const some = (n) => Array.from({ length: n }, () => next++);

// A row that it will never have, among five others: parked with its SQLSTATE, the others are stored.
const refusedRows = {
  'a trigger of the DBA that refuses some rows': [/P0001/, { status: 'aneh' }, `CREATE FUNCTION tolak() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.status = 'aneh' THEN RAISE EXCEPTION 'tidak boleh %', NEW.nomor; END IF; RETURN NEW; END $$;
    CREATE TRIGGER tolak BEFORE INSERT ON record FOR EACH ROW EXECUTE FUNCTION tolak()`, 'DROP TRIGGER tolak ON record'],
  'a value that no index takes': [/54000/, { place: crypto.randomBytes(6000).toString('base64') }],
  'a number out of range': [/22003|22P02|cannot|version/, { version: 99999999999 }],
  'a NUL in a field': [/22P05|22021|22P02/, { fields: { nama: 'a\u0000b' } }],
  'a NUL in a column': [/22P05|22021|22P02|cannot/, { provider: 'a\u0000b' }],
  'an id that is none': [/22P02|cannot/, { id: 'bukan-uuid' }],
  'a check of the DBA': [/23514/, { form: 'timbang', klaster: 'x' }, "ALTER TABLE record ADD CONSTRAINT klaster_ada CHECK (klaster <> 'x')", 'ALTER TABLE record DROP CONSTRAINT klaster_ada'],
};
for (const [what, [state, more, sql, back]] of Object.entries(refusedRows))
  test(`${what}: that row is parked, the rest of its batch stored`, async () => {
    if (sql) pg.sql(sql);
    const reasons = () => (parked().match(/SQLSTATE|row: /g) ?? []).length, before = reasons(), good = some(5), [bad] = some(1);
    put(...good.slice(0, 3).map((n) => row(n)), row(bad, more), ...good.slice(3).map((n) => row(n)));
    await waitFor('the good ones', () => good.every(there));
    await waitFor('the bad one is parked', () => reasons() > before);
    assert.match(parked(), state);
    assert.equal(there(bad), false);
    assert.match(shown(), /circuit {3}closed/);
    if (back) pg.sql(back);
  });

// Nothing of it is a row's fault: all waits, the circuit is open and says why, nothing is parked; when it is mended all is there.
const raise = (state) => [`CREATE OR REPLACE FUNCTION gagal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '${state}'; END $$; CREATE TRIGGER gagal BEFORE INSERT ON record EXECUTE FUNCTION gagal()`, 'DROP TRIGGER gagal ON record'];
const waits = {
  'a column that somebody renamed': [/42703/, 'ALTER TABLE record RENAME COLUMN provider TO penyedia', 'ALTER TABLE record RENAME COLUMN penyedia TO provider'],
  'rights taken away': [/42501|permission denied/, 'ALTER TABLE record OWNER TO owner; REVOKE ALL ON record FROM penulis', 'ALTER TABLE record OWNER TO penulis; GRANT ALL ON record TO penulis'],
  'a trigger that refuses all': [/P0001/, ...raise('P0001')],
  'a full disk': [/53100/, ...raise('53100')],
  'a deadlock': [/40P01/, ...raise('40P01')],
  'a lock that is not had in time': [/55P03/, ...raise('55P03')],
  'a server that shuts down': [/57P01/, ...raise('57P01')],
  'a standby': [/25006|read-only|writable/, 'ALTER ROLE penulis SET default_transaction_read_only = on; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = \'penulis\'', 'ALTER ROLE penulis RESET default_transaction_read_only'],
  'a column of another type': [/42804/, 'ALTER TABLE record_older ALTER COLUMN nomor TYPE integer USING nomor::integer', 'ALTER TABLE record_older ALTER COLUMN nomor TYPE text', true],
  'no connection left': [/too many connections|53300/, "ALTER ROLE penulis CONNECTION LIMIT 0; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'penulis'", 'ALTER ROLE penulis CONNECTION LIMIT -1'],
};
for (const [what, [state, sql, back, views]] of Object.entries(waits))
  test(`${what}: all waits and says why, then all is there`, async () => {
    if (views) pg.sql("DO $$ DECLARE v text; BEGIN FOR v IN SELECT viewname FROM pg_views WHERE schemaname = 'public' LOOP EXECUTE format('DROP VIEW IF EXISTS %I CASCADE', v); END LOOP; END $$");
    pg.sql(sql);
    const before = parked(), rows = some(6);
    put(...rows.map((n) => row(n)));
    await waitFor('it says why', () => /circuit {3}open/.test(shown()) && state.test(shown())).catch((e) => { throw new Error(`${e.message}\n${shown()}`); });
    assert.equal(parked(), before, 'nothing is parked');
    pg.sql(back);
    await waitFor('all is there', () => rows.every(there), 90000).catch((e) => { throw new Error(`${e.message}\n${shown()}`); });
    assert.equal(parked(), before);
  });

test('a backlog of many batches, each sent behind the one before, a bad row in the fifth: all others are there', { timeout: 120000 }, async () => {
  const rows = some(10000), bad = rows[4600], before = (parked().match(/SQLSTATE|row: /g) ?? []).length;
  const body = rows.map((n) => row(n, n === bad ? { fields: { nama: 'a\u0000b' } } : { message_id: 'banyak' })).join('\n');
  execFileSync('redis-cli', ['-s', path.join(g.folder, 'var/redis/redis.sock'), '-x', 'eval', "for b in ARGV[1]:gmatch('[^\\n]+') do redis.call('XADD', KEYS[1], '*', 'b', b) end", '1', '{19.06}st:sink:kabupaten'], { input: body, stdio: ['pipe', 'ignore', 'inherit'] });
  const count = () => Number(pg.sql("SELECT count(*) FROM record WHERE message_id = 'banyak'"));
  await waitFor('all others', () => count() === 9999).catch((e) => { throw new Error(`${e.message}, ${count()}\n${shown()}`); });
  await waitFor('it is parked', () => (parked().match(/SQLSTATE|row: /g) ?? []).length === before + 1);
  await waitFor('nothing is left', () => /queue {5}0/.test(shown()));
});

test('a backlog of several batches, a bad row in the second and the fourth, the connection killed meanwhile: all others are there, once', async () => {
  const rows = some(5000), bad = new Set([rows[1500], rows[4000]]), before = (parked().match(/SQLSTATE|row: /g) ?? []).length;
  const body = rows.map((n) => row(n, bad.has(n) ? { provider: 'a\u0000b' } : { message_id: 'tumpukan' })).join('\n');
  execFileSync('redis-cli', ['-s', path.join(g.folder, 'var/redis/redis.sock'), '-x', 'eval', "for b in ARGV[1]:gmatch('[^\\n]+') do redis.call('XADD', KEYS[1], '*', 'b', b) end", '1', '{19.06}st:sink:kabupaten'], { input: body, stdio: ['pipe', 'ignore', 'inherit'] });
  const count = () => Number(pg.sql("SELECT count(*) FROM record WHERE message_id = 'tumpukan'"));
  for (let killed = 0; killed < 3; killed++) {
    await waitFor('a batch more', () => count() > killed * 1000);
    pg.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'penulis'");
  }
  await waitFor('all others', () => count() === 4998).catch((e) => { throw new Error(`${e.message}, ${count()}\n${shown()}`); });
  await waitFor('the two are parked', () => (parked().match(/SQLSTATE|row: /g) ?? []).length === before + 2);
  assert.equal(pg.sql("SELECT count(*) FROM record_older WHERE message_id = 'tumpukan'"), '0');
  await waitFor('nothing is left', () => /queue {5}0/.test(shown()));
});
