// renamed.test.mjs - a provider and a sink get another name: what waits for the old ones is told to the operator and can
// be moved.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, bidan, binary, form, kader, request, secondKader, waitFor } from './lib.mjs';

let g, gate, lock;
let away = true;
const got = [];
const ready = async () => JSON.parse((await request('GET', `${g.staff}/readyz`)).body);
const ctl = (...args) => spawnSync(binary, ['ctl', '-c', g.config, ...args], { encoding: 'utf8', timeout: 20000 });

before(async () => {
  gate = http.createServer((req, res) => {
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('end', () => {
      if (!away) got.push({ to: req.headers['x-kannel-to'], text: Buffer.concat(parts).toString() });
      res.writeHead(away ? 503 : 202).end('0: Accepted for delivery');
    });
  });
  await new Promise((done) => gate.listen(0, '127.0.0.1', done));
  g = new Gateway({
    patch: (yaml) =>
      yaml
        .replace(/^default_provider:.*$/m, 'default_provider: pintu')
        .replace(/^sinks:$/m, 'sinks:\n  kedua: {kind: sqlite, path: ../var/second.db}')
        .replace(/^providers:$/m, `providers:\n  pintu: {dialect: kannel, allow: [127.0.0.1], send: {url: "http://127.0.0.1:${gate.address().port}/", username: u, password: p}}`),
  });
  await g.start();
});
after(async () => {
  lock?.kill();
  await g.stop();
  gate.close();
  gate.closeAllConnections?.();
});

test('what waits for a name that is gone makes the gateway degraded and stands in the queues', { timeout: 120000 }, async () => {
  lock = spawn('sqlite3', [path.join(g.folder, 'var/second.db')], { stdio: ['pipe', 'pipe', 'inherit'] });
  lock.stdin.write("BEGIN IMMEDIATE;\nSELECT 'locked';\n");
  await new Promise((done) => lock.stdout.once('data', done));
  const say = (from, text, id) => request('GET', `${g.url}/sms/pintu?${form({ from, to: '98120', text, id, smsc: 'x', ts: '1' })}`);
  assert.equal((await say(secondKader, 'RUJUK Bu Wati 28th perdarahan', 'old-1')).status, 200);
  assert.equal((await say(kader, 'TIMBANG Siti Lama P 14bl 9,2 76', 'old-2')).status, 200);
  await waitFor('tries that failed', () => Number(g.redis('zcard', '{19.06}wait:sms:pintu:0')) >= 2 && Number(g.redis('zcard', '{19.06}wait:sms:pintu:3')) >= 1);
  await g.stop();
  fs.writeFileSync(g.config, fs.readFileSync(g.config, 'utf8').replace(/\bpintu\b/g, 'gerbang').replace(/^ {2}kedua:/m, '  ketiga:'));
  lock.stdin.end('COMMIT;\n');
  away = false;
  await g.start();
  const why = await waitFor('degraded', async () => {
    const r = await ready();
    return r.status === 'degraded' && /sms:pintu/.test(r.why) && /sink:kedua/.test(r.why) ? r.why : null;
  });
  assert.doesNotMatch(why.join(), /\+62|Wati/);
  const queues = ctl('show', 'queues').stdout;
  assert.match(queues, /^nobody opens sms:pintu:0\s+[2-9]/m);
  assert.match(queues, /^nobody opens sms:pintu:3\s+1/m);
  assert.match(queues, /^nobody opens sink:kedua\s+[1-9]/m);
});

test('they are moved by a command, and all is well', { timeout: 120000 }, async () => {
  assert.match(ctl('move', 'sms:pintu', 'sms:nowhere').stderr, /^error: .*nowhere/);
  assert.match(ctl('move', 'sms:gerbang', 'sms:emulator').stderr, /^error: .*in use/);
  assert.match(ctl('move', 'sms:pintu', 'sink:lokal').stderr, /^error: /);
  const r = ctl('move', 'sms:pintu', 'sms:gerbang');
  assert.equal(r.status, 0, r.stderr);
  assert.match(r.stdout, /^moved [2-9]/);
  await waitFor('the alarm', () => got.some((s) => s.to === bidan && /E1/.test(s.text)));
  assert.match(ctl('move', 'sink:kedua', 'sink:ketiga').stdout, /^moved [1-9]/);
  await waitFor('the rows', () => g.query("SELECT count(*) AS n FROM record WHERE message_id IN ('old-1', 'old-2')", 'second.db')[0]?.n === 2);
  await waitFor('well', async () => (await ready()).status === 'ok');
  assert.doesNotMatch(ctl('show', 'queues').stdout, /nobody opens/);
  assert.match(ctl('move', 'sms:pintu', 'sms:gerbang').stdout, /^moved 0/);
});
