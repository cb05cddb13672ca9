// outage.test.mjs - Redis hangs, or the district database is locked: messages are kept, people are told, an
// emergency goes out at once, and all of it is in the district database once, afterwards.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, bidan, kader, request, secondKader, waitFor } from './lib.mjs';

let g;
before(async () => {
  g = new Gateway();
  await g.start();
});
after(() => g.stop());

const ready = async () => {
  const r = await request('GET', `${g.staff}/readyz`);
  return `${r.status} ${JSON.parse(r.body).status}`;
};
const count = (id) => g.query(`SELECT count(*) AS n FROM record WHERE message_id = '${id}'`)[0]?.n ?? 0;

test('while Redis hangs an SMS is kept and taken later', { timeout: 90000 }, async () => {
  const redis = g.redisPid();
  process.kill(redis, 'SIGSTOP');
  try {
    const r = await g.sms(kader, 'TIMBANG Joko Susilo L 14bl 9,2 76', 'out-1');
    assert.equal(r.status, 200);
    await g.nextSms(kader, /gangguan|terganggu/i);
    await waitFor('readyz says degraded', async () => (await ready()) === '200 degraded');
    const heard = (await g.inbox(kader)).length;
    assert.equal((await g.sms(kader, 'TIMBANG Joko Susilo L 14bl 9,2 76', 'out-1')).status, 200); /* its telco asks again */
    assert.equal((await g.sms(kader, 'TIMBANG Budi Susilo L 14bl 9,2 76', 'out-1b')).status, 200);
    await g.nextSms(kader, /gangguan|terganggu/i);
    assert.equal((await g.inbox(kader)).length, heard + 1);
    const e1 = await g.sms(secondKader, 'RUJUK Bu Wati perdarahan', 'out-2');
    assert.equal(e1.status, 200);
    await g.nextSms(bidan, /perdarahan/i);
    const page = await g.ussd('out-ussd', kader, '');
    assert.match(page.body, /^END /);
  } finally {
    process.kill(redis, 'SIGCONT');
  }
  await waitFor('readyz is ok again', async () => (await ready()) === '200 ok');
  await waitFor('the row', () => count('out-1') === 1);
  assert.equal(JSON.parse((await g.sms(kader, 'TIMBANG Joko Susilo L 14bl 9,2 76', 'out-1')).body).status, 'duplicate');
  assert.equal(count('out-1'), 1);
});

test('while the district database is locked, messages are answered and stored afterwards', { timeout: 90000 }, async () => {
  const file = path.join(g.folder, 'var/district.db');
  const lock = spawn('sqlite3', [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  lock.stdin.write("BEGIN IMMEDIATE;\nSELECT 'locked';\n");
  await new Promise((done) => lock.stdout.once('data', done));
  try {
    assert.match(await g.say(kader, 'TIMBANG Kartika Sari P 14bl 9,2 76', 'out-3'), /Kartika Sari/);
    await waitFor('the sink waits', async () => /^kentongan_sink_down\{sink="lokal"\} 1$/m.test(await g.metrics()));
    assert.equal(await ready(), '200 degraded');
    assert.equal(count('out-3'), 0);
  } finally {
    lock.stdin.end('COMMIT;\n');
  }
  await waitFor('the row', () => count('out-3') === 1);
  await waitFor('the sink goes on', async () => /^kentongan_sink_down\{sink="lokal"\} 0$/m.test(await g.metrics()));
  assert.ok(execFileSync('sqlite3', [file, 'PRAGMA integrity_check']).toString().startsWith('ok'));
});

test('a reason that is said on a page while Redis hangs is told at once, and filed when it is back', { timeout: 90000 }, async () => {
  for (const input of ['', '4', '1', 'Ana Wati', '28']) await g.ussd('out-e1', kader, input);
  const redis = g.redisPid();
  process.kill(redis, 'SIGSTOP');
  try {
    await g.sms(secondKader, 'TIMBANG Wira L 14bl 9,2 76', 'out-5');
    await waitFor('readyz says degraded', async () => (await ready()) === '200 degraded');
    const page = await g.ussd('out-e1', kader, '1');
    assert.match(page.body, /^END /);
    assert.match(page.body, /sudah diberi tahu/);
    assert.match(page.body, /coba lagi/i);
    assert.ok(page.body.length <= 4 + 182);
    assert.match((await g.nextSms(bidan, /Ana Wati.*perdarahan/i)).text, /081/);
    // Whoever asks again is not forgotten, and staff are not rung twice.
    assert.match((await g.ussd('out-e1-b', kader, '')).body, /^END .*telepon/i);
  } finally {
    process.kill(redis, 'SIGCONT');
  }
  await waitFor('readyz is ok again', async () => (await ready()) === '200 ok');
  const told = await g.nextSms(bidan, /BELUM LENGKAP \d+.*Ana Wati.*perdarahan/i);
  const nomor = /BELUM LENGKAP (\d+)/.exec(told.text)[1];
  // The dialogue goes on where it was, under the same number.
  assert.match((await g.ussd('out-e1-c', kader, '')).body, /1 Lanjut/);
  assert.match((await g.ussd('out-e1-c', kader, '1')).body, /Ana Wati 28th perdarahan/);
  assert.match((await g.ussd('out-e1-c', kader, '1')).body, new RegExp(`^END .*${nomor}`));
  await waitFor('the row', () => g.query(`SELECT * FROM record WHERE nomor = '${nomor}'`).length === 1);
});

test('Redis hangs just as the reason is typed: staff hear of it, and so does she', { timeout: 90000 }, async () => {
  for (const input of ['', '4', '1', 'Ina Sari', '30']) await g.ussd('out-e2', kader, input);
  const redis = g.redisPid();
  process.kill(redis, 'SIGSTOP');
  try {
    assert.match((await g.ussd('out-e2', kader, '2')).body, /^END /);
    await g.nextSms(bidan, /Ina Sari.*kejang/i);
    await g.nextSms(kader, /sudah diberi tahu/i);
  } finally {
    process.kill(redis, 'SIGCONT');
  }
  await waitFor('readyz is ok again', async () => (await ready()) === '200 ok');
  await g.nextSms(bidan, /BELUM LENGKAP \d+.*Ina Sari.*kejang/i);
});

test('the folder of the spool is removed while Redis hangs: what is acknowledged from then on is kept', { timeout: 90000 }, async () => {
  const redis = g.redisPid();
  process.kill(redis, 'SIGSTOP');
  try {
    await g.sms(kader, 'TIMBANG Bambang Sebelum L 14bl 9,2 76', 'rm-0');
    fs.rmSync(path.join(g.folder, 'var/spool'), { recursive: true });
    assert.equal((await g.sms(kader, 'TIMBANG Bambang Sesudah L 14bl 9,2 76', 'rm-1')).status, 200);
    assert.match(g.process.err, /spool_gone/);
  } finally {
    process.kill(redis, 'SIGCONT');
  }
  await waitFor('the row', () => count('rm-1') === 1, 60000);
});
