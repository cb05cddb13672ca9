// http-hostile.test.mjs - what may answer at the address of a receiver of records: pages, redirections, drips, floods, half answers, other
// people's certificates.  Nothing counts as taken that was not, nothing is lost, one row to blame keeps no other back.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { Gateway, waitFor } from './lib.mjs';

const secret = 'k'.repeat(32), listen = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));

// Answers each POST as `how` says; takes rows when it is null.
let how = null, next = 1;
const taken = new Map(), seen = [];
const mac = (time, body) => `v1=${crypto.createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex')}`;
function serve(req, res) {
  let body = '';
  res.on('error', () => {});
  req.on('error', () => {}).on('data', (d) => (body += d)).on('end', () => {
    assert.equal(req.headers['kentongan-signature'], mac(req.headers['kentongan-timestamp'], body));
    const rows = JSON.parse(body).rows;
    seen.push({ at: Date.now(), key: req.headers['idempotency-key'], rows });
    if (how) return how(res, rows);
    for (const r of rows) taken.set(r.id, (taken.get(r.id) ?? 0) + 1);
    res.writeHead(204).end();
  });
}
const receiver = http.createServer(serve);
// Answers 200 to the head of a request and goes, its body unread; every other connection is served well.
let early = false;
const door = net.createServer((socket) => {
  socket.on('error', () => {});
  if (early) return socket.once('data', () => (socket.pause(), socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', () => socket.resetAndDestroy())));
  const inner = net.connect(receiver.address().port, '127.0.0.1').on('error', () => {}).on('close', () => socket.destroy());
  socket.on('close', () => inner.destroy()).pipe(inner).pipe(socket);
});
let odd, g;
before(async () => {
  await listen(receiver);
  const port = await listen(door);
  g = new Gateway();
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=localhost', '-days', '2', '-keyout', path.join(g.folder, 'key.pem'), '-out', path.join(g.folder, 'cert.pem')], { stdio: 'ignore' });
  odd = https.createServer({ key: fs.readFileSync(path.join(g.folder, 'key.pem')), cert: fs.readFileSync(path.join(g.folder, 'cert.pem')) }, serve);
  const port2 = await listen(odd);
  const sink = (name, url) => `  ${name}: {kind: http, url: "${url}/kentongan", secret_file: http.key}`;
  fs.writeFileSync(path.join(g.folder, 'config/http.key'), `${secret}\n`);
  fs.writeFileSync(g.config, fs.readFileSync(g.config, 'utf8').replace(/^ {2}lokal:.*$/m, (l) =>
    [l, sink('lain', `http://127.0.0.1:${port}`), sink('palsu', `https://127.0.0.1:${port2}`)].join('\n')));
  await g.start();
});
after(async () => {
  await g.stop();
  for (const s of [receiver, odd]) (s.closeAllConnections(), s.close());
  door.close();
});

const put = (sink, ...bodies) =>
  execFileSync('redis-cli', ['-s', path.join(g.folder, 'var/redis/redis.sock'), '-x', 'eval', "for b in ARGV[1]:gmatch('[^\\n]+') do redis.call('XADD', KEYS[1], '*', 'b', b) end", '1', `{19.06}st:sink:${sink}`], { input: bodies.join('\n'), stdio: ['pipe', 'ignore', 'inherit'] });
function row(more = {}) {
  const n = next++, id = `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`;
  return { v: 1, row: 'record', version: 1, id, nomor: String(1000 + n), form: 'timbang', klaster: '2', at: '2026-11-21T09:00:00+07:00', received_at: '2026-11-21T09:00:00+07:00', reporter: '+6281200000001',
    role: 'kader', place: '19.06.01.2004', posyandu: 'PSY001', person_id: `p-${n}`, fields: { nama: `Anak ${n}`, bb: 9.2 }, findings: [], status: 'valid', provider: 'emulator', message_id: `o-${n}`, ...more };
}
function send(sink = 'lain', more) {
  const r = row(more);
  put(sink, JSON.stringify(r));
  return r.id;
}
const shown = (sink = 'lain') => new RegExp(`^${sink} [^]*?(?=^\\w|$(?![^]))`, 'm').exec(g.ctl('show', 'sinks'))[0];
const parked = (sink = 'lain') => g.ctl('parked', `sink:${sink}`);
const status = (code, body = '', headers = {}) => (res) => (res.writeHead(code, headers), res.end(body));

const waits = {
  'the page of a hotel, status 200': [status(200, ' \n<!DOCTYPE html><html>Selamat datang</html>'), /a page.*status 200/],
  'a page, status 400': [status(400, '<html><center>The plain HTTP request was sent to HTTPS port</center></html>'), /status 400/],
  'a redirection': [status(302, '', { Location: 'http://127.0.0.1:9/' }), /status 302/],
  'a redirection that keeps the method': [status(308, '', { Location: '/other' }), /status 308/],
  'other protocols': [(res) => res.socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n'), /lain/],
  'no HTTP at all': [(res) => res.socket.end('SSH-2.0-OpenSSH_9.2\r\n'), /connection was lost/],
  'gone': [status(410), /status 410/],
  'too many, with a day in the past': [status(429, '', { 'Retry-After': 'Fri, 31 Dec 1999 23:59:59 GMT' }), /status 429/],
  'too many, wait minus one': [status(429, '', { 'Retry-After': '-1' }), /status 429/],
  'nobody there behind the proxy': [status(502, '<html>'), /status 502/],
  'a connection that is reset behind the body': [(res) => res.socket.resetAndDestroy(), /connection was lost/],
  'more bytes announced than come': [(res) => (res.writeHead(200, { 'Content-Length': '100000' }), res.write('{'), setTimeout(() => res.destroy(), 50)), /connection was lost/],
  'half a chunk': [(res) => res.socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n{'), /connection was lost/],
  'a chunk of no size': [(res) => res.socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{'), /connection was lost/],
  'a head without end': [(res) => { const more = () => !res.socket.destroyed && res.socket.write(`X-A: ${'a'.repeat(60000)}\r\n`, () => setTimeout(more, 1)); res.socket.on('error', () => {}); res.socket.write('HTTP/1.1 200 OK\r\n'); more(); }, /connection was lost/],
};
for (const [what, [answer, why]] of Object.entries(waits))
  test(`${what}: it waits, says why, and comes again`, async () => {
    how = answer;
    const id = send();
    await waitFor('it says why', () => /circuit {3}open/.test(shown()) && why.test(shown())).catch((e) => { throw new Error(`${e.message}\n${shown()}`); });
    assert.doesNotMatch(parked(), new RegExp(id));
    assert.doesNotMatch(shown(), /Anak|Selamat/);
    how = null;
    await waitFor('it came', () => taken.has(id)).catch((e) => { throw new Error(`${e.message}\n${shown()}`); });
  });

test('103 and 100 before the answer, rubbish in it, a kept connection: taken, each once', async () => {
  how = (res, rows) => {
    for (const r of rows) taken.set(r.id, (taken.get(r.id) ?? 0) + 1);
    res.socket.write('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n');
    res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"halo":[\u0000 rubbish');
  };
  const ids = [send(), send(), send()];
  await waitFor('they came', () => ids.every((id) => taken.has(id)));
  await waitFor('all is done', () => /queue {5}0|waiting {3}0|in hand {3}0/.test(shown()) || /circuit {3}closed/.test(shown()));
  assert.deepEqual(ids.map((id) => taken.get(id)), [1, 1, 1]);
  how = null;
});

test('200 to the head of a large body that nobody reads: not taken', async () => {
  early = true;
  receiver.closeAllConnections();
  const rows = Array.from({ length: 90 }, () => row({ fields: { nama: 'Anak', catatan: 'x'.repeat(50000) } }));
  put('lain', ...rows.map((r) => JSON.stringify(r)));
  await waitFor('it is seen', () => /circuit {3}open/.test(shown()) && /connection was lost/.test(shown())).catch((e) => { throw new Error(`${e.message}\n${shown()}`); });
  early = false;
  await waitFor('they came', () => rows.every((r) => taken.has(r.id))).catch((e) => { throw new Error(`${e.message}\n${shown()}`); });
});

for (const code of [409, 413, 422])
  test(`${code} for one row among others: it is parked, the rest taken`, async () => {
    const bad = row(), good = Array.from({ length: 9 }, () => row());
    how = (res, rows) => {
      if (rows.some((r) => r.id === bad.id)) return res.writeHead(code).end();
      for (const r of rows) taken.set(r.id, (taken.get(r.id) ?? 0) + 1);
      res.writeHead(200).end();
    };
    put('lain', ...[...good.slice(0, 4), bad, ...good.slice(4)].map((r) => JSON.stringify(r)));
    await waitFor('the rest', () => good.every((r) => taken.has(r.id)));
    await waitFor('it is parked', () => new RegExp(`status ${code}`).test(parked()));
    assert.match(shown(), /circuit {3}closed/);
    how = null;
  });

test('400 for all is a wrong address: all waits; 400 for one while another is taken: that one is parked', async () => {
  how = status(400);
  const ids = [send(), send(), send()], before = parked();
  await waitFor('it says why', () => /circuit {3}open/.test(shown()) && /status 400/.test(shown()));
  assert.equal(parked(), before);
  how = null;
  await waitFor('they came', () => ids.every((id) => taken.has(id)));
  const bad = row();
  how = (res, rows) => {
    if (rows.some((r) => r.id === bad.id)) return res.writeHead(400).end();
    for (const r of rows) taken.set(r.id, (taken.get(r.id) ?? 0) + 1);
    res.writeHead(200).end();
  };
  put('lain', JSON.stringify(bad)); // alone, and nothing comes behind it: what was taken before is asked about
  await waitFor('it is parked', () => parked().includes('status 400')).catch((e) => { throw new Error(`${e.message}\n${shown()}`); });
  assert.equal(taken.has(bad.id), false);
  how = null;
});

test('400 for the very first row, alone: a request without rows shows that the receiver is well', async () => {
  await g.stop();
  await g.start(); // nothing was taken yet that could be asked about
  const bad = row(), empty = seen.length;
  how = (res, rows) => res.writeHead(rows.length ? 400 : 204).end();
  const before = parked().split('\n').length;
  put('lain', JSON.stringify(bad));
  await waitFor('it is parked', () => parked().split('\n').length > before).catch((e) => { throw new Error(`${e.message}\n${shown()}`); });
  assert.ok(seen.slice(empty).some((s) => s.rows.length === 0));
  how = null;
});

test('who was forgotten is not sent again to ask whether the receiver is well', async () => {
  const id = send();
  await waitFor('it came', () => taken.has(id));
  put('lain', JSON.stringify({ v: 1, row: 'forget', at: '2026-11-21T09:00:00+07:00', account: 'x', why: 'x', nomor: ['1001'], persons: [] }));
  await waitFor('it is told', () => seen.some((s) => s.rows.some((r) => r.row === 'forget')));
  const bad = row(), from = seen.length, before = parked().split('\n').length;
  how = (res, rows) => res.writeHead(rows.some((r) => r.id === bad.id) ? 400 : 204).end();
  put('lain', JSON.stringify(bad));
  await waitFor('it is parked', () => parked().split('\n').length > before).catch((e) => { throw new Error(`${e.message}\n${shown()}`); });
  assert.deepEqual(seen.slice(from).flatMap((s) => s.rows.map((r) => r.id)).filter((x) => x !== bad.id), []);
  how = null;
});

test('Retry-After: not asked again before; a year is an hour at most, and does not end the sink', async () => {
  how = status(429, '', { 'Retry-After': '3' });
  const before = seen.length, id = send();
  await waitFor('it was asked', () => seen.length > before);
  how = null;
  await waitFor('it came', () => taken.has(id));
  assert.ok(seen.at(-1).at - seen[before].at >= 2900, `${seen.at(-1).at - seen[before].at} ms`);
});

test('a certificate that nobody vouches for: nothing of it is sent, and it says so', async () => {
  const id = send('palsu');
  await waitFor('it says why', () => /circuit {3}open/.test(shown('palsu')) && /certificate/.test(shown('palsu'))).catch((e) => { throw new Error(`${e.message}\n${shown('palsu')}`); });
  assert.equal(seen.some((s) => s.rows.some((r) => r.id === id)), false);
  assert.match(parked('palsu'), /nothing is parked/);
  const figures = await g.metrics();
  assert.match(figures, /^kentongan_sink_down\{sink="palsu"\} 1$/m);
  assert.match(figures, /^kentongan_sink_down\{sink="lain"\} 0$/m); // the other one of its kind
});

test('a drip and a body without end: no other sink waits, and a stop is a stop', async () => {
  how = (res) => { res.writeHead(200); const more = () => !res.destroyed && (res.write('x'), setTimeout(more, 200)); more(); };
  const before = seen.length;
  send();
  await waitFor('it was asked', () => seen.length > before);
  const n = g.query('SELECT count(*) AS n FROM record')[0].n;
  put('lokal', JSON.stringify(row()));
  await waitFor('the other sink goes on', () => g.query('SELECT count(*) AS n FROM record')[0].n > n);
  const began = Date.now();
  assert.equal((await g.stop()).code, 0);
  assert.ok(Date.now() - began < 10000);
  how = null;
  await g.start();
  await waitFor('it came', () => taken.size && /circuit {3}closed/.test(shown()) && seen.length > before + 1);
});
