// forget.test.mjs - a person may see what is held of her, and may be forgotten: a name and a number that went through every
// path stand nowhere any more, not in a file's free pages either; nothing brings them back; nobody else loses anything.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, bidan, binary, kader, nomorOf, secondKader, waitFor } from './lib.mjs';
import { Postgres } from './pg.mjs';

let g, pg;
before(async () => {
  pg = new Postgres();
  g = await new Gateway({ patch: (yaml) => yaml.replace(/^ {2}lokal:.*$/m, (l) => `${l}\n  kabupaten: {kind: postgres, dsn: "${pg.dsn}"}`) }).start();
});
after(async () => {
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
});

const ctl = (...args) => {
  const r = spawnSync(binary, ['ctl', '-c', g.config, ...args], { encoding: 'utf8', timeout: 120000 });
  return r.status === 0 ? r.stdout : r.stderr;
};

// Files of the state and rows of PostgreSQL in which a word stands, whatever its case.
function* files(folder) {
  for (const f of fs.readdirSync(folder, { withFileTypes: true }))
    if (f.isDirectory()) yield* files(path.join(folder, f.name));
    else if (f.isFile()) yield path.join(folder, f.name);
}
const places = (word) => {
  const found = [...files(path.join(g.folder, 'var'))].filter((f) => fs.readFileSync(f).toString('latin1').toLowerCase().includes(word.toLowerCase()))
    .map((f) => path.relative(g.folder, f));
  for (const t of ['record', 'record_history', 'person', 'referral_event', 'alert_event', 'forgotten'])
    if (pg.sql(`SELECT 1 FROM ${t} AS x WHERE x::text ILIKE '%${word}%' LIMIT 1`)) found.push(`postgres ${t}`);
  return found;
};
// Redis writes its file anew in the background.
const nowhere = async (word) => {
  await waitFor(`${word} nowhere`, () => places(word).length === 0).catch(() => {});
  const keys = places(word).some((p) => /redis/.test(p)) ? g.redis('keys', '*').trim().split('\n').filter((k) => g.redis('dump', k).includes(word)) : [];
  assert.deepEqual([...places(word), ...keys], [], word);
  assert.doesNotMatch(g.process.err, new RegExp(word, 'i'));
};

const quiet = () => waitFor('all is stored', () => {
  const queues = ctl('show', 'queues');
  return /^sinks_waiting +0$/m.test(queues) && /^log_waiting +0$/m.test(queues);
});

