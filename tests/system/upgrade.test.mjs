// upgrade.test.mjs - the state that an earlier version left (tests/fixtures/old-state.mjs) is taken over while messages
// come: what waited goes out, what was asked is answered, nothing is taken twice.  By the clock of that day, or all
// that has a life would be over.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, bidan, binary, kader, newName, nomorOf, preload, root, secondKader, waitFor } from './lib.mjs';

const fixture = (name) => path.join(root, 'tests/fixtures', name);
const told = JSON.parse(fs.readFileSync(fixture('old-state.json')));
const got = [];
let g, gate, over = false, load;
const taken = [];

before(async () => {
  gate = http.createServer((req, res) => {
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('end', () => (got.push(Buffer.concat(parts).toString()), res.writeHead(202).end('0: Accepted for delivery')));
  });
  await new Promise((done) => gate.listen(0, '127.0.0.1', done));
  g = new Gateway({ patch: (yaml) => yaml.replace('127.0.0.1:13013', `127.0.0.1:${gate.address().port}`) });
  const ahead = path.join(g.folder, 'ahead');
  fs.writeFileSync(ahead, String(told.at + 120000 - Date.now()));
  g.env = { ...preload('clock'), CLOCK_AHEAD: ahead };
  fs.copyFileSync(fixture('old-state.key'), path.join(g.folder, 'old.key'));
  fs.chmodSync(path.join(g.folder, 'old.key'), 0o600);
  execFileSync(binary, ['ctl', '-c', g.config, 'restore', fixture('old-state.sealed'), '--key', path.join(g.folder, 'old.key')], { env: { ...process.env, ...g.env } });
  await g.start();
  load = (async () => {
    for (let i = 0; !over; i++) if ((await g.sms('+6281200000009', `TIMBANG ${newName()} L 20bl 10,4 80`, `new-${i}`)).status === 200) taken.push(`new-${i}`);
  })();
});
after(async () => {
  over = true;
  await load;
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
  gate.close();
  gate.closeAllConnections?.();
});

test('what waited for its provider goes out, once', { timeout: 120000 }, async () => {
  await waitFor('the answer of that day', () => got.some((text) => /Budi Lama/.test(text)));
  assert.equal(got.filter((text) => /Budi Lama/.test(text)).length, 1);
});

test('what was taken then is a repeat now', async () => {
  assert.match((await g.sms(kader, 'TIMBANG Siti Lama P 14bl 9,2 76', 'old-1')).body, /duplicate/);
});

test('an open question of that day is answered', { timeout: 120000 }, async () => {
  assert.match(await g.say(secondKader, 'BB 9,2', 'up-1'), new RegExp(told.draft));
  await waitFor('the record', () => g.query(`SELECT count(*) AS n FROM record WHERE nomor = '${told.draft}' AND status = 'valid'`)[0].n === 1);
});

test('a referral of that day is taken', { timeout: 120000 }, async () => {
  assert.match(await g.say(bidan, `TERIMA ${told.referral}`, 'up-2'), new RegExp(told.referral));
  await waitFor('it is known', () => g.query(`SELECT event, who FROM referral_event WHERE nomor = '${told.referral}'`).some((e) => e.event !== 'sent' && e.who === bidan));
});

test('a dialogue of that day goes on', async () => {
  const page = await g.ussd('old-ussd', kader, newName());
  assert.match(page.body, /^CON /);
  assert.notEqual(page.body, told.page);
});

test('numbers go on, all that was taken meanwhile is stored once, and it adds up', { timeout: 120000 }, async () => {
  await waitFor('some load', () => taken.length > 10);
  over = true;
  await load;
  const rows = () => g.query("SELECT message_id AS id, count(*) AS n FROM record WHERE message_id LIKE 'new-%' GROUP BY 1");
  await waitFor('all of it', () => rows().length >= taken.length);
  assert.deepEqual(rows().filter((r) => r.n !== 1), []);
  const numbers = g.query('SELECT nomor FROM record').map((r) => r.nomor);
  assert.equal(new Set(numbers).size, numbers.length);
  assert.ok(nomorOf(told.child) && numbers.includes(told.child));
  assert.equal(JSON.parse(g.ctl('audit', '--json')).adds_up, true);
});
