// people.test.mjs - who may report: DAFTAR, SETUJU, `kentongan people`.  The store is the truth, CSV files are imports.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, bidan, binary, waitFor } from './lib.mjs';

let g;
before(async () => {
  g = new Gateway();
  await g.start();
});
after(() => g.stop());

const stranger = '+6289900000001';
const people = (...args) => spawnSync(binary, ['people', '-c', g.config, ...args], { encoding: 'utf8', timeout: 120000 });
const said = async (to, pattern) =>
  waitFor(`${pattern} for ${to}`, async () => (await g.inbox(to)).map((m) => pattern.exec(m.text)).find(Boolean));

test('what a stranger sent before SETUJU is stored afterwards, with its first time, once', async () => {
  const sent = Date.now();
  await g.sms(stranger, 'TIMBANG Siti P 14bl 9,2 76');
  await said(stranger, /belum terdaftar/);
  assert.equal(g.query('SELECT count(*) AS n FROM record')[0].n, 0);
  await g.sms(stranger, 'DAFTAR Ani Lestari#PSY001');
  const [, nomor] = await said(bidan, /Balas SETUJU (\d+)/);
  const approved = Date.now();
  await g.sms(bidan, `SETUJU ${nomor}`);
  await said(stranger, /Selamat, Anda terdaftar/);
  await said(stranger, /Diterima \d+: Siti perempuan 14bl BB 9,2kg/);
  const rows = await waitFor('the record', () => {
    const found = g.query("SELECT at, reporter, posyandu, message_id FROM record WHERE form = 'timbang'");
    return found.length ? found : null;
  });
  assert.equal(rows.length, 1);
  assert.equal(rows[0].reporter, stranger);
  assert.equal(rows[0].posyandu, 'PSY001');
  assert.ok(Date.parse(rows[0].at) >= sent - 1000 && Date.parse(rows[0].at) <= approved, rows[0].at);
});

test('who was approved stays so over a reload, a restart, and a people.csv that does not know her', async () => {
  await g.stop();
  await g.start();
  await g.sms(stranger, 'TIMBANG Budi L 20bl 11 82');
  await said(stranger, /Diterima \d+: Budi/);
});

test('the operator approves, retires, imports and exports', async () => {
  await g.sms('+6289900000002', 'DAFTAR Rina#PSY001');
  const [, nomor] = await said('+6289900000002', /Pendaftaran (\d+) diterima/);
  const yes = people('approve', nomor);
  assert.equal(yes.status, 0, yes.stderr);
  assert.match(yes.stdout, /Rina .* kini kader/);
  const again = people('approve', '123');
  assert.equal(again.status, 1);
  await waitFor('she is listed', () => /^\+6289900000002,kader,Rina,PSY001,,yes,no$/m.test(people('export').stdout));
  assert.equal(people('retire', '089900000002').status, 0);
  await waitFor('she is retired', () => /^\+6289900000002,kader,Rina,PSY001,,no,no$/m.test(people('export').stdout));
  await g.sms('+6289900000002', 'TIMBANG Tuti P 14bl 9,2 76');
  await said('+6289900000002', /belum terdaftar/);

  const file = path.join(g.folder, 'more.csv');
  fs.writeFileSync(file, 'msisdn,role,name,place,language,active,leader\n0899-0000-0003,kader,"Tuti, Ibu",PSY001,id,yes,no\n+6289900000004,kader,Wati,PST001,id,yes,no\n');
  const half = people('import', file);
  assert.equal(half.status, 1, 'a kader does not sit at a pustu');
  assert.match(half.stderr, /1 of 2 rows taken/);
  await waitFor('the good row is there', () => /^\+6289900000003,kader,"Tuti, Ibu",PSY001,id,yes,no$/m.test(people('export').stdout));
  fs.writeFileSync(file, 'msisdn,role,name,place,language,active,leader\nabc,kader,Wati,PSY001,id,yes,no\n');
  const none = people('import', file);
  assert.equal(none.status, 1);
  assert.match(none.stderr, /more\.csv:2:1: /);
});

test('a row of people.csv counts when it is changed, not when it only stands there', async () => {
  const csv = path.join(g.folder, 'config/people.csv');
  fs.appendFileSync(csv, '+6289900000005,kader,Lina Baru,PSY001,id,yes,no\n');
  g.process.kill('SIGHUP');
  await waitFor('imported', () => /^\+6289900000005,kader,Lina Baru,PSY001,id,yes,no$/m.test(people('export').stdout));
  await waitFor('kept by the store', () => g.redis('hget', '{19.06}people:', '+6289900000005').includes('Lina Baru'));
  people('retire', '+6289900000005');
  await waitFor('retired', () => /^\+6289900000005,.*,no,no$/m.test(people('export').stdout));
  const before = fs.readFileSync(csv, 'utf8');
  g.process.kill('SIGHUP');
  await waitFor('read again', () => g.process.err.split('"event":"reloaded"').length > 2);
  assert.match(people('export').stdout, /^\+6289900000005,.*,no,no$/m);
  fs.writeFileSync(csv, before.replace('Lina Baru', 'Lina Lama'));
  g.process.kill('SIGHUP');
  await waitFor('changed in the file', () => /^\+6289900000005,kader,Lina Lama,PSY001,id,yes,no$/m.test(people('export').stdout));
  fs.writeFileSync(csv, before.replace(/^\+6289900000005.*\n/m, ''));
  g.process.kill('SIGHUP');
  await waitFor('gone from the file', () => g.process.err.split('"event":"reloaded"').length > 4);
  assert.match(people('export').stdout, /^\+6289900000005,kader,Lina Lama/m);
});

test('of 20,000 people one is retired', async () => {
  const csv = path.join(g.folder, 'config/people.csv');
  const many = Array.from({ length: 20000 }, (_, i) => `+${6281310000000 + i},kader,Kader Uji,PSY001,id,yes,no\n`);
  fs.appendFileSync(csv, many.join(''));
  g.process.kill('SIGHUP');
  const all = () => g.redis('hlen', '{19.06}people:').trim();
  await waitFor('the store has them', () => Number(all()) >= many.length);
  assert.match(people('retire', '+6281310000007').stdout, /retired/);
  const exported = () => spawnSync(binary, ['people', '-c', g.config, 'export'], { encoding: 'utf8', maxBuffer: 1 << 24 }).stdout;
  await waitFor('she is no longer active', () => /^\+6281310000007,kader,Kader Uji,PSY001,id,no,no$/m.test(exported()));
});
