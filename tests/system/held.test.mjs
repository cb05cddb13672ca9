// held.test.mjs - a danger of the day that came at night waits for the morning; who looks at the screen takes it now.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, bidan, form, kader, nomorOf, preload, request, waitFor } from './lib.mjs';

const g = new Gateway();
before(async () => {
  const night = new Date(Math.ceil(Date.now() / 86400000) * 86400000 + 15.5 * 3600000); // 22:30 in Jakarta
  fs.writeFileSync(path.join(g.folder, 'ahead'), String(night - Date.now()));
  g.env = { ...preload('clock'), CLOCK_AHEAD: path.join(g.folder, 'ahead') };
  await g.start();
});
after(() => g.stop());

test('at the console whoever is to be told in the morning can be named as having it, and the act is the account\'s', async () => {
  const nomor = nomorOf(await g.say(kader, 'BUMIL Sri 30 150/95'));
  const events = () => g.query(`SELECT event, who FROM referral_event WHERE nomor = '${nomor}' ORDER BY at`);
  await waitFor('the referral', () => events().length === 1);
  assert.deepEqual(await g.inbox(bidan), []);
  const sandi = g.ctl('user', 'add', 'jaga', '--role', 'admin').trim().split('\n').pop();
  const head = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: g.staff };
  const login = await request('POST', `${g.staff}/masuk`, { body: form({ nama: 'jaga', sandi }), headers: head });
  const Cookie = login.headers['set-cookie'].find((c) => c.startsWith('kentongan=')).split(';')[0];
  const token = /name="token" value="([0-9a-f]+)"/.exec((await request('GET', `${g.staff}/`, { headers: { Cookie } })).body)[1];
  const siapa = /<option value="(P-[0-9A-Fa-f-]+)">Nur Marlina/.exec((await request('GET', `${g.staff}/rujukan?nomor=${nomor}`, { headers: { Cookie } })).body)[1];
  await request('POST', `${g.staff}/rujukan/${nomor}`, { body: form({ token, apa: 'TERIMA', siapa }), headers: { ...head, Cookie } });
  await waitFor('it is taken', () => events().length === 2);
  const said = (await request('GET', `${g.staff}/rujukan`, { headers: { Cookie } })).body;
  assert.match(said, new RegExp(`${nomor} [^<]*dicatat atas nama`));
  assert.doesNotMatch(said, /Sri/);
  assert.deepEqual(events()[1], { event: 'terima', who: 'akun:jaga' });
});
