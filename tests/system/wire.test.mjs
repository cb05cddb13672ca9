// wire.test.mjs - what telcos do wrong on the wire: nothing is acknowledged and dropped, or refused for good, on
// the strength of one flag; a repeat is one only while its answer may not have been heard (RULINGS 53).
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { Gateway, bidan, form, kader, newName, request, secondKader, waitFor } from './lib.mjs';
import { Smsc } from './smsc.mjs';

const capital = (name) => name.replace(/\b\w/g, (c) => c.toUpperCase());
const child = () => capital(newName());
const json = { 'Content-Type': 'application/json' };

let smsc, g;
before(async () => {
  smsc = await new Smsc().start();
  g = await new Gateway({
    patch: (yaml) =>
      yaml.replace(
        /^providers:$/m,
        `providers:\n  telko: {dialect: smpp, host: 127.0.0.1, port: ${smsc.port}, system_id: u, password: p, window: 100}\n  ib: {dialect: infobip, allow: [127.0.0.1], sms_via: telko}\n  kan: {dialect: kannel, allow: [127.0.0.1], sms_via: telko}`,
      ).replace(/^default_provider:.*$/m, 'default_provider: telko'),
  }).start();
  await smsc.bound();
});
after(async () => {
  await g.stop();
  await smsc.kill();
});

const weighed = (name) => waitFor(`the record of ${name}`, () => g.query(`SELECT * FROM v_timbang WHERE nama = '${name}'`)[0]);
const referrals = (name) => g.query(`SELECT * FROM v_rujuk WHERE nama = '${name}'`);
const referred = (name) => waitFor(`the referral of ${name}`, () => referrals(name)[0]);

// --- RULINGS 53 ---

test('YA twice within ten minutes on a bind that stands answers two questions', async () => {
  const names = [child(), child()];
  for (const [i, text] of [`TIMBANG ${names[0]} P 14bl 92 76`, `TIMBANG ${names[1]} L 20bl 112 80`].entries()) {
    await smsc.deliver(kader, text);
    await smsc.sms(kader, /\?/);
    assert.equal((await smsc.deliver(kader, 'YA')).command_status, 0);
    assert.equal((await weighed(names[i])).bb, [9.2, 11.2][i]);
    await smsc.sms(kader, /Diterima/);
  }
});

test('the same text after the bind broke before its answer is the same message', async () => {
  const [commands, duplicates] = [await g.reason('command'), await g.reason('duplicate')];
  const lost = smsc.deliver(secondKader, 'BANTUAN').catch(() => {});
  await new Promise((done) => setImmediate(done));
  smsc.session.socket.destroy();
  await lost;
  await waitFor('the bind again', () => smsc.session);
  assert.equal((await smsc.deliver(secondKader, 'BANTUAN')).command_status, 0);
  // Either the first never came through, or this one is its repeat: it is carried out once in any case.
  await waitFor('it is carried out', async () => (await g.reason('command')) > commands);
  assert.ok((await g.reason('command')) - commands + duplicates - (await g.reason('duplicate')) <= 1);
  assert.equal(await g.reason('command'), commands + 1);
});

test('the same text to kannel without an id, the first answer heard: carried out again', async () => {
  const say = () => request('GET', `${g.url}/sms/kan?${form({ from: bidan, to: '98120', text: 'BANTUAN' })}`);
  const before = await g.reason('command');
  for (let i = 1; i <= 3; i++) {
    assert.equal((await say()).status, 200);
    await waitFor(`answer ${i}`, async () => (await g.reason('command')) === before + i);
  }
});

