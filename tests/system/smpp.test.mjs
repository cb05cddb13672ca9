// smpp.test.mjs - node-smpp as SMSC: SMS in and out, long ones in any order, receipts, USSD, throttling, deaths.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, bidan, freePort, kader, newName, nomorOf, puskesmas, secondKader, waitFor } from './lib.mjs';
import { Smsc, smpp, ucs2 } from './smsc.mjs';

const withTelko = (port, more = '') => ({
  patch: (yaml) =>
    yaml.replace(
      /^providers:$/m,
      `providers:\n  telko: {dialect: smpp, host: 127.0.0.1, port: ${port}, system_id: u, password: p, window: 100, enquire_link: 1s${more}}`,
    ),
});

const row = (g, name) => waitFor(`the record of ${name}`, () => g.query(`SELECT * FROM v_timbang WHERE nama = '${name}'`)[0]);
const capital = (name) => name.replace(/\b\w/g, (c) => c.toUpperCase());
const child = () => capital(newName());

let smsc, g;
before(async () => {
  smsc = await new Smsc().start();
  g = await new Gateway(withTelko(smsc.port)).start();
  await smsc.bound();
});
after(async () => {
  const how = await g.stop();
  assert.deepEqual(how, { code: 0, signal: null });
  assert.equal(smsc.unbinds, 1, 'it unbound');
  await smsc.kill();
});

test('an SMS comes in by deliver_sm, is in the district database, and is answered by submit_sm', async () => {
  const name = child();
  const resp = await smsc.deliver(kader, `TIMBANG ${name} P 14bl 9,2 76`);
  assert.equal(resp.command_status, 0);
  const r = await row(g, name);
  assert.equal(r.bb, 9.2);
  assert.equal(g.query(`SELECT provider FROM record WHERE nomor = '${r.nomor}'`)[0].provider, 'telko');
  const { parts } = await smsc.sms(kader, new RegExp(r.nomor));
  assert.equal(parts[0].pdu.source_addr, '98120');
  assert.equal(parts[0].pdu.dest_addr_ton, 1);
  assert.equal(parts[0].pdu.registered_delivery, 1);
});

test('the same SMS again is a success and no second record', async () => {
  const name = child();
  const text = `TIMBANG ${name} P 14bl 9,2 76`;
  await smsc.deliver(kader, text);
  const r = await row(g, name);
  await smsc.sms(kader, new RegExp(r.nomor));
  assert.equal((await smsc.deliver(kader, text)).command_status, 0);
  await smsc.sms(kader, /BARU/);
  assert.equal(g.query(`SELECT count(*) AS n FROM record WHERE nomor = '${r.nomor}'`)[0].n, 1);
});

for (const [how, options] of [
  ['header', { ref: 7 }],
  ['SAR', { ref: 300, sar: true }],
])
  test(`a long SMS by ${how} is whole though its parts come backwards and twice`, async () => {
    const name = child();
    const parts = Smsc.parts(`TIMBANG ${name} P 14bl 9,2 76`, 9, options);
    assert.ok(parts.length > 3);
    for (const p of parts.toReversed()) assert.equal((await smsc.deliver(kader, p.text, p.fields)).command_status, 0);
    const r = await row(g, name);
    assert.equal(r.tb, 76);
    // The SMSC did not hear of one part, and brings it again: it is no message of its own.
    assert.equal((await smsc.deliver(kader, parts[1].text, parts[1].fields)).command_status, 0);
    await smsc.sms(kader, new RegExp(r.nomor));
  });

test('two kaders with the same reference do not mix', async () => {
  const names = [child(), child()];
  const [a, b] = names.map((n) => Smsc.parts(`TIMBANG ${n} L 20bl 10,4 80`, 16, { ref: 9 }));
  for (let i = 0; i < Math.max(a.length, b.length); i++)
    await Promise.all([a[i] && smsc.deliver(kader, a[i].text, a[i].fields), b[i] && smsc.deliver(secondKader, b[i].text, b[i].fields)]);
  const rows = await Promise.all(names.map((n) => row(g, n)));
  assert.deepEqual(rows.map((r) => r.bb), [10.4, 10.4]);
});