test('a child whose name went through every path is found nowhere, and nothing brings it back', { timeout: 180000 }, async () => {
  const name = 'Kunarpadewi Sarimurni', nik = '1906015509250003';
  const answer = await g.say(kader, `TIMBANG ${name} P 14bl 9,2 76 nik ${nik}`, 'c-1');
  const child = /No anak (\d+)/i.exec(answer)[1];
  const other = /No anak (\d+)/i.exec(await g.say(kader, 'TIMBANG Maryati Puspa P 15bl 9,4 77', 'c-2'))[1];
  const first = await waitFor('the record', () => g.query(`SELECT r.nomor FROM record AS r JOIN person AS p ON p.id = r.person_id WHERE p.nomor = '${child}'`)[0]?.nomor);
  await g.say(kader, `KOREKSI ${first} bb 9,3`);
  await g.say(kader, `IMUNISASI ${child} mr1`);
  await g.say(kader, `TIMBANG ${child} 6,1 76`); // a question
  await g.say(kader, `TIMBANG ${name} P 14bl`); // a draft
  await g.say(kader, `salah ketik ${name} ini`);
  await g.say(kader, `TIMBANG Ujang Kosasih L 20bl 10,5 80\nTIMBANG ${name.toUpperCase()} P`); // beside another
  for (const answer of ['', '1', '1', name]) await g.ussd('f-1', kader, answer);
  const referral = nomorOf(await g.say(kader, `RUJUK ${name} 14bl sesak`));
  const body = { v: 1, kind: 'sms', provider: 'emulator', id: 'parked-1', from: kader, to: '98120', text: `TIMBANG ${name} P 14bl 9,2 76`, at: Date.now() };
  g.redis('xadd', '{19.06}parked:inbound', '*', 'b', JSON.stringify(body), 'a', '0', 'f', '5', 'reason', 'out of memory', 'at', String(Date.now()), 'c', '00000000000000aa');
  await quiet();
  assert.ok(places(name).length > 4, places(name).join());

  // What is held, as JSON.
  const held = JSON.parse(ctl('export', child));
  assert.equal(held.person[0].nama, name);
  assert.equal(held.person[0].nik, nik);
  assert.ok(held.records.length >= 3 && held.records.some((r) => r.version === 2), JSON.stringify(held.records));
  assert.ok(held.messages.filter((m) => m.direction === 'in').length >= 6);
  assert.ok(held.messages.some((m) => m.direction === 'out'));
  assert.ok(held.state.some((s) => s.key === `s:number:${child}`) && held.state.some((s) => s.key.startsWith('s:sender:')) && held.state.some((s) => s.key === 'parked:inbound'),
    held.state.map((s) => s.key).join());
  assert.deepEqual(held.also_at, ['kabupaten']);
  assert.doesNotMatch(JSON.stringify(held.person) + JSON.stringify(held.records), /Maryati/);

  // Wrong words, and an open referral.
  assert.match(ctl('forget', child), /^error: words/);
  assert.match(ctl('forget', '9999', '--reason', 'permintaan ibunya'), /^error: nobody/);
  assert.match(ctl('forget', kader, '--reason', 'permintaan sendiri'), /^error: active/);
  assert.match(ctl('forget', child, '--reason', 'permintaan ibunya'), new RegExp(`^error: open ${referral}`));
  await g.say(bidan, `TERIMA ${referral}`);
  await g.say(bidan, `SELESAI ${referral} sudah pulang`);
  await quiet();
  const before = { people: g.query('SELECT count(*) AS n FROM person')[0].n, in: g.log('SELECT count(*) AS n FROM message_in')[0].n };
  const said = ctl('forget', child, '--reason', 'permintaan ibunya');
  assert.match(said, /^forgotten\nrecords \d+\ntexts \d+\nredis \d+\n/, said);
  assert.doesNotMatch(said, /^waits/m);
  for (const word of [name, nik, 'Kunarpadewi']) await nowhere(word);

  // A tombstone, and a line of the audit.
  const stones = g.query('SELECT nomor, account, why FROM forgotten');
  assert.ok(stones.some((s) => s.nomor === child && s.account === 'operator' && s.why === 'permintaan ibunya'));
  assert.deepEqual(pg.rows('SELECT nomor FROM forgotten ORDER BY nomor').map((r) => r.nomor), stones.map((s) => s.nomor).sort());
  const line = ctl('audit', 'acts').split('\n').map((l) => l && JSON.parse(l)).find((l) => l.act === 'lupakan' && l.outcome === 'ok');
  assert.deepEqual([line.who, line.of, line.why], ['ctl', child, 'permintaan ibunya']);
  assert.deepEqual(before, { people: g.query('SELECT count(*) AS n FROM person')[0].n + 1, in: g.log('SELECT count(*) AS n FROM message_in')[0].n });

  // Nobody else lost anything; the one message that told of two keeps what it told of the other.
  assert.match(await g.say(kader, `TIMBANG ${other} 9,6 78`), /Maryati/);
  assert.equal(g.query("SELECT count(*) AS n FROM person WHERE nama = 'Ujang Kosasih'")[0].n, 1);
  // The number is nobody's, and the figures are counted without her.
  assert.doesNotMatch(await g.say(kader, `TIMBANG ${child} 9,6 78`), /Kunarpa/);

  // The telco repeats, a sink is told again, Redis is refilled: she does not come back.
  await g.sms(kader, `TIMBANG ${name} P 14bl 9,2 76`, 'c-1');
  const row = { v: 1, row: 'record', version: 7, id: '11111111-1111-8111-8111-111111111111', nomor: first, form: 'timbang', at: '2026-11-30T00:00:00Z', received_at: '2026-11-30T00:00:00Z', fields: { nama: name }, status: 'valid' };
  const again = { v: 1, row: 'person', tgl_lahir_exact: false, id: 'x', nomor: child, nama: name };
  for (const sink of ['lokal', 'kabupaten']) g.redis('xadd', `{19.06}st:sink:${sink}`, '*', 'b', `${JSON.stringify(row)}\n${JSON.stringify(again)}`);
  await quiet();
  assert.equal(g.query(`SELECT count(*) AS n FROM record WHERE nomor = '${first}'`)[0].n, 0);
  assert.equal(pg.sql(`SELECT count(*) FROM record WHERE nomor = '${first}'`), '0');
  await g.stop();
  fs.rmSync(path.join(g.folder, 'var/redis'), { recursive: true });
  await g.start();
  g.seen = {};
  assert.match(ctl('rebuild'), /records and \d+ steps/);
  await quiet();
  for (const word of [name, nik]) await nowhere(word);
  assert.equal(g.query('SELECT count(*) AS n FROM person').at(0).n, before.people - 1);
});

test('a mother, by the number of a report of hers', { timeout: 120000 }, async () => {
  const name = 'Rumaisha Cempaka';
  const first = nomorOf(await g.say(secondKader, `BUMIL ${name} 28 110/70 lila 23,9`));
  await g.say(secondKader, `NIFAS ${name} 5 110/70`);
  await g.say(secondKader, 'BUMIL Cempaka Rini 20 110/70 lila 24,5');
  await quiet();
  const rows = g.query('SELECT count(*) AS n FROM record')[0].n;
  assert.match(ctl('forget', first, '--reason', 'permintaannya sendiri'), /^forgotten\nrecords [2-9]/);
  await nowhere('Rumaisha');
  assert.equal(g.query('SELECT count(*) AS n FROM record')[0].n, rows - 2);
  assert.equal(g.query("SELECT count(*) AS n FROM record WHERE json_extract(fields, '$.nama') = 'Cempaka Rini'")[0].n, 1);
});

