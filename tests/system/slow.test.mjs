// slow.test.mjs - a Redis that lives but takes seconds for each answer: an emergency does not wait for it, the telco does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Gateway, bidan, kader, secondKader, waitFor } from './lib.mjs';

let g;
before(async () => (g = await new Gateway().start()));
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
  assert.equal((await told(kader, /^Tersimpan/)).length, 0);
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
