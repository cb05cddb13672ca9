// aggregator.test.mjs - the three sample aggregators of config/providers-contoh.yaml on the whole daemon: what they
// send is understood, what they hear is theirs, and the answers leave in their shape.  No line of C knows them.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, form, kader, request, root, secondKader, waitFor } from './lib.mjs';

const secret = 'kunci-contoh';

// An aggregator's own server: remembers what it got, answers what `said` says.
class Aggregator {
  constructor(said) {
    this.got = [];
    this.server = http.createServer((req, res) => {
      const parts = [];
      req.on('data', (d) => parts.push(d));
      req.on('end', () => {
        const one = { method: req.method, url: new URL(req.url, 'http://x'), headers: req.headers, body: Buffer.concat(parts).toString() };
        this.got.push(one);
        const { status = 200, body } = said(one, this.got.length);
        res.writeHead(status);
        res.end(body);
      });
    });
  }

  async open() {
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.port = this.server.address().port;
  }

  next(what, fits = () => true) {
    return waitFor(what, () => this.got.find((one) => !one.taken && fits(one) && (one.taken = true)));
  }

  close() {
    this.server.closeAllConnections?.();
    this.server.close();
  }
}

const get = new Aggregator((_, n) => ({ body: n === 1 ? '2|Throttled' : `1|Success|g${n}` }));
const xml = new Aggregator((_, n) => ({ body: `<response><status>0</status><id>x${n}</id></response>` }));
const json = new Aggregator((_, n) => ({ status: 202, body: `{"status":"ACCEPTED","results":[{"messageId":"j${n}"}]}` }));

// The providers of the sample, sending to these servers, the last one signed.
function patch(yaml) {
  const sample = fs.readFileSync(path.join(root, 'config/providers-contoh.yaml'), 'utf8');
  const blocks = sample.slice(sample.indexOf('  # --- 1.'), sample.indexOf('default_provider:'));
  const providers = blocks
    .replace('127.0.0.1:9090', `127.0.0.1:${get.port}`)
    .replace('127.0.0.1:9091', `127.0.0.1:${xml.port}`)
    .replace('127.0.0.1:9092', `127.0.0.1:${json.port}`)
    .replace('# secret_file:', 'secret_file:')
    .replace('# signature:', 'signature:')
    .replace('budget: 2500ms', 'budget: 500ms');
  return yaml.replace(/^providers:$/m, `public_url: https://sms.dinkes.example\n\nproviders:\n${providers}`);
}

let g;
before(async () => {
  await Promise.all([get.open(), xml.open(), json.open()]);
  g = new Gateway({ patch });
  fs.writeFileSync(path.join(g.folder, 'config/agregator-json.secret'), `${secret}\n`, { mode: 0o600 });
  await g.start();
});
after(async () => {
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
  for (const a of [get, xml, json]) a.close();
  // Neither numbers nor passwords nor URLs of requests.
  assert.doesNotMatch(g.process.err, /81200000001|81200000008|contoh&|pass=|send\?|push|v2\/messages/);
});

const signed = (url, body, at = Math.floor(Date.now() / 1000)) =>
  request('POST', url, {
    body,
    headers: {
      'Content-Type': 'application/json',
      'X-Timestamp': String(at),
      'X-Signature': crypto.createHmac('sha256', secret).update(`${at}${body}`).digest('hex'),
    },
  });

const number = kader.slice(1);

test('GET: an SMS, its repeat, the answer after a throttling, the delivery report', async () => {
  const url = `${g.url}/sms/telko-get?${form({ trx_id: 'trx-1', msisdn: number, sms: 'TIMBANG Tuti Arum P 14bl 9,2 76', adn: '98120' })}`;
  assert.deepEqual(await request('GET', url).then(({ status, body }) => ({ status, body })), { status: 200, body: '0' });
  assert.equal((await request('GET', url)).body, '0');
  const first = await get.next('the answer');
  assert.equal(first.method, 'GET');
  assert.equal(first.url.searchParams.get('msisdn'), number);
  assert.equal(first.url.searchParams.get('user'), 'dinkes');
  assert.match(first.url.searchParams.get('sms'), /Tuti Arum/);
  const again = await get.next('the same answer, later');
  assert.equal(again.url.searchParams.get('sms'), first.url.searchParams.get('sms'));
  await waitFor('the report is known', async () => {
    await request('GET', `${g.url}/dlr/telko-get?${form({ trx_id: 'g2', status: 'DELIVERED' })}`);
    return (await g.reason('dlr')) > 0;
  });
  await waitFor('one row', () => g.query("SELECT * FROM record WHERE message_id = 'trx-1'").length === 1);
});