test('UCS-2 with an emoji cut in the middle of it, and message_payload', async () => {
  const name = child();
  const text = `TIMBANG ${name} P 14bl 9,2 76 😀`;
  const octets = ucs2(text);
  const cut = octets.length - 2;
  const head = (n) => Buffer.from([5, 0, 3, 77, 2, n]);
  await smsc.deliver(kader, Buffer.concat([head(2), octets.subarray(cut)]), { data_coding: 8, esm_class: 0x40 });
  await smsc.deliver(kader, Buffer.concat([head(1), octets.subarray(0, cut)]), { data_coding: 8, esm_class: 0x40 });
  await row(g, name);
  const other = child();
  const resp = await smsc.deliver(kader, Buffer.alloc(0), { data_coding: 8, message_payload: ucs2(`TIMBANG ${other} P 14bl 9,2 76`) });
  assert.equal(resp.command_status, 0);
  await row(g, other);
});

test('a receipt that comes before its response finds its SMS, hex in the one and decimal in the other', async () => {
  const before = await g.reason('dlr');
  const unknown = await g.reason('dlr_unknown');
  const receipts = [];
  smsc.answer = (s, session) => {
    setTimeout(() => {
      const text = `id:${parseInt(s.id, 16)} sub:001 dlvrd:001 submit date:2611210900 done date:2611210901 stat:DELIVRD err:000 text:x`;
      receipts.push(smsc.deliver(kader, text, { esm_class: 4 }));
    }, 0);
    setTimeout(() => session.send(s.pdu.response({ message_id: s.id.toUpperCase() })), 300);
    return null;
  };
  await smsc.deliver(kader, 'BANTUAN');
  await waitFor('the receipts', () => receipts.length);
  await waitFor('the report', async () => (await g.reason('dlr')) > before);
  for (const r of await Promise.all(receipts)) assert.equal(r.command_status, 0);
  smsc.answer = () => ({});
  assert.equal(await g.reason('dlr_unknown'), unknown);
  // One for nothing that we know is taken, and counted.
  assert.equal((await smsc.deliver(kader, 'id:999999 stat:DELIVRD', { esm_class: 4 })).command_status, 0);
  assert.equal(await g.reason('dlr_unknown'), unknown + 1);
});

test('a weighing by USSD over SMPP, from the dial to the last page', async () => {
  const name = child();
  const its = (n, ended = 0) => Buffer.from([5, (n << 1) | ended]);
  const step = (text, op, n) => smsc.deliver(kader, text, { service_type: 'USSD', destination_addr: '123', ussd_service_op: op, its_session_info: its(n) });
  let n = 1;
  assert.equal((await step('*123#', 1, n)).command_status, 0);
  let page = await smsc.page(kader);
  for (const answer of ['1', '1', name, '1', '20', '10,4', '80', '1']) {
    assert.equal(page.pdu.ussd_service_op, 2, `before ${answer}: ${page.text}`);
    assert.equal(page.pdu.source_addr, '123');
    assert.equal((await step(answer, 0x12, ++n)).command_status, 0);
    page = await smsc.page(kader);
  }
  assert.equal(page.pdu.ussd_service_op, 0x11, page.text);
  assert.equal((await row(g, name)).bb, 10.4);
});

test('throttling slows the whole bind and loses nothing', async () => {
  const names = Array.from({ length: 5 }, child);
  let refused = 0;
  let last = 0;
  smsc.answer = () => {
    if (refused < 3) {
      refused++;
      last = Date.now();
      return { command_status: refused === 2 ? smpp.ESME_RMSGQFUL : smpp.ESME_RTHROTTLED };
    }
    return {};
  };
  await Promise.all(names.map((n) => smsc.deliver(kader, `TIMBANG ${n} P 14bl 9,2 76`)));
  const rows = await Promise.all(names.map((n) => row(g, n)));
  for (const r of rows) await smsc.sms(kader, new RegExp(r.nomor), 60000);
  smsc.answer = () => ({});
  assert.equal(refused, 3);
  // Not only those SMS wait: nothing at all was asked for a while.  What had left before does not count.
  assert.deepEqual(smsc.submits.filter((s) => s.at > last + 100 && s.at < last + 350), []);
  assert.match(await g.metrics(), /smpp_throttled_total [1-9]/);
});

