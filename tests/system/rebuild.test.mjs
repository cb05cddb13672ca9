// rebuild.test.mjs - the disk of Redis is lost: ctl rebuild refills it from the district database.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Gateway, bidan, binary, kader, nomorOf, puskesmas, request, secondKader, waitFor } from './lib.mjs';

const ctl = (g, ...args) => spawnSync(binary, ['ctl', '-c', g.config, ...args], { encoding: 'utf8', timeout: 120000 });

test('children, weighings, doses, open referrals with their clocks and corrections come back', { timeout: 180000 }, async () => {
  const g = new Gateway();
  await g.start();
  const first = await g.say(kader, 'TIMBANG Siti Rebuild P 14bl 9,2 76');
  const child = /No anak (\d+)/i.exec(first)[1];
  await g.say(kader, `IMUNISASI ${child} mr1`);
  const fixed = nomorOf(await g.say(kader, 'DEWASA Pak Budi L 45 130/85'));
  await g.say(kader, `KOREKSI ${fixed} td 135/85`);
  const checked = nomorOf(await g.say(kader, 'DEWASA Pak Cek L 45 130/85'));
  await g.say(bidan, `CEK ${checked}`);
  // The child of a report that was completed later has an id that the report does not tell.
  await g.say(secondKader, 'TIMBANG Wiwin Belakang P 14bl');
  const later = /No anak (\d+)/i.exec(await g.say(secondKader, 'BB 9,1'))[1];
  await g.say(puskesmas, 'W2 46 A5 B1 X120');
  const cases = nomorOf(await g.say(kader, 'KASUS diare 3'));
  const gone = nomorOf(await g.say(kader, 'REMAJA Dewi Lestari P 15 48 155'));
  await g.say(kader, `BATAL ${gone}`);
  // By USSD: it has no text of its own.
  const pages = [];
  for (const answer of ['', '1', '1', 'Rani Ussd', '2', '20', '10,4', '80', '1']) pages.push((await g.ussd('rb-1', '+6281200000191', answer)).body);
  assert.match(pages.at(-1), /Diterima/, pages.join('\n'));
  const taken = nomorOf(await g.say(secondKader, 'RUJUK Bu Wati 28th perdarahan'));
  await g.say(bidan, `TERIMA ${taken}`);
  const open = nomorOf(await g.say(secondKader, 'RUJUK Bu Sri 30th kejang'));
  await waitFor('stored', () => g.query('SELECT count(*) AS n FROM record')[0]?.n === 11);
  await waitFor('events', () => g.query('SELECT count(*) AS n FROM referral_event')[0]?.n === 3);
  const due = () => g.redis('zrange', '{19.06}due:', '0', '-1').trim().split('\n').sort();
  const keys = () => g.redis('keys', '{19.06}s:n*').trim().split('\n').sort();
  const [dueBefore, keysBefore] = [due(), keys()];
  const rows = () => g.query('SELECT * FROM record ORDER BY id');
  const rowsBefore = rows();
  await g.stop();
  fs.rmSync(path.join(g.folder, 'var/redis'), { recursive: true });
  await g.start();
  g.seen = {};
  const ready = async () => JSON.parse((await request('GET', `${g.staff}/readyz`)).body);
  await waitFor('it is told', async () => /rebuild/.test((await ready()).why ?? ''));
  const r = ctl(g, 'rebuild');
  assert.equal(r.status, 0, r.stderr);
  console.log(r.stdout);
  assert.match(r.stdout, /^14 records and 1 steps/);
  assert.deepEqual(keys(), keysBefore);
  assert.match(ctl(g, 'trace', later, '--reveal').stdout, new RegExp(g.query(`SELECT id FROM person WHERE nomor = '${later}'`)[0].id));
  assert.deepEqual(due(), dueBefore);
  await waitFor('well', async () => (await ready()).status === 'ok');
  // Nothing was sent anew, no row changed.
  assert.deepEqual([...(await g.inbox(bidan)), ...(await g.inbox(kader)), ...(await g.inbox(puskesmas))], []);
  assert.deepEqual(rows(), rowsBefore);
  // The child is known by number and by name, its weight is compared; the referral goes on.
  assert.match(await g.say(kader, `TIMBANG ${child} 12,9 77`), /Siti/);
  assert.match(await g.say(bidan, `HADIR ${taken}`), new RegExp(taken));
  assert.match(await g.say(bidan, `TERIMA ${open}`), /Bu Sri/);
  assert.match(await g.say(kader, `STATUS ${cases}`), new RegExp(cases));
  assert.match(await g.say(bidan, `CEK ${checked}`), new RegExp(checked));
  assert.match(await g.say(kader, `KOREKSI ${fixed} td 140/85`), /140\/85/);
  await waitFor('the third version', () => g.query(`SELECT version FROM record WHERE nomor = '${fixed}'`)[0].version === 3);
  // Again: nothing.
  assert.match(ctl(g, 'rebuild').stdout, /^0 records and 0 steps/);
  await g.stop();
});
