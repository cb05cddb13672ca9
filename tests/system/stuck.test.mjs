// stuck.test.mjs - no message makes the gateway try for ever, and none ends without an answer: more in one SMS
// than one commit may hold, and state that a newer version wrote.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Gateway, bidan, kader, newName, nomorOf, secondKader, waitFor } from './lib.mjs';

let g;
before(async () => (g = await new Gateway().start()));
after(async () => assert.deepEqual(await g.stop(), { code: 0, signal: null }));

const tens = () => Array.from({ length: 10 }, () => `TIMBANG ${newName()} P 14bl 9,2 76`).join('\n');
const answers = async (msisdn, from, n) =>
  waitFor(`${n} answers`, async () => {
    const got = (await g.inbox(msisdn)).slice(from);
    return got.length >= n && got.map((sms) => sms.text);
  });

test('ten weighings, STATUS, ten weighings: ten are filed, the rest are told to come again, the next SMS is heard', async () => {
  const text = `${tens()}\nSTATUS 48217\n${tens()}`;
  const r = await g.sms(kader, text);
  assert.equal(r.status, 200);
  const got = await answers(kader, 0, 3);
  assert.ok(got.some((t) => /Ada 5 lagi/.test(t)), got.join('\n'));
  assert.ok(got.some((t) => /^10 laporan lain di SMS ini tidak dicatat/.test(t)), got.join('\n'));
  assert.match(await g.say(kader, `TIMBANG ${newName()} L 12bl 9,0 74`), /^Diterima/);
  await waitFor('eleven records', () => g.query("select count(*) n from record where form = 'timbang'")[0]?.n === 11);
});

test('an emergency behind twenty weighings is filed and told', async () => {
  await g.sms(secondKader, `${tens()}\nSTATUS 48217\nRUJUK#Bu Ana#28th#perdarahan`);
  await g.nextSms(bidan, /^RUJUK \d+ E1 Bu Ana/);
});

// As a newer gateway leaves it, another revision and version (the byte behind the name of "v"); and as it was.
const lua = (script, key) => g.redis('eval', `local v = redis.call('get', KEYS[1]) ${script}`, '1', key).trim();
const rewritten = (key) => lua("assert(string.sub(v, 17, 17) .. string.sub(v, 19, 20) == '\\1\\1\\33') redis.call('set', KEYS[1], '00000000000000aa' .. string.sub(v, 17, 19) .. '\\34' .. string.sub(v, 21)) return redis.sha1hex(redis.call('get', KEYS[1]))", key);
const putBack = (key) => lua("redis.call('set', KEYS[1], '00000000000000bb' .. string.sub(v, 17, 19) .. '\\33' .. string.sub(v, 21))", key);

test('what a newer version wrote is never read as absent and written over', async () => {
  const name = newName();
  const nomor = nomorOf(/No anak (\d+)/.exec(await g.say(kader, `TIMBANG ${name} P 14bl 9,2 76`))[0]);
  const keys = g.redis('--scan', '--pattern', '*').split('\n');
  const first = name.slice(0, 4).toLowerCase();
  const of = {
    sender: keys.find((k) => k.includes(`s:sender:${kader}`)),
    child: keys.find((k) => k.endsWith(`s:number:${nomor}`)),
    name: keys.find((k) => k.includes('s:name:') && k.endsWith(`/${first}-`)),
  };
  let parked = await g.reason('parked_newer');

  for (const [what, key] of Object.entries(of)) {
    assert.ok(key, what);
    const newer = rewritten(key);
    const before = (await g.inbox(kader)).length;
    const r = await g.sms(kader, what === 'child' ? `TIMBANG ${nomor} 9,4` : `TIMBANG ${name} P 14bl 9,5 76`);
    assert.equal(r.status, 200);
    const [said] = await answers(kader, before, 1);
    assert.match(said, /^Pesan tersimpan tetapi belum tercatat/, what);
    assert.equal(lua('return redis.sha1hex(v)', key), newer, what);
    assert.equal(await g.reason('parked_newer'), ++parked, what);
    putBack(key);
  }
  assert.match(g.ctl('parked'), /^inbound +3 /m);
});

test('an emergency that had to be parked reaches the staff all the same', async () => {
  await g.say(secondKader, 'BANTUAN');
  const key = g.redis('--scan', '--pattern', `*s:sender:${secondKader}*`).trim();
  rewritten(key);
  await g.sms(secondKader, 'RUJUK#Bu Sari#31th#kejang');
  const told = await g.nextSms(bidan, /belum tercatat/);
  assert.match(told.text, /^DARURAT .*Bu Sari.*kejang/);
});
