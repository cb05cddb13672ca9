// hostile.test.mjs - what no aggregator should send: the answers of the contract, a counted reason, nothing lost.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { Gateway, bidan, form, kader, request, waitFor } from './lib.mjs';

let g;
before(async () => {
  g = new Gateway();
  await g.start();
});
after(async () => {
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
});

const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
const post = (body) => request('POST', `${g.url}/sms/emulator`, { body, headers: type, fresh: true });

async function counts(reason, act) {
  const before = await g.reason(reason);
  const r = await act();
  await waitFor(`a count of ${reason}`, async () => (await g.reason(reason)) === before + 1);
  return r;
}

test('a body of 100 kB is refused as too large and counted', async () => {
  const r = await counts('too_large', () => post(form({ id: 'h1', from: kader, to: '98120', text: 'x'.repeat(100000) })));
  assert.equal(r.status, 413);
});

test('a text that nobody typed, longer than any SMS, is parked whole, and an emergency at its beginning is told', async () => {
  const text = `RUJUK#Bu Panjang#28th#perdarahan\n${'TIMBANG Siti P 14bl 9,2 76\n'.repeat(1500)}`;
  const r = await g.sms(kader, text, 'x-long');
  assert.equal(r.status, 200);
  await g.nextSms(bidan, /Panjang/);
  await waitFor('it is parked', async () => (await g.reason('parked_overflow')) === 1);
  assert.match(g.redis('xrange', '{19.06}parked:inbound', '-', '+'), /longer than any SMS/);
});

test('broken UTF-8 is taken', async () => {
  const r = await post(`id=h2&from=${encodeURIComponent(kader)}&to=98120&text=TIMBANG%20Ren%e9%20Tes%20L%2014bl%209%2c2%2076`);
  assert.equal(r.status, 200);
  await waitFor('an answer', async () => (await g.inbox(kader)).length);
});

test('a NUL is cut out and the rest is read', async () => {
  const r = await post(`id=h3&from=${encodeURIComponent(kader)}&to=98120&text=TIMBANG%20Nul%00a%20Wati%20P%2014bl%209%2c2%2076`);
  assert.equal(r.status, 200);
  await waitFor('the row', () => g.query("SELECT * FROM record WHERE message_id = 'h3'").length);
});

test('an unknown sender is taken and told how to register', async () => {
  const r = await counts('unknown_sender', () => g.sms('+6281399999999', 'TIMBANG Siti P 14bl 9,2 76', 'h4'));
  assert.equal(r.status, 200);
  assert.match((await g.nextSms('+6281399999999')).text, /DAFTAR/);
});

test('an unknown keyword is taken and answered', async () => {
  const r = await counts('unknown_keyword', () => g.sms(kader, 'qwrtp zxcvb', 'h5'));
  assert.equal(r.status, 200);
});

test('a missing field is asked for', async () => {
  const r = await counts('rejected', () => g.sms(kader, 'TIMBANG Laras Ayu P 14bl', 'h6'));
  assert.equal(r.status, 200);
  await g.nextSms(kader, /BB/i);
});

test('a sender that is no number is kept and never answered', async () => {
  const r = await counts('no_answer_possible', () => g.sms('TELKOMSEL', 'Bonus pulsa!', 'h7'));
  assert.equal(r.status, 200);
});

test('a path without provider, a shape without sender, a method nobody knows', async () => {
  assert.equal((await request('POST', `${g.url}/sms/nobody`, { body: 'x=1', headers: type })).status, 404);
  assert.equal((await counts('bad_shape', () => post('id=h8&text=halo'))).status, 400);
  assert.ok((await request('DELETE', `${g.url}/sms/emulator`)).status >= 400);
});

test('raw rubbish, two lengths and half a request disturb nobody', async () => {
  const { hostname, port } = new URL(g.url);
  const raw = (bytes) =>
    new Promise((done) => {
      const s = net.connect(Number(port), hostname, () => s.write(bytes));
      let got = '';
      s.setTimeout(1000, () => s.destroy());
      s.on('data', (d) => (got += d)).on('error', () => {}).on('close', () => done(got));
    });
  const [rubbish, lengths] = await Promise.all([
    raw('\x00\xff\xfe rubbish\r\n\r\n'),
    raw('POST /sms/emulator HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\nid=1&'),
    raw('POST /sms/emulator HTTP/1.1\r\nHost: x\r\nContent-Le'),
  ]);
  assert.doesNotMatch(rubbish, /^HTTP\/1.1 200/);
  assert.match(lengths, /^HTTP\/1.1 4/);
  assert.equal((await g.sms(kader, 'BANTUAN', 'h9')).status, 200);
});

test('the log names nobody', () => {
  assert.doesNotMatch(g.process.err, /81200000001|81399999999|Laras|Wati/);
});
