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

test('what stood in the streams as JSON is read as what is packed: an SMS of a lane, lines of the log beside ours', { timeout: 120000 }, async () => {
  const at = told.at + 60000, uuid = '019add00-0000-8000-8000-0000000000ab';
  const sms = { v: 1, class: 'answer', expires: at + 3600000, uuid, to: kader, text: 'Dari versi lama', nomor: told.child, asked_by: 'emulator' };
  const fields = { nama: 'Siti Lama', bb: 9.2 };
  const lines = [
    { v: 1, row: 'in', uuid: '019add00-0000-8000-8000-0000000000aa', kind: 'sms', provider: 'emulator', id: 'old-9', from: kader, to: '98120', text: 'TIMBANG Lama Sekali', reason: 'accepted', at, rows: [{ row: 'record', id: 'r', nomor: told.child, form: 'timbang', status: 'valid', version: 1, fields }], sms: [{ lane: 0, by: 'kannel', sms }] },
    { v: 1, row: 'sent', uuid, provider: 'kannel', at: at + 1000, state: 'queued', why: 'later', attempts: 1 },
  ];
  g.redis('xadd', '{19.06}st:log', '*', 'b', lines.map((l) => JSON.stringify(l)).join('\n'));
  g.redis('xadd', '{19.06}st:sms:kannel:0', '*', 'b', JSON.stringify(sms));
  await waitFor('its SMS', () => got.some((text) => /Dari\+versi\+lama|Dari versi lama|Dari%20versi%20lama/.test(text)));
  const sent = () => g.log(`SELECT i.understood, o.state, o.text FROM message_out AS o JOIN message_in AS i ON i.id = o.cause WHERE o.uuid = '${uuid}'`)[0];
  await waitFor('it is known as sent', () => sent()?.state === 'sent');
  assert.deepEqual(JSON.parse(sent().understood)[0].fields, fields);
  assert.equal(sent().text, sms.text);
  assert.match(g.ctl('trace', told.child, '--reveal'), /TIMBANG Lama Sekali[^]*"bb":9.2[^]*Dari versi lama/);
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