test('a caller that hung up before its answer and comes again is not heard twice', async () => {
  g.redis('client', 'pause', '1500', 'all');
  const duplicates = await g.reason('duplicate');
  const target = `/sms/kan?${form({ from: secondKader, to: '98120', text: 'STATUS 1041' })}`;
  await new Promise((done) => {
    const s = net.connect(Number(new URL(g.url).port), '127.0.0.1', () => {
      s.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`, () => setTimeout(() => (s.destroy(), done()), 100));
    });
  });
  const again = await request('GET', `${g.url}${target}`, { fresh: true });
  assert.equal(again.status, 200);
  await waitFor('one of them is a duplicate', async () => (await g.reason('duplicate')) === duplicates + 1);
});

// --- one flag ---

const tlv = (tag, value, length = value.length) => [tag, value, length];
let sequence = 0x6000;
const raw = (from, text, options) => smsc.raw(Smsc.deliverSm(from, text, { sequence: ++sequence, ...options }), sequence);

for (const [what, esm, tlvs, length, tail] of [
  ['with a receipted_message_id', 0, [tlv(0x001e, '4711')]],
  ['with a receipted_message_id and a message_state', 0, [tlv(0x001e, '4711'), tlv(0x0427, '\x02')]],
  ['under the flag of a receipt', 4, []],
  ['under the flag of a receipt, with both of its parameters', 4, [tlv(0x001e, '4711'), tlv(0x0427, '\x02')]],
  ['under the flag of an intermediate notification', 0x20, []],
  ['under the flag of a header that it does not have', 0x40, []],
  ['with a parameter cut off at its end', 0, [tlv(0x1400, 'x', 200)]],
  ['with half the head of a parameter at its end', 0, [], undefined, Buffer.from([0x02, 0x04])],
  ['marked as a USSD dial', 0, [tlv(0x0501, '\x01')]],
  ['marked as the end of a USSD session', 0, [tlv(0x0501, '\x11')]],
  ['as one part of one by SAR', 0, [tlv(0x020c, '\x00\x07'), tlv(0x020e, '\x01'), tlv(0x020f, '\x01')]],
])
  test(`a RUJUK ${what} is a referral`, async () => {
    const name = child();
    const text = `RUJUK#${name}#28th#perdarahan hebat sekali sejak tadi pagi, sudah diberi infus oleh bu bidan di rumah#`;
    const { command_status } = await raw(kader, text, { esm, tlvs, ...(length && { length }), ...(tail && { tail }) });
    assert.equal(command_status, 0);
    await referred(name);
  });

for (const [what, length] of [
  ['longer', 250],
  ['shorter', 5],
])
  test(`a RUJUK whose text is said to be ${what} than it is: staff are told at once`, async () => {
    const name = child();
    const { command_status } = await raw(kader, `RUJUK#${name}#28th#perdarahan hebat`, { length });
    assert.equal(command_status, 0);
    await smsc.sms(bidan, new RegExp(`${name}.*perdarahan`));
  });

test('a RUJUK in ASCII that says it is UCS-2', async () => {
  const name = child();
  assert.equal((await smsc.deliver(kader, `RUJUK#${name}#28th#perdarahan#`, { data_coding: 8 })).command_status, 0);
  await referred(name);
});

test('what only claims to be a receipt and says nothing that we know is kept for people', async () => {
  const before = g.redis('xlen', '{19.06}parked:inbound');
  for (const s of smsc.submits) s.seen = true;
  assert.equal((await raw(secondKader, 'pesan sudah sampai', { esm: 4 })).command_status, 0);
  await waitFor('it is parked', () => Number(g.redis('xlen', '{19.06}parked:inbound')) === Number(before) + 1);
  assert.equal(smsc.submits.filter((s) => !s.seen && s.to === secondKader.slice(1)).length, 0);
});

// --- lists ---

test('a list: the RUJUK beside half an emoji, a doubled key, a number without end', async () => {
  const names = [child(), child(), child()];
  const item = (name, n) => `{"messageId":"${name}","from":"${kader.slice(1)}","to":"98120","text":"RUJUK#${name}#28th#perdarahan"}`;
  const post = (body) => request('POST', `${g.url}/sms/ib`, { body, headers: json });
  for (const [i, bad] of [
    '{"messageId":"b1","from":"6281200000002","text":"halo \\ud83d"}',
    '{"messageId":"b2","from":"6281200000002","text":"halo","text":"apa"}',
    `{"messageId":${'9'.repeat(40)},"from":"6281200000002","text":"halo","price":1e999}`,
  ].entries()) {
    const r = await post(`{"results":[${item(names[i])},${bad}]}`);
    assert.equal(r.status, 200, `${bad}: ${r.status}`);
    await referred(names[i]);
  }
});

test('half an emoji alone is a message', async () => {
  const before = await g.reason('unknown_keyword');
  const r = await request('POST', `${g.url}/sms/emulator`, { body: `{"id":"half-${process.pid}","from":"${bidan}","text":"halo \\ud83d"}`, headers: json });
  assert.equal(r.status, 200);
  await waitFor('it is answered', async () => (await g.reason('unknown_keyword')) > before);
});

test('1,500 messages in one list are all taken', async () => {
  const n = 1500;
  const items = Array.from({ length: n }, (_, i) => `{"from":"62812${9000000 + i}","text":"x"}`);
  const before = await g.reason('unknown_sender');
  const r = await request('POST', `${g.url}/sms/ib`, { body: `{"results":[${items}]}`, headers: json, timeout: 120000 });
  assert.equal(r.status, 200);
  await waitFor('all', async () => (await g.reason('unknown_sender')) >= before + n);
});

// --- receipts ---

const states = (to) => g.log(`SELECT state FROM message_out WHERE recipient = '${to}' ORDER BY id DESC LIMIT 1`)[0]?.state ?? 'none';

test('a receipt in front of its response is not taken for another SMS, written in hex', async () => {
  // SMS "10" is out; then the receipt of "16" comes before its response.
  const sent = [];
  smsc.answer = (s, session) => {
    if (![kader, secondKader].includes(`+${s.to}`)) return {};
    sent.push(s);
    if (s.to === kader.slice(1)) return { message_id: '10' };
    setTimeout(() => smsc.deliver(secondKader, 'id:16 sub:001 dlvrd:000 submit date:2611210900 done date:2611210901 stat:UNDELIV err:001 text:', { esm_class: 4 }), 0);
    setTimeout(() => session.send(s.pdu.response({ message_id: '16' })), 500);
    return null;
  };
  const [before, unknown] = [await g.reason('dlr'), await g.reason('dlr_unknown')];
  await smsc.deliver(kader, 'BANTUAN');
  await waitFor('the first', () => sent.length >= 1);
  const first = sent.length;
  await smsc.deliver(secondKader, 'BANTUAN');
  await waitFor('the second', () => sent.length > first);
  await waitFor('the receipt', async () => (await g.reason('dlr')) > before);
  smsc.answer = () => ({});
  assert.equal(states(kader), 'sent');
  assert.equal(await g.reason('dlr_unknown'), unknown);
});

test('an empty receipted_message_id: the id in the text counts', async () => {
  let id;
  smsc.answer = (s) => {
    id = s.id;
    return {};
  };
  const [dlr, unknown] = [await g.reason('dlr'), await g.reason('dlr_unknown')];
  await smsc.deliver(kader, 'BANTUAN');
  await waitFor('it went out', () => id);
  smsc.answer = () => ({});
  const { command_status } = await raw(kader, `id:${id} sub:001 dlvrd:001 submit date:2611210900 done date:2611210901 stat:DELIVRD err:000 text:x`, { esm: 4, tlvs: [tlv(0x001e, '')] });
  assert.equal(command_status, 0);
  await waitFor('the receipt', async () => (await g.reason('dlr')) > dlr);
  assert.equal(await g.reason('dlr_unknown'), unknown);
});

test('a receipt without its flag never talks to a kader', async () => {
  let id;
  smsc.answer = (s) => {
    id = s.id;
    return {};
  };
  const dlr = await g.reason('dlr');
  await smsc.deliver(kader, 'BANTUAN');
  await waitFor('it went out', () => id);
  smsc.answer = () => ({});
  await smsc.sms(kader);
  for (const s of smsc.submits) s.seen = true;
  for (let i = 0; i < 3; i++)
    assert.equal((await smsc.deliver(kader, `id:${id} sub:001 dlvrd:001 submit date:2611210900 done date:2611210901 stat:DELIVRD err:000 text:x`)).command_status, 0);
  await waitFor('the receipt', async () => (await g.reason('dlr')) > dlr);
  await smsc.deliver(bidan, 'BANTUAN');
  await smsc.sms(bidan);
  assert.equal(smsc.submits.filter((s) => !s.seen && s.to === kader.slice(1)).length, 0);
});
