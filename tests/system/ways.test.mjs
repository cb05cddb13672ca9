// ways.test.mjs - an answer goes back the way its question came; whom a message calls hears of it by the default
// provider, also when the way that it came is down.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Gateway, bidan, form, freePort, kader, puskesmas, request, waitFor } from './lib.mjs';

let g;
before(async () => {
  const dead = await freePort();
  g = await new Gateway({ patch: (yaml) => yaml.replace('127.0.0.1:13013', `127.0.0.1:${dead}`) }).start();
});
after(() => g.stop());

const say = async (from, text, id) => {
  const r = await request('GET', `${g.url}/sms/kannel?${form({ from, to: '98120', text, id, smsc: 'x', ts: '1' })}`);
  assert.equal(r.status, 200, r.body);
};

test('an alarm, its refusal and a notice, heard by a provider that is down, reach staff by the default', async () => {
  await say(kader, 'RUJUK Bu Ana 28th perdarahan', 'w1');
  const told = await g.nextSms(bidan, /^RUJUK \d+ E1 Bu Ana/, 8000);
  const nomor = /\d+/.exec(told.text)[0];
  await say(bidan, `TOLAK ${nomor} penuh`, 'w2');
  await g.nextSms(puskesmas, new RegExp(`${nomor} .*Bu Ana`), 8000);
  await say('+6281200000977', 'DAFTAR Wati#Melati Kelubi', 'w3');
  await waitFor('a DAFTAR', async () => [...(await g.inbox(bidan)), ...(await g.inbox(puskesmas))].some((sms) => /^DAFTAR \d+: Wati/.test(sms.text)), 8000);
  // Her answer waits for the way that she came; what the bidan's word brings her is none.
  assert.doesNotMatch((await g.inbox(kader)).map((sms) => sms.text).join('\n'), /diberi tahu\. Diterima/);
});
