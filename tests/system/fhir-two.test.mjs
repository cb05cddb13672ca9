// fhir-two.test.mjs - two gateways, one FHIR server: an older version that comes back at the other gateway does not take the place of
// a newer one, and two versions of a record are never on their way at once.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, freePort, start, waitFor } from './lib.mjs';

let a, b, port, redis, folder, server, next = 1;
const taken = []; // transactions, as text; behind each goes a batch of what it no longer has
before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kentongan-fhir-two-'));
  port = await freePort();
  redis = start('redis-server', ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always', '--save', '']);
  await waitFor('Redis', () => ask('ping').includes('PONG'));
  server = http.createServer((req, res) => {
    let body = '';
    req.on('data', (d) => (body += d)).on('end', () => {
      if (body.includes('"transaction"')) taken.push(body);
      res.writeHead(200, { 'Content-Type': 'application/fhir+json' });
      res.end(JSON.stringify({ resourceType: 'Bundle', type: 'transaction-response', entry: JSON.parse(body).entry.map(() => ({ response: { status: '201 Created' } })) }));
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const patch = (yaml) => yaml
    .replace(/^redis:.*$/m, `redis: {address: "127.0.0.1:${port}"}`)
    .replace(/^ {2}lokal:.*$/m, (l) => `${l}\n  kemkes: {kind: fhir, url: "http://127.0.0.1:${server.address().port}/fhir", organization: ORG1}`);
  [a, b] = [new Gateway({ patch }), new Gateway({ patch })];
});
after(async () => {
  await Promise.all([a.stop(), b.stop()]);
  redis.kill('SIGTERM');
  server.close();
  server.closeAllConnections();
  fs.rmSync(folder, { recursive: true, force: true });
});

const ask = (...args) => execFileSync('redis-cli', ['-p', port, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const idOf = (n) => `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`;
const row = (n, version) => JSON.stringify({ v: 1, row: 'record', version, id: idOf(n), nomor: String(1000 + n), form: 'timbang', klaster: '2', at: '2026-11-21T09:00:00+07:00', received_at: '2026-11-21T09:00:00+07:00', reporter: '+6281200000001',
  role: 'kader', place: '19.06.01.2004', posyandu: 'PSY001', person_id: `p-${n}`, fields: { nama: `Anak ${n}`, jk: 'P', umur: '14bl', bb: version }, findings: [], status: 'checked', provider: 'emulator', message_id: `o-${n}` });
const put = (...rows) => ask('eval', "redis.call('XADD', KEYS[1], '*', 'b', ARGV[1])", '1', '{19.06}st:sink:kemkes', rows.join('\n'));
const sent = (n) => taken.filter((t) => t.includes(idOf(n)));
// What comes behind it in the stream has come.
const passed = async () => {
  const n = next++;
  put(row(n, 2));
  await waitFor('what came behind it', () => sent(n).length);
};

test('a version that is older than what another gateway sent is passed over; what came with it goes', { timeout: 120000 }, async () => {
  const n = next++, other = next++;
  await a.start();
  put(row(n, 4));
  await waitFor('it came', () => sent(n).length === 1);
  await a.stop();
  await b.start();
  put(row(n, 3));
  put(row(n, 2), row(other, 3)); // of one message
  await passed();
  await waitFor('the other row of its message', () => sent(other).length === 1);
  assert.equal(sent(n).length, 1);
  put(row(n, 5));
  await waitFor('a newer one goes', () => sent(n).length === 2);
});

test('while another gateway sends a version, the next one waits', { timeout: 120000 }, async () => {
  const n = next++;
  ask('set', `{19.06}sending:kemkes:${idOf(n)}`, 'another', 'px', '60000');
  put(row(n, 3));
  await passed();
  assert.equal(sent(n).length, 0);
  ask('del', `{19.06}sending:kemkes:${idOf(n)}`);
  await waitFor('it came', () => sent(n).length === 1);
  await waitFor('it is given back', () => ask('exists', `{19.06}sending:kemkes:${idOf(n)}`).trim() === '0');
});