test('the number of a telephone, also of somebody who worked here', { timeout: 120000 }, async () => {
  const who = '+6281377661199', digits = '81377661199';
  await g.sms(who, 'RUJUK Bu Sulastri 28th perdarahan');
  await g.sms(who, 'DAFTAR Juwariyah Tanjung#PSY002');
  await g.sms(who, 'halo apa kabar');
  await waitFor('the duty hears', () => g.query(`SELECT 1 AS y FROM referral_event`).length > 0);
  await quiet();
  assert.ok(places(digits).length > 2, places(digits).join());
  const held = JSON.parse(ctl('export', who));
  assert.ok(held.messages.length >= 3 && held.state.length >= 1);
  const said = ctl('forget', '081377661199', '--reason', 'permintaan sendiri');
  assert.match(said, /^forgotten/, said);
  await nowhere(digits);
  assert.match(ctl('audit', 'acts'), /"of":"P-[0-9A-F]{4}","why":"permintaan sendiri"/);
});

test('her rows stand in one entry with those of others: theirs arrive once, hers never', { timeout: 120000 }, async () => {
  const name = 'Larasati Gayatri';
  const child = /No anak (\d+)/i.exec(await g.say(kader, `TIMBANG ${name} P 14bl 9,2 76`))[1];
  await quiet();
  const hers = g.query(`SELECT r.nomor FROM record AS r JOIN person AS p ON p.id = r.person_id WHERE p.nomor = '${child}'`)[0].nomor;
  pg.kill();
  const row = (id, nomor, nama) => JSON.stringify({ v: 1, row: 'record', version: 2, id, nomor, form: 'timbang', at: '2026-11-30T00:00:00Z', received_at: '2026-11-30T00:00:00Z', fields: { nama }, status: 'valid' });
  const pieces = [row('11111111-1111-8111-8111-11111111111a', '90001', 'Satu'), row('11111111-1111-8111-8111-11111111111b', hers, name), row('11111111-1111-8111-8111-11111111111c', '90003', 'Tiga')];
  g.redis('xadd', '{19.06}st:sink:kabupaten', '*', 'b', pieces.join('\n'), 'k', pieces.map((p) => Buffer.byteLength(p)).join(' '));
  g.redis('hincrby', '{19.06}count:', 'joined:{19.06}st:sink:kabupaten', '2');
  assert.match(ctl('forget', child, '--reason', 'permintaan ibunya'), /^forgotten[^]*^waits (st|waitt):sink:kabupaten \d/m);
  await pg.restart();
  await quiet();
  for (const table of ['record', 'record_history'])
    assert.equal(pg.sql(`SELECT string_agg(nomor || ' ' || version, ',' ORDER BY nomor) FROM ${table} WHERE nomor IN ('90001', '90003')`), '90001 2,90003 2');
  // Redis wrote its file anew while it still waited, and not since.
  assert.deepEqual(places(name).filter((p) => !/redis/.test(p)), []);
  assert.equal(g.redis('hlen', '{19.06}waitt:sink:kabupaten').trim(), '0');
  assert.doesNotMatch(ctl('audit'), /PERIKSA/, ctl('audit'));
});

test('a namesake of another posyandu keeps everything; a sink that is away forgets when it is back; the sums of ctl audit agree', { timeout: 120000 }, async () => {
  const name = 'Widaningsih Purnama';
  g.ctl('people', 'put', '+6281200088801,kader,Ani Lain,PSY003,id,yes,no');
  await waitFor('she is known', () => ctl('people', 'export').includes('+6281200088801'));
  pg.kill();
  const hers = /No anak (\d+)/i.exec(await g.say(kader, `TIMBANG ${name} P 14bl 9,2 76`))[1];
  const other = /No anak (\d+)/i.exec(await waitFor('the other kader may report', async () => {
    const said = await g.say('+6281200088801', `TIMBANG ${name} P 14bl 9,1 75`);
    return /No anak/i.test(said) && said;
  }))[1];
  await waitFor('stored', () => g.query(`SELECT count(*) AS n FROM person WHERE nama = '${name}'`)[0].n === 2 && /^log_waiting +0$/m.test(ctl('show', 'queues')));
  const said = ctl('forget', hers, '--reason', 'permintaan ibunya');
  assert.match(said, /^forgotten[^]*^waits (st|waitt):sink:kabupaten \d/m, said);
  assert.deepEqual(g.query(`SELECT nomor FROM person WHERE nama = '${name}'`), [{ nomor: other }]);
  assert.match(await g.say('+6281200088801', `TIMBANG ${other} 9,3 76`), /Widaningsih/);
  assert.ok(g.log(`SELECT text FROM message_in WHERE sender = '+6281200088801'`).every((r) => r.text.length > 5));
  assert.ok(g.log(`SELECT text FROM message_in WHERE sender = '${kader}'`).every((r) => !r.text.includes(name)));
  await pg.restart();
  await waitFor('PostgreSQL has only the other', () => pg.sql(`SELECT string_agg(nomor, ',') FROM person WHERE nama = '${name}'`) === other, 60000);
  await quiet();
  assert.doesNotMatch(ctl('audit'), /PERIKSA/, ctl('audit'));
});
