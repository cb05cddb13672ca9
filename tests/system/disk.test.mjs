// disk.test.mjs - the disk is full: an emergency reaches the bidan from memory, the telco hears "try again",
// /readyz says 503, Redis is not started in vain every few seconds, and all recovers by itself.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, bidan, kader, preload, request, secondKader, sleep, waitFor } from './lib.mjs';

let g;
let flag;
before(async () => {
  g = new Gateway({ env: {} });
  flag = path.join(g.folder, 'full');
  g.env = { ...preload('disk'), DISK_FULL_FLAG: flag };
  await g.start();
});
after(() => g.stop());

const ready = async () => {
  const r = await request('GET', `${g.staff}/readyz`);
  return { code: r.status, ...JSON.parse(r.body) };
};
const count = (id) => g.query(`SELECT count(*) AS n FROM record WHERE message_id = '${id}'`)[0]?.n ?? 0;
const starts = () => [...g.process.err.matchAll(/"managed":"started"/g)].length;

test('an emergency goes out although nothing can be stored', { timeout: 120000 }, async () => {
  assert.equal((await g.sms(kader, 'TIMBANG Rani Kusuma P 14bl 9,2 76', 'disk-0')).status, 200);
  fs.writeFileSync(flag, '');
  const e1 = await g.sms(secondKader, 'RUJUK Bu Wati 28th perdarahan hebat', 'disk-1');
  assert.equal(e1.status, 503);
  await g.nextSms(bidan, /perdarahan/i);
  // The telco tries again: 503 again, the bidan is not told every second.
  assert.equal((await g.sms(secondKader, 'RUJUK Bu Wati 28th perdarahan hebat', 'disk-1')).status, 503);
  assert.equal((await g.sms(kader, 'TIMBANG Rina Kusuma P 14bl 9,2 76', 'disk-2')).status, 503);
  const r = await waitFor('readyz says 503', async () => {
    const now = await ready();
    return now.code === 503 ? now : null;
  });
  assert.match(r.why.join(), /redis.*spool/);
  assert.deepEqual((await g.inbox(kader)).filter((s) => /Tersimpan/.test(s.text)), []);
  const before = starts();
  for (let i = 0; i < 6; i++) {
    await g.sms(kader, 'TIMBANG Rini Kusuma P 14bl 9,2 76', `disk-3-${i}`);
    await sleep(1000);
  }
  assert.equal(starts(), before, 'Redis was started into a full disk');
  assert.equal((await g.inbox(bidan)).filter((s) => /perdarahan/i.test(s.text)).length, 1);
  assert.equal(g.process.err.match(/no room/g)?.length, 1, 'said once');
});

test('with room again all goes on by itself', { timeout: 120000 }, async () => {
  fs.rmSync(flag);
  await waitFor('ready', async () => (await ready()).status === 'ok');
  await waitFor('the referral is taken', async () => (await g.sms(secondKader, 'RUJUK Bu Wati 28th perdarahan hebat', 'disk-1')).status === 200);
  await waitFor('the row', () => count('disk-1') === 1);
  assert.equal(count('disk-0'), 1);
});

test('a start on a full disk does not kill the program, and tells the emergency', { timeout: 120000 }, async () => {
  await g.stop();
  fs.rmSync(path.join(g.folder, 'var/blackbox'));
  fs.writeFileSync(flag, '');
  await g.start();
  g.seen = {}; // the inbox begins anew
  assert.equal((await g.sms(secondKader, 'RUJUK Bu Lina 30th kejang', 'disk-9')).status, 503);
  await g.nextSms(bidan, /kejang/i);
  fs.rmSync(flag);
  await waitFor('the referral is taken', async () => (await g.sms(secondKader, 'RUJUK Bu Lina 30th kejang', 'disk-9')).status === 200);
});