test('what nobody can read is refused by name and the bind stands', async () => {
  const s = smsc.session;
  const got = [];
  const listen = (pdu) => got.push(pdu);
  s.on('pdu', listen);
  const raw = (hex) => s.socket.write(Buffer.from(hex, 'hex'));
  raw('00000010000001110000000000000777'); // no command at all
  raw('00000014000000050000000000000778' + '41414141'); // deliver_sm without an end
  raw('00000010800000040000000000000779'); // an answer to nothing
  await waitFor('both answers', () => got.some((p) => p.sequence_number === 0x777) && got.some((p) => p.sequence_number === 0x778));
  s.off('pdu', listen);
  assert.equal(got.find((p) => p.sequence_number === 0x777).command, 'generic_nack');
  assert.equal(got.find((p) => p.sequence_number === 0x777).command_status, smpp.ESME_RINVCMDID);
  const refused = got.find((p) => p.sequence_number === 0x778);
  assert.equal(refused.command, 'deliver_sm_resp');
  assert.equal(refused.command_length, 17, 'with the one octet of its empty message_id');
  assert.notEqual(refused.command_status, 0);
  assert.ok(smsc.sessions.includes(s));
});

test('optional parameters that nobody knows, double or empty, do not touch the message', async () => {
  const name = child();
  const text = `TIMBANG ${name} P 14bl 9,2 76`;
  const tlvs = [[0x1400, 'vendor'], [0x1400, 'again'], [0x3fff, ''], [0x0000, 'x'], [0xffff, Buffer.alloc(2000, 0xff)], [0x020c, ''], [0x0501, ''], [0x1383, '']];
  const { command_status } = await smsc.raw(Smsc.deliverSm(kader, text, { sequence: 0x7001, tlvs }), 0x7001);
  assert.equal(command_status, 0);
  assert.equal((await row(g, name)).bb, 9.2);
});

test('lengths that lie: what is there is read, never as the whole, and the bind stands', async () => {
  const s = smsc.session;
  const name = child();
  const text = `TIMBANG ${name} P 14bl 9,2 76`;
  const cases = [
    ['a text that is said to be longer than its PDU', { length: 254 }],
    ['a text that is said to be shorter than it is', { length: 5 }],
  ];
  let sequence = 0x7100;
  for (const [what, lie] of cases) {
    sequence++;
    const r = await smsc.raw(Smsc.deliverSm(kader, text, { sequence, ...lie }), sequence);
    assert.equal(r.command, 'deliver_sm_resp', what);
    assert.equal(r.command_status, 0, what);
  }
  assert.ok(smsc.sessions.includes(s));
  // None of them became a report: their last figure may have had another half.  The same text whole does.
  assert.equal((await smsc.deliver(kader, text)).command_status, 0);
  await row(g, name);
  assert.equal(g.query(`SELECT count(*) AS n FROM v_timbang WHERE nama = '${name}'`)[0].n, 1);
});

// Half a message must never be read as the whole: "9,2" may have been "9,25".
for (const [phone, what, header, filed] of [
  [bidan, 'has an element that runs over its end', [5, 0, 30, 1, 2, 1], 0],
  [puskesmas, 'is part three of two', [5, 0, 3, 1, 2, 3], 0],
  [secondKader, 'counts one part, and so is whole', [5, 0, 3, 1, 1, 1], 1],
])
  test(`a message whose header ${what}: taken, answered, ${filed ? 'filed' : 'not filed unasked'}`, async () => {
    const name = child();
    const text = Buffer.concat([Buffer.from(header), Buffer.from(`TIMBANG ${name} P 14bl 9,2`)]);
    for (const s of smsc.submits) s.seen = true;
    assert.equal((await smsc.deliver(phone, text, { esm_class: 0x40 })).command_status, 0);
    const { text: answer } = await smsc.sms(phone);
    if (filed) await row(g, name);
    else assert.doesNotMatch(answer, /^Diterima/);
  });

test('their sequence numbers go round, and each answer has its own', async () => {
  const names = [child(), child(), child()];
  const numbers = [0x7ffffffe, 0x7fffffff, 1];
  const answers = await Promise.all(numbers.map((sequence, i) => smsc.raw(Smsc.deliverSm(kader, `TIMBANG ${names[i]} P 14bl 9,2 76`, { sequence }), sequence)));
  assert.deepEqual(answers.map((r) => r.command_status), [0, 0, 0]);
  for (const name of names) await row(g, name);
});