test('XML: an SMS with its entities, its repeat, a part of a longer one, the answer, USSD', async () => {
  const sms = (id, text, more = '') =>
    request('POST', `${g.url}/sms/agregator-xml`, {
      body: `<?xml version="1.0"?><sms id="${id}"><msisdn>${number}</msisdn><adn>98120</adn><message>${text}</message>${more}</sms>`,
      headers: { 'Content-Type': 'text/xml' },
    });
  assert.equal((await sms('x-1', 'TIMBANG Wira Jaya L 14bl 9,2 76')).body, '<response><status>0</status><id>x-1</id></response>');
  assert.match((await sms('x-1', 'TIMBANG Wira Jaya L 14bl 9,2 76')).body, /<note>duplicate<\/note>/);
  // Half of "12,5": taken, asked about, not stored.
  assert.match((await sms('x-2', 'TIMBANG Budi Putra L 14bl 1', '<parts>2</parts>')).body, /<id>x-2<\/id>/);
  const out = await xml.next('the answer');
  assert.equal(out.method, 'POST');
  assert.match(out.headers['content-type'], /text\/xml/);
  assert.match(out.body, new RegExp(`<to>0${number.slice(2)}</to>`));
  assert.match(out.body, /<text>[^<]*Wira Jaya/);
  const asked = await xml.next('the question', (one) => /BB/.test(one.body) && !/Wira/.test(one.body));
  assert.doesNotMatch(asked.body, /1 ?kg/);
  assert.equal(g.query("SELECT * FROM record WHERE message_id = 'x-2'").length, 0);
  const page = await request('POST', `${g.url}/ussd/agregator-xml`, {
    body: `<ussd><session>s1</session><type>begin</type><msisdn>${number}</msisdn><code>*123#</code><input></input></ussd>`,
  });
  assert.match(page.body, /^<ussd><session>s1<\/session><type>continue<\/type><text>Kentongan\n1 Timbang/);
});

test('JSON: two SMS in one body, signed and taken once; both answers', async () => {
  const body = JSON.stringify({
    messages: [
      { messageId: 'j-1', sender: { msisdn: kader }, destination: '98120', content: { text: 'TIMBANG Sari Dewi P 14bl 9,2 76' } },
      { messageId: 'j-2', sender: { msisdn: secondKader }, destination: '98120', content: { text: 'TIMBANG Gita Murni P 20bl 10,4 80' } },
    ],
  });
  const at = Math.floor(Date.now() / 1000);
  const url = `${g.url}/sms/agregator-json`;
  assert.equal((await signed(url, body, at)).body, '{"status":"ok"}');
  assert.equal((await signed(url, body, at)).body, '{"status":"ok"}');
  assert.equal(await g.reason('replayed'), 1);
  assert.equal((await signed(url, body.replace('9,2', '9,9'), at - 3600)).status, 401);
  const outs = [await json.next('an answer'), await json.next('another')].map((o) => ({ ...o, sent: JSON.parse(o.body) }));
  assert.deepEqual(outs.map((o) => o.sent.messages[0].to).sort(), [kader, secondKader].sort());
  for (const o of outs) {
    assert.equal(o.headers.authorization, 'Bearer contoh');
    assert.equal(o.sent.callback, 'https://sms.dinkes.example/dlr/agregator-json');
    assert.match(o.sent.messages[0].content.text, /Sari Dewi|Gita Murni/);
  }
  const reports = JSON.stringify({ reports: outs.map((o) => ({ clientRef: o.sent.clientRef, status: { name: 'DELIVERED' } })) });
  const before = await g.reason('dlr');
  assert.equal((await signed(`${g.url}/dlr/agregator-json`, reports)).body, '{"status":"ok"}');
  await waitFor('both reports', async () => (await g.reason('dlr')) === before + 2);
});

test('a slow store: who cuts off early gets an end in time, who waits gets the page', async () => {
  const ussd = JSON.stringify({ session: { id: 'u1', msisdn: secondKader, shortcode: '*123#', state: 'START' }, input: '' });
  g.redis('client', 'pause', '1200', 'ALL');
  const [early, patient] = await Promise.all([
    signed(`${g.url}/ussd/agregator-json`, ussd),
    g.ussd('u2', kader, ''),
  ]);
  assert.deepEqual(Object.keys(JSON.parse(early.body)), ['session', 'message']);
  assert.equal(JSON.parse(early.body).session.state, 'END');
  assert.match(patient.body, /^CON /);
});
