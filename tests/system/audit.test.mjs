// audit.test.mjs - `ctl audit`: counts that add up from receipt to each sink's acknowledgement, with something parked,
// something spooled and a sink that is down; the same as metrics.
import assert from 'node:assert/strict';
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, form, kader, newName, request, waitFor } from './lib.mjs';

let g, receiver, kannel;
let taking = false;
let refusing = true;

before(async () => {
  receiver = http.createServer((req, res) => (req.resume(), req.on('end', () => res.writeHead(taking ? 200 : 503).end('{}'))));
  kannel = http.createServer((req, res) => (req.resume(), req.on('end', () => res.writeHead(refusing ? 400 : 202).end(refusing ? 'no' : '0: Accepted for delivery'))));
  for (const s of [receiver, kannel]) await new Promise((done) => s.listen(0, '127.0.0.1', done));
  g = new Gateway({
    patch: (yaml) =>
      yaml
        .replace('127.0.0.1:13013', `127.0.0.1:${kannel.address().port}`)
        .replace(/^ {2}lokal:.*$/m, (l) => `${l}\n  lain: {kind: http, url: "http://127.0.0.1:${receiver.address().port}/", secret_file: http.key}`)
        .replace(/^providers:$/m, 'providers:\n  ib: {dialect: infobip, allow: [127.0.0.1], sms_via: emulator}'),
  });
  fs.writeFileSync(path.join(g.folder, 'config/http.key'), `${'k'.repeat(32)}\n`);
  await g.start();
});
after(async () => {
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
  for (const s of [receiver, kannel]) s.close(), s.closeAllConnections?.();
});

const audit = () => JSON.parse(g.ctl('audit', '--json'));
const stream = (name) => audit().streams.find((s) => s.name === name);
const weigh = (id) => g.sms(kader, `TIMBANG ${newName()} P 14bl 9,2 76`, id);

test('nothing yet: everything is nought and adds up', () => {
  const a = audit();
  assert.equal(a.adds_up, true);
  assert.equal(a.accepted, 0);
  assert.ok(a.streams.some((s) => s.name === 'sink:lokal') && a.streams.some((s) => s.name === 'sms:kannel:3'));
  assert.match(g.ctl('audit'), /Pesan diterima 0 = selesai 0 \+ diparkir 0 \+ di spool 0\.[^]*Semua jumlah cocok\.\n$/);
});

test('a sink that is down holds its own, says why, and lets go of it when it is back', { timeout: 120000 }, async () => {
  for (let i = 0; i < 5; i++) assert.equal((await weigh(`audit-${i}`)).status, 200);
  assert.equal((await weigh('audit-0')).status, 200); // a repeat: accepted once
  await waitFor('lokal has all', () => stream('sink:lokal').done === 5);
  await waitFor('lain says why', () => stream('sink:lain').why);
  const a = audit();
  assert.deepEqual([a.accepted, a.carried_out, a.parked_first, a.spooled, a.with_rows], [5, 5, 0, 0, 5]);
  const lain = stream('sink:lain');
  assert.equal(lain.entered, 5);
  assert.equal(lain.done, 0);
  assert.equal(lain.waiting + lain.again, 5);
  assert.ok(lain.oldest_ms > a.since_ms - 1000);
  assert.equal(audit().adds_up, true);
  assert.match(g.ctl('audit'), /sink:lain: masuk 5 = sampai 0 \+ antre \d \+ ulang \d [^]*sebab: /);
  taking = true;
  await waitFor('lain has all', () => stream('sink:lain').done === 5);
  assert.equal(audit().adds_up, true);
});

test('an SMS that was refused is parked with its reason; released it is sent, dropped it is counted', { timeout: 120000 }, async () => {
  const q = (id) => form({ id, from: kader, to: '98120', text: `TIMBANG ${newName()} P 14bl 9,2 76` });
  for (const id of ['k-1', 'k-2']) assert.equal((await request('GET', `${g.url}/sms/kannel?${q(id)}`)).status, 200);
  await waitFor('both are parked', () => stream('sms:kannel:0').parked === 2);
  assert.deepEqual(stream('sms:kannel:0').parked_why, { refused: 2 });
  refusing = false;
  const [first, second] = [...g.ctl('parked', 'sms:kannel:0').matchAll(/^(\d+-\d+) /gm)].map((m) => m[1]);
  g.ctl('parked', 'release', 'sms:kannel:0', first);
  g.ctl('parked', 'drop', 'sms:kannel:0', second, '--why', 'test');
  await waitFor('it was sent', () => stream('sms:kannel:0').done === 1);
  const s = stream('sms:kannel:0');
  assert.deepEqual([s.entered, s.parked, s.dropped, s.missing], [2, 0, 1, 0]);
  assert.equal(audit().adds_up, true);
});