test('deliver_sm_resp comes only after the commit', async () => {
  const name = child();
  const redis = g.redisPid();
  process.kill(redis, 'SIGSTOP');
  let answered = false;
  const resp = smsc.deliver(kader, `TIMBANG ${name} P 14bl 9,2 76`).then((r) => ((answered = true), r));
  // Alive all the while: it answers what needs no Redis.
  await new Promise((done, failed) => smsc.session.enquire_link({}, (r) => (r.command_status ? failed(r) : done())));
  await new Promise((done) => setTimeout(done, 300));
  assert.equal(answered, false);
  process.kill(redis, 'SIGCONT');
  assert.equal((await resp).command_status, 0);
  await row(g, name);
});

test('the SMSC dies and comes back: bound again, and what waited goes out', async () => {
  const port = smsc.port;
  const name = child();
  smsc.answer = () => null;
  await smsc.deliver(kader, `TIMBANG ${name} P 14bl 9,2 76`);
  const r = await row(g, name);
  await smsc.kill();
  await waitFor('the loss is seen', async () => /smpp_bound 0/.test(await g.metrics()));
  const back = await new Smsc().start(port);
  back.unbinds = smsc.unbinds;
  smsc = back;
  await smsc.bound(1);
  const other = child();
  assert.equal((await smsc.deliver(kader, `TIMBANG ${other} P 14bl 9,2 76`)).command_status, 0);
  const second = await row(g, other);
  await smsc.sms(kader, new RegExp(second.nomor));
  assert.ok(r.nomor);
});

// A telko with a small window, of its own for each of these.
async function small(more = '') {
  const own = await new Smsc().start();
  const { patch } = withTelko(own.port, more);
  const h = await new Gateway({ patch: (yaml) => patch(yaml).replace('window: 100', 'window: 5').replace(/^default_provider:.*$/m, 'default_provider: telko') }).start();
  await own.bound();
  return { own, h };
}

test('a bind lost in the middle of a window: what had not left goes out once, what had is not doubled', async () => {
  const { own, h } = await small();
  const names = Array.from({ length: 12 }, child);
  own.answer = () => null;
  await Promise.all(names.map((n, i) => own.deliver(i % 2 ? kader : secondKader, `TIMBANG ${n} P 14bl 9,2 76`)));
  const rows = await Promise.all(names.map((n) => row(h, n)));
  await waitFor('the window is full', () => own.submits.length === 5);
  await own.kill();
  const back = await new Smsc().start(own.port);
  await back.bound();
  await waitFor('the other seven', () => back.submits.length >= 7);
  const numbers = (s) => s.submits.map((x) => nomorOf(x.text));
  assert.deepEqual([...numbers(own), ...numbers(back)].sort(), rows.map((r) => r.nomor).sort(), 'each answer left once');
  assert.deepEqual(await h.stop(), { code: 0, signal: null });
  assert.equal(back.submits.length, 7, 'and none came later');
  await back.kill();
});

test('a bind lost in the middle of a window: an emergency is sent again until the telco has it', async () => {
  const { own, h } = await small();
  own.answer = () => null;
  await own.deliver(kader, 'RUJUK#Bu Ana#28th#perdarahan#RSUD');
  const urgent = (s) => s.submits.filter((x) => /RUJUK/.test(x.text));
  await waitFor('it is under way', () => urgent(own).length);
  const to = urgent(own)[0].to;
  await own.kill();
  const back = await new Smsc().start(own.port);
  await back.bound();
  await waitFor('it comes again', () => urgent(back).some((s) => s.to === to), 60000);
  assert.deepEqual(await h.stop(), { code: 0, signal: null });
  await back.kill();
});

