// doors.test.mjs - who is let in, and who may crowd the door: proxies, keys that do nothing, state folders, idle
// and dripping connections, a siege, few descriptors.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, form, kader, request, run, sleep, start, binary, waitFor } from './lib.mjs';

const port = (url) => Number(new URL(url).port);

let g;
before(async () => {
  g = await new Gateway().start();
});
after(() => g.stop());

test('a proxy on this machine opens neither the emulator nor its inbox', async () => {
  const headers = { 'X-Forwarded-For': '203.0.113.9' };
  assert.equal((await request('GET', `${g.url}/emulator/inbox?msisdn=${encodeURIComponent(kader)}`, { headers })).status, 403);
  assert.equal((await request('GET', `${g.url}/sms/emulator?${form({ id: 'p', from: kader, text: 'BANTUAN' })}`, { headers })).status, 403);
  assert.equal((await request('GET', `${g.url}/sms/kannel?${form({ id: 'p', from: kader, text: 'BANTUAN' })}`, { headers })).status, 403);
});

test('a key that does nothing is a fault with its place', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kentongan-keys-'));
  const file = path.join(folder, 'k.yaml');
  fs.writeFileSync(path.join(folder, 'secret'), 'x'.repeat(32), { mode: 0o600 });
  for (const dialect of ['kannel', 'africastalking', 'infobip', 'jasmin', 'emulator']) {
    fs.writeFileSync(file, `providers:\n  x: {dialect: ${dialect}, secret_file: secret}\n`);
    const { error, err } = await run(binary, ['check', '-c', file]);
    assert.ok(error, dialect);
    assert.match(err, new RegExp(`^${file}:2:\\d+: "secret_file" does nothing for dialect ${dialect}`, 'm'));
  }
  fs.rmSync(folder, { recursive: true });
});

for (const [what, spoil, remedy] of [
  ['can be written by others', (state) => fs.chmodSync(state, 0o777), /chmod go=/],
  ['holds a link', (state) => fs.symlinkSync('/etc/hostname', path.join(state, 'log.db')), /is a link/],
  ['holds a link instead of the key', (state) => fs.symlinkSync('/tmp/kentongan-target', path.join(state, 'key')), /is a link/],
  ['belongs to somebody else', (state) => process.getuid() === 0 && fs.chownSync(state, 65534, 65534), /chown/],
])
  test(`no start on a state folder that ${what}`, { skip: what.includes('somebody') && process.getuid() !== 0 }, async () => {
    const other = new Gateway();
    const state = path.join(other.folder, 'var');
    fs.mkdirSync(state, { mode: 0o700 });
    spoil(state);
    const p = start(binary, ['serve', '-c', other.config]);
    const how = await p.ended;
    assert.equal(how.code, 1);
    assert.match(p.err, remedy);
  });

const crowd = async (url, n, from, bytes = '') => {
  const sockets = Array.from({ length: n }, () => {
    const s = net.connect({ port: port(url), host: '127.0.0.1', localAddress: from });
    s.on('error', () => {});
    s.on('connect', () => bytes && s.write(bytes));
    return s;
  });
  await sleep(500);
  return () => sockets.forEach((s) => s.destroy());
};
const quick = async (what, f, ms = 2000) => {
  const began = Date.now();
  await f();
  assert.ok(Date.now() - began < ms, `${what} took ${Date.now() - began} ms`);
};

for (const [what, bytes] of [
  ['idle', ''],
  ['dripping', 'POST /sms/emulator HTTP/1.1\r\nContent-Le'],
])
  test(`1,200 ${what} connections keep neither the telco nor /readyz out`, { timeout: 120000 }, async () => {
    const leave = [await crowd(g.url, 1200, '127.0.0.2', bytes), await crowd(g.staff, 200, '127.0.0.2', bytes)];
    for (let i = 0; i < 5; i++) {
      await quick('an SMS', async () => assert.equal((await request('GET', `${g.url}/sms/kannel?${form({ id: `c-${what}-${i}`, from: kader, text: 'BANTUAN' })}`, { fresh: true })).status, 200));
      await quick('/readyz', async () => assert.equal((await request('GET', `${g.staff}/readyz`, { fresh: true })).status, 200));
    }
    leave.forEach((f) => f());
  });

test('bodies that never come to their end are cut, the largest first', { timeout: 60000 }, async () => {
  const hoard = async (url, path, n, bytes) => {
    const sockets = Array.from({ length: n }, () => net.connect(port(url), '127.0.0.1').on('error', () => {}));
    for (const s of sockets) s.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes + 1}\r\n\r\n${'a'.repeat(bytes)}`);
    return sockets;
  };
  const crowded = async (of) => Number(new RegExp(`^kentongan_${of}_crowded_total (\\d+)`, 'm').exec(await g.metrics())[1]);
  const before = [await crowded('ingress'), await crowded('staff')];
  const held = [await hoard(g.url, '/sms/emulator', 120, 250000), await hoard(g.staff, '/masuk', 10, 1500000)].flat();
  await waitFor('some were cut', async () => (await crowded('ingress')) > before[0] && (await crowded('staff')) > before[1]);
  await quick('an SMS', async () => assert.equal((await request('GET', `${g.url}/sms/kannel?${form({ id: 'c-heavy', from: kader, text: 'BANTUAN' })}`, { fresh: true })).status, 200));
  assert.ok(held.some((s) => s.destroyed) || (await waitFor('they hear of it', () => held.some((s) => s.destroyed))));
  held.forEach((s) => s.destroy());
});

test('a thousand that wait on the inbox of the emulator keep no telco out', { timeout: 60000 }, async () => {
  const leave = await crowd(g.url, 1000, '127.0.0.1', 'GET /emulator/inbox?msisdn=%2B6289912345678&wait=60 HTTP/1.1\r\nHost: x\r\n\r\n');
  for (let i = 0; i < 3; i++) await quick('an SMS', async () => assert.equal((await request('GET', `${g.url}/sms/kannel?${form({ id: `c-inbox-${i}`, from: kader, text: 'BANTUAN' })}`, { fresh: true })).status, 200));
  leave();
});

test('at a limit of 256 descriptors a crowd makes it neither spin nor talk', { timeout: 120000 }, async () => {
  const few = new Gateway();
  few.process = start('bash', ['-c', `ulimit -n 256; exec ${binary} serve -c ${few.config}`]);
  await waitFor('it serves', () => {
    const telco = /telco\s+(http:\S+)/.exec(few.process.out);
    const staff = /staff\s+(http:\S+?)\/?\s/.exec(few.process.out);
    if (telco && staff) [few.url, few.staff] = [telco[1], staff[1]];
    return telco && staff;
  });
  const leave = await crowd(few.url, 600, '127.0.0.1');
  const cpu = () => fs.readFileSync(`/proc/${few.process.pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((a, b) => a + Number(b) * 10, 0);
  const [before, said] = [cpu(), few.process.err.length];
  await sleep(2000);
  assert.ok(cpu() - before < 1000, `${cpu() - before} ms of CPU in 2 s`);
  assert.ok(few.process.err.length - said < 20000, `${few.process.err.length - said} bytes of log in 2 s`);
  await quick('an SMS', async () => assert.equal((await few.sms(kader, 'BANTUAN')).status, 200));
  await quick('/readyz', async () => assert.equal((await request('GET', `${few.staff}/readyz`, { fresh: true })).status, 200));
  leave();
  await few.stop();
});
