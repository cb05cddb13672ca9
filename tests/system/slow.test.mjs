// slow.test.mjs - a Redis that lives but takes seconds for each answer, a disk that takes them for each sync: an
// emergency does not wait for them, the telco does.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, bidan, kader, preload, request, secondKader, waitFor } from './lib.mjs';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'kentongan-slow-'));
process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true }));
const flag = path.join(scratch, 'disk');
const env = { ...preload('disk'), DISK_FULL_FLAG: flag };

let g;
before(async () => (g = await new Gateway({ env }).start()));
after(async () => assert.deepEqual(await g.stop(), { code: 0, signal: null }));

// Longer than the two seconds in which staff must know, shorter than what counts as away.
const pause = () => g.redis('client', 'pause', '3500', 'write');
const told = async (msisdn, words) => (await g.inbox(msisdn)).filter((sms) => words.test(sms.text));

test('the staff hear an emergency before its commit, the telco success after the commit, the number follows', async () => {
  await g.say(kader, 'BANTUAN');
  pause();
  let answered = 0;
  const taken = g.sms(kader, 'RUJUK#Bu Lambat#28th#perdarahan', 'slow-1').finally(() => answered++);
  const first = await g.nextSms(bidan, /Bu Lambat/);
  assert.match(first.text, /^DARURAT .*nomor menyusul.*perdarahan/);
  assert.equal(answered, 0, 'nothing is acknowledged before it is durable');
  assert.equal((await told(kader, /Lambat|Tersimpan/)).length, 0);
  const { status, body } = await taken;
  assert.deepEqual([status, JSON.parse(body).status], [200, 'accepted']);
  assert.match((await g.nextSms(bidan, /^RUJUK \d+ E1 Bu Lambat/)).text, /Balas TERIMA/);
  assert.match((await g.nextSms(kader, /sudah diberi tahu/)).text, /Lambat|Bidan/);
  // Nobody is told twice, whatever comes again.
  assert.equal(JSON.parse((await g.sms(kader, 'RUJUK#Bu Lambat#28th#perdarahan', 'slow-1')).body).status, 'duplicate');
  assert.equal((await told(bidan, /^DARURAT .*Lambat/)).length, 1);
  assert.equal((await told(bidan, /^RUJUK .*Lambat/)).length, 1);
  // Once the telco heard success.  One that was not being committed yet when the connection counted as dead lay in the
  // spool meanwhile, and its sender was told so.
  assert.ok((await told(kader, /^Tersimpan/)).length <= 1);
});

test('fifty emergencies of one number, each behind the others, are all told before any commit', async () => {
  pause();
  let answered = 0;
  const name = (i) => `Bu Ke${'abcdefghij'[i % 10]}${'klmno'[Math.floor(i / 10)]}`;
  const all = Array.from({ length: 50 }, (_, i) => g.sms(secondKader, `RUJUK#${name(i)}#28th#perdarahan`, `slow-n-${i}`).finally(() => answered++));
  await waitFor('fifty are told', async () => (await told(bidan, /^DARURAT .*Bu Ke[a-j][k-o]/)).length === 50);
  assert.equal(answered, 0);
  for (const r of await Promise.all(all)) assert.equal(r.status, 200);
  await waitFor('fifty have a number', async () => (await told(bidan, /^RUJUK \d+ E1 Bu Ke[a-j][k-o]/)).length === 50);
  assert.equal((await told(bidan, /^DARURAT .*Bu Ke/)).length, 50);
});

test('a weighing waits, and nothing is told of it', async () => {
  pause();
  const { status } = await g.sms(kader, 'TIMBANG Santai Saja P 14bl 9,2 76', 'slow-2');
  assert.equal(status, 200);
  await g.nextSms(kader, /^Diterima .*Santai Saja/);
  assert.equal((await told(bidan, /Santai/)).length, 0);
});

test('an emergency said on a page is told in time; its caller hears in time that it is not over', async () => {
  for (const input of ['', '4', '1', 'Ana Lamban', '28']) await g.ussd('slow-e1', kader, input);
  pause();
  const page = g.ussd('slow-e1', kader, '1');
  await g.nextSms(bidan, /^DARURAT .*Ana Lamban/);
  assert.match((await page).body, /^(CON|END) /);
  await g.nextSms(bidan, /^BELUM LENGKAP \d+: Ana Lamban/);
  assert.equal((await told(bidan, /^DARURAT .*Ana Lamban/)).length, 1);
});

test('a disk whose every sync takes 1.5 s holds up neither an emergency nor what needs no disk', async () => {
  const redis = g.redisPid();
  process.kill(redis, 'SIGSTOP'); // so that messages go to the spool
  let answered = 0;
  try {
    await waitFor('Redis is away', async () => (await g.sms(kader, 'BANTUAN')) && /"redis"/.test((await request('GET', `${g.staff}/readyz`)).body));
    fs.writeFileSync(flag, 'SLOW');
    const taken = g.sms(secondKader, 'RUJUK#Bu Piring#28th#perdarahan', 'slow-3').finally(() => answered++);
    await g.nextSms(bidan, /^DARURAT .*Bu Piring/);
    assert.equal((await request('GET', `${g.staff}/livez`)).status, 200);
    assert.equal(answered, 0, 'nothing is acknowledged before it is on the disk');
    assert.equal((await taken).status, 200);
    await g.nextSms(secondKader, /^Tersimpan/);
  } finally {
    fs.rmSync(flag, { force: true });
    process.kill(redis, 'SIGCONT');
  }
  await g.nextSms(bidan, /^RUJUK \d+ E1 Bu Piring/);
  assert.equal((await told(bidan, /^DARURAT .*Bu Piring/)).length, 1);
});