test('a bind lost while messages are under way: brought again, each is one record and one answer', async () => {
  const { own, h } = await small();
  const names = Array.from({ length: 20 }, child);
  const redis = h.redisPid();
  process.kill(redis, 'SIGSTOP');
  const deliver = (smsc2) => names.map((n, i) => smsc2.deliver(i % 2 ? kader : secondKader, `TIMBANG ${n} P 14bl 9,2 76`));
  const first = Promise.allSettled(deliver(own));
  await new Promise((done, failed) => own.session.enquire_link({}, (r) => (r.command_status ? failed(r) : done()))); // it has read them all
  await own.kill();
  assert.deepEqual([...new Set((await first).map((r) => r.status))], ['rejected'], 'the SMSC heard nothing');
  process.kill(redis, 'SIGCONT');
  const back = await new Smsc().start(own.port);
  await back.bound();
  const again = await Promise.all(deliver(back));
  assert.deepEqual([...new Set(again.map((r) => r.command_status))], [0]);
  const rows = await Promise.all(names.map((n) => row(h, n)));
  for (const r of rows) await back.sms(r.reporter ?? kader, new RegExp(r.nomor)).catch(() => back.sms(secondKader, new RegExp(r.nomor), 100));
  assert.equal(h.query('SELECT count(*) AS n FROM record')[0].n, names.length);
  assert.deepEqual(await h.stop(), { code: 0, signal: null });
  assert.equal(back.submits.length, names.length, 'one answer each');
  await back.kill();
});

test('silence is broken by enquire_link', async () => {
  const n = smsc.enquiries;
  await waitFor('enquire_link', () => smsc.enquiries > n, 10000);
});

test('parts that were acknowledged outlive a kill, and what is missing is marked in time', async () => {
  const own = await new Smsc().start();
  // Long enough for a start on a slow machine: the parts before the kill wait for the last one.
  const h = await new Gateway({
    patch: (yaml) => withTelko(own.port).patch(yaml).replace('limits: {', 'limits: {parts: 20s, '),
  }).start();
  await own.bound();
  const name = child();
  const parts = Smsc.parts(`TIMBANG ${name} P 14bl 9,2 76`, 16, { ref: 3 });
  for (const p of parts.slice(0, -1)) assert.equal((await own.deliver(kader, p.text, p.fields)).command_status, 0);
  await h.kill();
  await h.start();
  await own.bound();
  const last = parts.at(-1);
  assert.equal((await own.deliver(kader, last.text, last.fields)).command_status, 0);
  await row(h, name);
  // The second half never comes.
  const half = Smsc.parts('BANTUAN BANTUAN', 8, { ref: 4 })[0];
  await own.deliver(kader, half.text, half.fields);
  await waitFor('it is handed over', async () => /smpp_incomplete_total 1/.test(await h.metrics()));
  await waitFor('nothing is left on disk', () => fs.statSync(path.join(h.folder, 'var/parts/now')).size === 0);
  assert.deepEqual(await h.stop(), { code: 0, signal: null });
  await own.kill();
});

test('two binds, one for each way', async () => {
  const own = await new Smsc().start();
  const h = await new Gateway(withTelko(own.port, ', bind: tx+rx')).start();
  await own.bound(2);
  assert.deepEqual(own.sessions.map((s) => s.bind.command).sort(), ['bind_receiver', 'bind_transmitter']);
  const name = child();
  await own.deliver(kader, `TIMBANG ${name} P 14bl 9,2 76`);
  const r = await row(h, name);
  await own.sms(kader, new RegExp(r.nomor));
  assert.deepEqual(await h.stop(), { code: 0, signal: null });
  assert.equal(own.unbinds, 2);
  await own.kill();
});

test('a wrong password is said plainly, and asked again later', async () => {
  const own = await new Smsc({ password: 'other' }).start();
  const h = await new Gateway(withTelko(own.port)).start();
  await waitFor('the log says so', () => /smpp_bind_refused/.test(h.process.err));
  assert.match(h.process.err, /RINVPASWD/);
  assert.doesNotMatch(h.process.err, /"password"\s*:/);
  assert.deepEqual(await h.stop(), { code: 0, signal: null });
  await own.kill();
});

test('a program that is no SMSC is left alone', async () => {
  const server = net.createServer((s) => s.on('error', () => {}).write('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const port = await freePort();
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  const h = await new Gateway(withTelko(port)).start();
  await waitFor('the log says so', () => /impossible length/.test(h.process.err));
  assert.deepEqual(await h.stop(), { code: 0, signal: null });
  server.close();
});
