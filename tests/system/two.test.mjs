// two.test.mjs - two gateways on one Redis: what a dead one had in its hands is taken over within ten seconds, an
// alarm is not lost, and nothing that the living one holds is done twice.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, bidan, kader, newName, request, form, freePort, secondKader, start, waitFor } from './lib.mjs';

let a, b, port, redis, gate, folder;
const got = []; // {to, text, at}; the first `hang` are never answered
let hang = 0;

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kentongan-two-'));
  port = await freePort();
  redis = start('redis-server', ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always', '--save', '']);
  await waitFor('Redis', () => execFileSync('redis-cli', ['-p', port, 'ping'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().includes('PONG'));
  gate = http.createServer((req, res) => {
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('end', () => {
      got.push({ to: req.headers['x-kannel-to'], text: Buffer.concat(parts).toString(), at: Date.now() });
      if (hang-- <= 0) res.writeHead(202).end('0: Accepted for delivery');
    });
  });
  await new Promise((done) => gate.listen(0, '127.0.0.1', done));
  const patch = (yaml) =>
    yaml
      .replace(/^redis:.*$/m, `redis: {address: "127.0.0.1:${port}"}`)
      .replace(/^default_provider:.*$/m, 'default_provider: lambat')
      .replace(/^providers:$/m, `providers:\n  pintu: {dialect: kannel, allow: [127.0.0.1], send: {url: "http://127.0.0.1:${gate.address().port}/", username: u, password: p}}\n  lambat: {dialect: kannel, allow: [127.0.0.1], rate: 1, send: {url: "http://127.0.0.1:${gate.address().port}/", username: u, password: p}}`);
  [a, b] = [new Gateway({ patch }), new Gateway({ patch })];
  await a.start();
  await b.start();
});
after(async () => {
  await Promise.all([a.stop(), b.stop()]);
  redis.kill('SIGTERM');
  gate.close();
  gate.closeAllConnections?.();
  fs.rmSync(folder, { recursive: true, force: true });
});

const say = (g, from, text, id) => request('GET', `${g.url}/sms/pintu?${form({ from, to: '98120', text, id, smsc: 'x', ts: '1' })}`);
const alarms = () => got.filter((s) => s.to === bidan && /E1/.test(s.text));

for (const how of ['SIGKILL', 'SIGSTOP'])
  test(`an alarm in the hands of a gateway that ${how === 'SIGKILL' ? 'died' : 'stands still'} goes out within ten seconds`, { timeout: 120000 }, async () => {
    got.length = 0;
    hang = 1000;
    // Both take from the lane: whoever has it, has it hanging.
    assert.equal((await say(a, secondKader, `RUJUK Bu Wati ${how === 'SIGKILL' ? 28 : 31}th perdarahan`, `two-${how}`)).status, 200);
    await waitFor('the alarm is on its way', () => alarms().length);
    // One that thought it was the only one names what it holds when it hears the other.
    const pending = await waitFor('it is in the hands of one', () => {
      const words = execFileSync('redis-cli', ['-p', port, 'XPENDING', '{19.06}st:sms:lambat:3', 'g', '-', '+', '10']).toString().split(/\s+/);
      return words[0] && words;
    });
    const inode = BigInt(fs.statSync(path.join(a.folder, 'var'), { bigint: true }).ino).toString(16);
    const [dead, alive] = pending.some((w) => w.endsWith(`-${inode}`)) ? [a, b] : [b, a];
    const at = Date.now();
    const before = alarms().length;
    dead.process.kill(how);
    hang = 0;
    await waitFor('the other one sends it', () => alarms().length > before);
    const took = alarms().at(-1).at - at;
    console.log(`  taken over after ${took} ms`);
    assert.ok(took < 10000, `it took ${took} ms`);
    dead.process.kill('SIGCONT');
    if (how === 'SIGKILL') await dead.start();
    await waitFor('both serve', async () => (await request('GET', `${dead.staff}/readyz`)).status === 200 && (await request('GET', `${alive.staff}/readyz`)).status === 200);
  });

// Its lease is over, the other one has sent what it had; then it goes on.
test('a gateway that stood still past its lease does not send again what was taken from it', { timeout: 120000 }, async () => {
  got.length = 0;
  hang = 0;
  const names = Array.from({ length: 6 }, () => newName());
  const sayTo = (g, name, i) => request('GET', `${g.url}/sms/lambat?${form({ from: secondKader, to: '98120', text: `RUJUK Bu ${name} 28th perdarahan`, id: `fence-${i}`, smsc: 'x', ts: '1' })}`);
  await Promise.all(names.map((name, i) => sayTo(a, name, i)));
  a.process.kill('SIGSTOP');
  const inHand = execFileSync('redis-cli', ['-p', port, 'XPENDING', '{19.06}st:sms:lambat:3', 'g']).toString();
  assert.notEqual(inHand.split('\n')[0], '0', 'it had some in its hands');
  const toldOf = (name) => got.filter((s) => s.to === bidan && s.text.toLowerCase().includes(name)).length;
  await waitFor('the other one sends all of them', () => names.every((name) => toldOf(name) >= 1));
  a.process.kill('SIGCONT');
  await waitFor('it serves', async () => (await request('GET', `${a.staff}/readyz`)).status === 200);
  const until = Date.now() + 5000;
  await waitFor('five seconds of peace', () => Date.now() > until, 10000);
  // What was on the wire when it stopped nobody can know: of an alarm it may come twice.
  const twice = names.filter((name) => toldOf(name) > 1);
  assert.ok(twice.length <= 1, `${twice.length} came twice`);
});

test('while both live nobody takes from the other', { timeout: 120000 }, async () => {
  got.length = 0;
  const ids = Array.from({ length: 60 }, (_, i) => i);
  await Promise.all(ids.map((i) => say(i % 2 ? a : b, kader, `TIMBANG ${newName()} P 14bl 9,${i % 10} 76`, `alive-${i}`)));
  await waitFor('sixty answers', () => got.length >= 60);
  const until = Date.now() + 8000;
  await waitFor('eight seconds of peace', () => Date.now() > until, 10000);
  assert.deepEqual(got.map((s) => s.text).sort().filter((t, i, all) => t === all[i - 1]), []);
});
