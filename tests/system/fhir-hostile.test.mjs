// fhir-hostile.test.mjs - what may answer at the address of an FHIR server: half answers, faults with status 200, other people's pages,
// redirections, floods, tokens that are none.  Nothing counts as sent that was not taken, nothing is lost, and what is to blame is named.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { Gateway, waitFor } from './lib.mjs';

// Answers each POST as `how` says; takes bundles when it is null.
class Odd {
  taken = [];
  asked = [];
  tokens = 0;
  how = null;
  token = null;
  async start() {
    this.server = http.createServer((req, res) => {
      let body = '';
      req.on('error', () => {}).on('data', (d) => (body += d)).on('end', () => this.serve(req, res, body));
    });
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }
  serve(req, res, body) {
    if (req.url.startsWith('/token')) {
      this.tokens++;
      return this.token ? this.token(res) : (res.writeHead(200), res.end(JSON.stringify({ access_token: 't', expires_in: 3600 })));
    }
    this.asked.push(Date.now());
    if (this.how) return this.how(res, body);
    const bundle = JSON.parse(body);
    this.taken.push(JSON.stringify(bundle));
    res.writeHead(200, { 'Content-Type': 'application/fhir+json' });
    res.end(JSON.stringify({ resourceType: 'Bundle', type: `${bundle.type}-response`, entry: bundle.entry.map(() => ({ response: { status: '201 Created' } })) }));
  }
}

let odd, g, next = 1;
before(async () => {
  odd = await new Odd().start();
  g = new Gateway({
    patch: (yaml) => yaml.replace(/^sinks:.*$/m, `sinks:\n  kemkes: {kind: fhir, url: "${odd.url}/fhir", token_url: "${odd.url}/token", client_id: kami, client_secret_file: rahasia, organization: ORG1}`),
  });
  fs.writeFileSync(path.join(g.folder, 'config/rahasia'), 'sangat rahasia sekali\n', { mode: 0o600 });
  await g.start();
});
after(async () => {
  await g.stop();
  odd.server.closeAllConnections();
  odd.server.close();
});

const put = (body) => g.redis('eval', "redis.call('XADD', KEYS[1], '*', 'b', ARGV[1])", '1', '{19.06}st:sink:kemkes', body);
// A weighing that was checked: one bundle.
function send(n = next++, version = 2) {
  const id = `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`;
  put(JSON.stringify({ v: 1, row: 'record', version, id, nomor: String(1000 + n), form: 'timbang', klaster: '2', at: '2026-11-21T09:00:00+07:00', received_at: '2026-11-21T09:00:00+07:00', reporter: '+6281200000001',
    role: 'kader', place: '19.06.01.2004', posyandu: 'PSY001', person_id: `p-${n}`, fields: { nama: `Anak ${n}`, jk: 'P', umur: '14bl', bb: 9.2 }, findings: [], status: 'checked', provider: 'emulator', message_id: `o-${n}` }));
  return id;
}
const shown = () => /^kemkes[^]*?(?=^\w|$(?![^]))/m.exec(g.ctl('show', 'sinks'))[0];
const json = (status, o, headers = {}) => (res) => (res.writeHead(status, { 'Content-Type': 'application/fhir+json', ...headers }), res.end(JSON.stringify(o)));
const outcome = (code, severity = 'error') => ({ resourceType: 'OperationOutcome', issue: [{ severity, code, diagnostics: 'Anak 1 lahir 2024', expression: ['Bundle.entry[0]'] }] });

const waits = {
  'half a JSON with status 200': [(res) => (res.writeHead(200), res.end('{"resourceType":"Bundle","type":"transaction-resp')), /no FHIR service/],
  'the page of a hotel, status 200': [(res) => (res.writeHead(200, { 'Content-Type': 'text/html' }), res.end('<html>Selamat datang</html>')), /no FHIR service/],
  'nothing, status 200': [(res) => (res.writeHead(200), res.end()), /no FHIR service/],
  'an entry that failed at the server, status 200': [json(200, { resourceType: 'Bundle', type: 'transaction-response', entry: [{ response: { status: '503 Busy' } }] }), /503/],
  'a fault that passes, status 200': [json(200, outcome('throttled')), /throttled/],
  'a redirection': [(res) => (res.writeHead(302, { Location: 'http://127.0.0.1:9/' }), res.end()), /http 302/],
  'an endless body': [(res) => { res.writeHead(200); const more = () => { if (!res.destroyed) res.write('x'.repeat(65536), () => setImmediate(more)); }; res.on('error', () => {}); more(); }, /does not answer/],
  'a connection that is cut': [(res) => res.destroy(), /does not answer/],
  'more bytes announced than come': [(res) => { res.writeHead(200, { 'Content-Length': '100000' }); res.write('{'); setTimeout(() => res.destroy(), 50); }, /does not answer/],
};
for (const [what, [how, why]] of Object.entries(waits))
  test(`${what}: it waits, says why, and comes again`, async () => {
    odd.how = how;
    const id = send();
    await waitFor('it says why', () => why.test(shown())).catch((e) => { throw new Error(`${e.message}\n${shown()}`); });
    assert.doesNotMatch(g.ctl('parked', 'sink:kemkes'), new RegExp(id));
    assert.doesNotMatch(shown(), /Anak/);
    odd.how = null;
    await waitFor('it came', () => odd.taken.some((b) => b.includes(id)), 60000);
  });

