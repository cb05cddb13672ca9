// idempotence.test.mjs - the same message again, under one id and under three: one record, never silence.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, kader, nomorOf, preload, secondKader, waitFor } from './lib.mjs';

let g;
before(async () => {
  g = new Gateway();
  g.ahead = path.join(g.folder, 'ahead');
  fs.writeFileSync(g.ahead, '0');
  g.env = { ...preload('clock'), CLOCK_AHEAD: g.ahead };
  await g.start();
});
after(() => g.stop());

const records = (name) => g.query(`SELECT * FROM v_timbang WHERE nama = '${name}'`);

test('three times with one id: one record, one answer, and each time a success', async () => {
  const status = [];
  for (let i = 0; i < 3; i++) {
    const r = await g.sms(kader, 'TIMBANG Rahmat Hidayat L 24bl 11,5 84', 'same-1');
    assert.equal(r.status, 200);
    status.push(JSON.parse(r.body).status);
  }
  assert.deepEqual(status, ['accepted', 'duplicate', 'duplicate']);
  await waitFor('the row', () => records('Rahmat Hidayat').length);
  // What comes later than a message that was sent after them comes after their answers.
  await g.say(secondKader, 'FORMAT timbang');
  assert.equal((await g.inbox(kader)).length, 1);
  assert.equal(records('Rahmat Hidayat').length, 1);
  assert.equal(await g.reason('duplicate'), 2);
});

test('three times with three ids: one record, the same number and how to file another', async () => {
  const text = 'TIMBANG Dewi Lestari P 30bl 12,1 88';
  const first = await g.say(kader, text, 'other-1');
  const second = await g.say(kader, text, 'other-2');
  const third = await g.say(kader, `  timbang  Dewi Lestari p 30bl 12,1 88 `, 'other-3');
  const nomor = nomorOf(first);
  for (const again of [second, third]) {
    assert.ok(again.includes(nomor), again);
    assert.match(again, /BARU/);
  }
  await waitFor('the row', () => records('Dewi Lestari').length);
  assert.equal(records('Dewi Lestari').length, 1);
  assert.equal(await g.reason('repeat'), 2);
});

test('BARU files it after all', async () => {
  await g.say(kader, 'BARU', 'other-4');
  await waitFor('a second record', () => g.query("SELECT * FROM record WHERE message_id IN ('other-1','other-2','other-3','other-4')").length === 2);
});

// Telcos and modems begin to count anew: a week later another message has the id, and both reports stay.
test('the id of a message of last week is that of another one: its report is stored too', async () => {
  await g.say(kader, 'TIMBANG Sinta Maharani P 24bl 11,5 84', 'counted-1');
  await waitFor('the row', () => records('Sinta Maharani').length);
  fs.writeFileSync(g.ahead, String(7 * 86400000));
  g.redis('del', '{19.06}dup:emulator:counted-1'); // its clock runs as ever
  await g.sms(kader, 'TIMBANG Bayu Nugroho L 20bl 10,4 80', 'counted-1');
  await g.nextSms(kader, /Diterima .*Bayu/); // that day's reminder may come before it
  await waitFor('the other row', () => records('Bayu Nugroho').length);
  assert.equal(records('Sinta Maharani').length, 1);
});