test('what nobody can read of a list is parked; released it comes back, and the counts know', { timeout: 120000 }, async () => {
  const before = audit();
  const good = `{"messageId":"list-1","from":"${kader.slice(1)}","to":"98120","text":"TIMBANG ${newName()} P 14bl 9,2 76"}`;
  const bad = '{"messageId":"list-2","text":"halo"}';
  const r = await request('POST', `${g.url}/sms/ib`, { body: `{"results":[${good},${bad}]}`, headers: { 'Content-Type': 'application/json' } });
  assert.equal(r.status, 200);
  const a = await waitFor('it is parked', () => (audit().parked.waiting === 1 ? audit() : null));
  assert.equal(a.carried_out, before.carried_out + 1);
  assert.equal(a.parked_first, before.parked_first + 1);
  assert.equal(a.accepted, before.accepted + 2);
  assert.equal(Object.values(a.parked.parked_why)[0], 1);
  assert.match(g.ctl('audit'), /Parkir pesan 1 = menunggu petugas 1 \+ dilepas 0 \+ dibuang 0\.\n {2}parkir 1: /);
  g.ctl('parked', 'release', 'inbound', 'all');
  const b = await waitFor('it was carried out', () => (audit().parked.carried_out === 1 ? audit() : null));
  assert.deepEqual([b.parked.entered, b.parked.waiting, b.parked.released, b.parked.missing], [1, 0, 1, 0]);
  assert.equal(b.accepted, a.accepted);
  await waitFor('nothing is on its way', () => audit().parked.on_their_way === 0);
  assert.equal(audit().adds_up, true);
});

test('what is spooled is told while Redis is away, and counted once when it is back', { timeout: 90000 }, async () => {
  const before = audit();
  const pid = g.redisPid();
  process.kill(pid, 'SIGSTOP');
  try {
    for (let i = 0; i < 3; i++) assert.equal((await weigh(`away-${i}`)).status, 200);
    await waitFor('the audit says so', () => {
      const a = audit();
      return a.redis === 'away' && a.spooled === 3;
    });
    assert.match(g.ctl('audit'), /^Redis tidak terjangkau: [^]*Di spool 3, /);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const a = await waitFor('all are carried out', () => (audit().carried_out === before.carried_out + 3 && audit().spooled === 0 ? audit() : null));
  assert.equal(a.accepted, before.accepted + 3);
  await waitFor('the sinks have them', () => stream('sink:lokal').done === stream('sink:lokal').entered);
  assert.equal(audit().adds_up, true);
});

test('the same as metrics', { timeout: 120000 }, async () => {
  const a = await waitFor('they are those of now', async () => {
    const now = audit(), text = await g.metrics();
    return text.includes(`kentongan_custody_messages{where="carried_out"} ${now.carried_out}\n`) && text.includes(`kentongan_custody_sink_done{sink="lokal"} ${now.streams[0].done}\n`) && text;
  });
  assert.match(a, /^kentongan_custody_missing 0$/m);
  assert.match(a, /^kentongan_custody_messages\{where="spooled"\} 0$/m);
});

test('rows of several commits in one entry: only the one that cannot be stored is parked, and a kill between is no harm', { timeout: 120000 }, async () => {
  const row = (id, nomor) => JSON.stringify({ v: 1, row: 'record', version: 1, id, nomor, form: 'timbang', at: '2026-11-30T00:00:00Z', received_at: '2026-11-30T00:00:00Z', fields: { nama: 'Satu dari Tiga' }, status: 'valid' });
  const pieces = [row('11111111-1111-8111-8111-111111111111', '90001'), '{"v":1,"row":"referral_event","id":"bad","nomor":"90002"}', row('22222222-2222-8222-8222-222222222222', '90003')];
  const before = stream('sink:lokal');
  const put = () => {
    g.redis('xadd', '{19.06}st:sink:lokal', '*', 'b', pieces.join('\n'), 'k', pieces.map((p) => Buffer.byteLength(p)).join(' '));
    g.redis('hincrby', '{19.06}count:', 'joined:{19.06}st:sink:lokal', '2');
  };
  put();
  await waitFor('they have ended', () => stream('sink:lokal').done === before.done + 2);
  const s = stream('sink:lokal');
  assert.deepEqual([s.entered, s.waiting, s.again, s.parked, s.missing], [before.entered + 3, 0, 0, 1, 0]);
  assert.match(g.ctl('parked', 'sink:lokal', '--reveal'), /90002/);
  assert.doesNotMatch(g.ctl('parked', 'sink:lokal', '--reveal'), /9000[13]/);
  put();
  await g.kill();
  await g.start();
  await waitFor('they have ended again', () => stream('sink:lokal').done === before.done + 4);
  assert.deepEqual(g.query("SELECT nomor, version FROM record WHERE nomor LIKE '9000%' ORDER BY nomor"), [{ nomor: '90001', version: 1 }, { nomor: '90003', version: 1 }]);
  assert.equal(stream('sink:lokal').parked, 2);
  assert.equal(audit().adds_up, true);
});

test('the counts outlive a kill of the gateway and of Redis', { timeout: 120000 }, async () => {
  const before = audit();
  process.kill(g.redisPid(), 'SIGKILL');
  await g.kill();
  await g.start();
  const a = await waitFor('Redis is back', () => (audit().carried_out ? audit() : null));
  assert.equal(a.carried_out, before.carried_out);
  assert.equal(a.adds_up, true);
});

test('a wrong word, and what people did in the console', () => {
  assert.throws(() => g.ctl('audit', '--nonsense'), /error: audit \[--json\]/);
  assert.equal(g.ctl('audit', 'acts'), 'nothing yet\n');
});