const refusals = {
  'a fault with status 200': [json(200, outcome('invalid')), /http 200, invalid at Bundle.entry\[0\]/],
  'an entry that is refused, status 200': [json(200, { resourceType: 'Bundle', type: 'transaction-response', entry: [{ response: { status: '422 No' } }] }), /http 200, 422/],
  'too large': [json(413, outcome('too-long')), /http 413, too-long/],
};
for (const [what, [how, why]] of Object.entries(refusals))
  test(`${what}: it is parked with its reason, and nobody's name`, async () => {
    odd.how = how;
    send();
    await waitFor('it is parked', () => why.test(g.ctl('parked', 'sink:kemkes'))).catch((e) => { throw new Error(`${e.message}\n${shown()}\n${g.ctl('parked', 'sink:kemkes')}`); });
    assert.doesNotMatch(g.ctl('parked', 'sink:kemkes'), /Anak/);
    odd.how = null;
    const id = send();
    await waitFor('the next one goes', () => odd.taken.some((b) => b.includes(id)));
  });

test('429 with Retry-After: it is not asked again before', async () => {
  odd.how = json(429, outcome('throttled'), { 'Retry-After': '4' });
  const before = odd.asked.length, id = send();
  await waitFor('it was asked', () => odd.asked.length > before);
  odd.how = null;
  await waitFor('it came', () => odd.taken.some((b) => b.includes(id)));
  assert.ok(odd.asked.at(-1) - odd.asked[before] >= 3900, `${odd.asked.at(-1) - odd.asked[before]} ms`);
});

const tokens = {
  'a token of no lifetime': [(res) => (res.writeHead(200), res.end(JSON.stringify({ access_token: 't0', expires_in: 0 }))), true],
  'a token that lives longer than numbers do': [(res) => (res.writeHead(200), res.end('{"access_token":"t1","expires_in":9223372036854775807}')), true],
  'a token with a line break': [(res) => (res.writeHead(200), res.end(JSON.stringify({ access_token: 'a\r\nX: y', expires_in: 60 }))), false],
  'half a token': [(res) => (res.writeHead(200), res.end('{"access_token":"abc')), false],
  'a page instead of a token': [(res) => (res.writeHead(200), res.end('<html>')), false],
  'a token service that is away': [(res) => (res.writeHead(503), res.end()), false],
};
for (const [what, [how, good]] of Object.entries(tokens))
  test(`${what}: ${good ? 'it is used' : 'all waits, and says so'}`, async () => {
    await waitFor('all is well', () => /circuit {3}closed/.test(shown()), 60000);
    odd.token = how;
    odd.how = json(401, {}); // so that a new one is fetched
    const before = odd.asked.length, id = send();
    await waitFor('the old one is refused', () => odd.asked.length > before || /no token/.test(shown()), 60000);
    odd.how = null;
    if (!good) await waitFor('it says so', () => /no token/.test(shown()), 60000);
    if (!good) odd.token = null;
    await waitFor('it came', () => odd.taken.some((b) => b.includes(id)), 60000);
  });

test('an older version that comes back after the gateway was killed does not take the place of a newer one', async () => {
  odd.how = null;
  odd.token = null;
  const n = next++, id = send(n, 3), sent = () => odd.taken.filter((b) => b.includes(id)).length;
  await waitFor('it came', () => sent() && /queue {5}0/.test(shown()), 90000);
  const before = sent();
  await g.kill();
  await g.start();
  send(n, 2);
  const last = send();
  await waitFor('what came behind it', () => odd.taken.some((b) => b.includes(last)), 90000);
  await waitFor('nothing is left', () => /queue {5}0/.test(shown()));
  assert.equal(sent(), before);
});
