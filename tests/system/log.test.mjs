// log.test.mjs - the message log: what came in, what it was understood as, what went out and what became of it,
// by the emulator, Kannel's way and node-smpp; found by text and by `ctl trace`; whole after kills.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, bidan, kader, newName, nomorOf, request, sleep, waitFor } from './lib.mjs';
import { Smsc } from './smsc.mjs';

const capital = (name) => name.replace(/\b\w/g, (c) => c.toUpperCase());
const child = () => capital(newName());
const inOf = (g, name) => waitFor(`${name} in the log`, () => g.log(`SELECT * FROM message_in WHERE text LIKE '%${name}%'`)[0]);
const outOf = (g, cause, state) =>
  waitFor(`an SMS of it ${state}`, () => g.log(`SELECT * FROM message_out WHERE cause = '${cause}' AND state = '${state}'`)[0]).catch((e) => {
    throw new Error(`${e.message}\n${JSON.stringify(g.log(`SELECT state, why, parts, provider FROM message_out WHERE cause = '${cause}'`))}`);
  });

let smsc, g, kannel, sends;
before(async () => {
  smsc = await new Smsc().start();
  // What takes an SMS as Kannel's sendsms does.
  sends = [];
  kannel = http.createServer((req, res) => {
    let body = '';
    req.on('data', (d) => (body += d));
    req.on('end', () => {
      sends.push({ headers: req.headers, body });
      res.writeHead(202).end('0: Accepted for delivery');
    });
  });
  await new Promise((done) => kannel.listen(0, '127.0.0.1', done));
  g = await new Gateway({
    patch: (yaml) =>
      yaml
        .replace('127.0.0.1:13013', `127.0.0.1:${kannel.address().port}`)
        .replace(/^listen:.*$/m, (line) => `${line}\npublic_url: "http://127.0.0.1:1"`)
        .replace(/^providers:$/m, `providers:\n  telko: {dialect: smpp, host: 127.0.0.1, port: ${smsc.port}, system_id: u, password: p, window: 100, enquire_link: 1s}`),
  }).start();
  await smsc.bound();
});
after(async () => {
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
  await smsc.kill();
  kannel.close();
});

test('a report stands in the log with what it was understood as, its answer, and is found by a word', async () => {
  const name = child();
  const answer = await g.say(kader, `TIMBANG ${name} P 14bl 9,2 76`);
  const nomor = nomorOf(answer);
  const row = await inOf(g, name);
  assert.deepEqual([row.kind, row.provider, row.sender, row.recipient, row.reason], ['sms', 'emulator', kader, '98120', 'accepted']);
  const [record] = JSON.parse(row.understood).filter((r) => r.row === 'record');
  assert.deepEqual([record.nomor, record.form, record.fields.nama, record.fields.bb], [nomor, 'timbang', name, 9.2]);
  assert.equal(g.query(`SELECT nomor FROM record WHERE id = '${record.id}'`)[0].nomor, nomor);
  const out = await outOf(g, row.id, 'sent');
  assert.deepEqual([out.recipient, out.class, out.nomor, out.text, out.provider], [kader, 'answer', nomor, answer, 'emulator']);
  const word = name.split(' ')[0];
  assert.deepEqual(
    g.log(`SELECT i.uuid FROM message_in_text JOIN message_in AS i ON i.id = message_in_text.rowid WHERE message_in_text MATCH '${word}'`),
    [{ uuid: row.uuid }],
  );
  assert.equal(g.log(`SELECT count(*) AS n FROM message_out WHERE nomor = '${nomor}'`)[0].n, 1);
});

test('trace tells the life of a number without numbers and names, and reveals them when told to', async () => {
  const name = child();
  const nomor = nomorOf(await g.say(kader, `TIMBANG ${name} P 14bl 9,2 76`));
  await outOf(g, (await inOf(g, name)).id, 'sent');
  const plain = g.ctl('trace', nomor);
  assert.match(plain, /< sms from P-[0-9A-F]{4} by emulator {2}accepted/);
  assert.match(plain, new RegExp(`= record ${nomor} timbang v1 valid {2}id [0-9a-f-]{36}`));
  assert.match(plain, /> answer to P-[0-9A-F]{4} by emulator:0 {2}sent/);
  assert.match(plain, /^now: a report of form timbang/m);
  assert.ok(!plain.includes('812000') && !plain.includes(name), plain);
  const told = g.ctl('trace', nomor, '--reveal');
  assert.ok(told.includes(kader) && told.includes(`TIMBANG ${name}`) && told.includes('"bb":9.2'), told);
  assert.throws(() => g.ctl('trace', '48217'), /nothing is known of this number/);
  assert.throws(() => g.ctl('trace', 'x'), /trace NOMOR/);
});

test('trace says of a referral whether it goes on or has ended', async () => {
  const nomor = nomorOf(await g.say(kader, `BUMIL ${child()} 28 150/95 perdarahan`));
  const now = () => /^now:.*/m.exec(g.ctl('trace', nomor))[0];
  assert.match(now(), / urgency E1 at level \S+, referral sent$/);
  for (const [word, is] of [['SIAP', 'taken'], ['HADIR', 'arrived'], ['SELESAI', 'ended: done']]) {
    await g.say(bidan, `${word} ${nomor}`);
    assert.ok(now().endsWith(`, referral ${is}`), now());
  }
});

test('what nobody understood is in the log too', async () => {
  const name = child();
  await g.say(kader, `${name} sudah datang`);
  const row = await inOf(g, name);
  assert.equal(row.reason, 'unknown_keyword');
  assert.equal(row.understood, null);
  await outOf(g, row.id, 'sent');
});

test("Kannel's reports end in the SMS: buffered is sent, delivered stays delivered, twice is once", async () => {
  const name = child();
  const from = `id=log-${process.pid}&from=${encodeURIComponent(kader)}&to=98120&text=${encodeURIComponent(`TIMBANG ${name} P 14bl 9,2 76`)}`;
  assert.equal((await request('GET', `${g.url}/sms/kannel?${from}`)).status, 200);
  const { id: cause } = await inOf(g, name);
  const { uuid } = await outOf(g, cause, 'sent');
  assert.ok(sends.some((s) => JSON.stringify(s).includes(uuid)), 'Kannel was told where to report to');
  const report = async (type, id = 'theirs') => assert.equal((await request('GET', `${g.url}/dlr/kannel?uuid=${uuid}&id=${id}&type=${type}`)).status, 200);
  await report(8);
  await report(4);
  await waitFor('both reports', () => g.log(`SELECT state FROM message_part WHERE uuid = '${uuid}'`)[0]?.state === 'accepted');
  assert.equal((await outOf(g, cause, 'sent')).uuid, uuid);
  await report(1);
  await outOf(g, cause, 'delivered');
  await report(1);
  await report(2);
  await waitFor('they are through', async () => /sink_stored_total\{sink="log"\}/.test(await g.metrics()) && g.redis('xlen', '{19.06}st:log').trim() === '0');
  await outOf(g, cause, 'delivered');
});

test('a report for nothing that we know harms nothing', async () => {
  assert.equal((await request('GET', `${g.url}/dlr/kannel?uuid=nobody&id=nobody&type=1`)).status, 200);
  await waitFor('it is kept', () => g.log("SELECT * FROM message_part WHERE their_id = 'nobody'").length === 1);
});

const receipt = (id, stat) => smsc.deliver(kader, `id:${id} sub:001 dlvrd:001 submit date:2611210900 done date:2611210901 stat:${stat} err:000 text:x`, { esm_class: 4 });

test('receipts by SMPP: before the response, hex for decimal; delivered and failed', async () => {
  for (const [stat, state] of [['DELIVRD', 'delivered'], ['UNDELIV', 'failed']]) {
    const name = child();
    const receipts = [];
    smsc.answer = (s, session) => {
      setImmediate(() => receipts.push(receipt(parseInt(s.id, 16), stat)));
      setTimeout(() => session.send(s.pdu.response({ message_id: s.id.toUpperCase() })), 200);
      return null;
    };
    await smsc.deliver(kader, `TIMBANG ${name} P 14bl 9,2 76`);
    const out = await outOf(g, (await inOf(g, name)).id, state);
    assert.equal(out.provider, 'telko');
    assert.equal(out.parts, 1);
    for (const r of await Promise.all(receipts)) assert.equal(r.command_status, 0);
    smsc.answer = () => ({});
  }
});

test('kills between commit, answer and log lose nothing and double nothing', async () => {
  const names = [];
  let stop = false;
  const work = async (k) => {
    for (let i = 0; !stop; i++) {
      const name = child();
      try {
        if ((await g.sms(`+628120000000${k}`, `TIMBANG ${name} P 14bl 9,2 76`, `log-kill-${k}-${i}`)).status === 200) names.push(name);
      } catch {
        await sleep(20);
      }
      await sleep(2);
    }
  };
  const workers = [1, 8, 9].map(work);
  for (let kill = 0; kill < 4; kill++) {
    const had = names.length;
    await waitFor('some went in', () => names.length > had + 15);
    await g.kill();
    await g.start();
  }
  stop = true;
  await Promise.all(workers);
  const counts = () => g.log("SELECT count(*) AS n, count(DISTINCT provider_id) AS ids FROM message_in WHERE provider_id LIKE 'log-kill-%' AND reason = 'accepted'")[0];
  const records = () => g.query("SELECT count(*) AS n FROM record WHERE message_id LIKE 'log-kill-%'")[0].n;
  await waitFor('all is in the log', () => counts().n >= names.length && counts().n === records());
  assert.deepEqual(counts(), { n: records(), ids: records() });
  await waitFor('every answer has an end', () => g.log(
    `SELECT count(*) AS n FROM message_out AS o JOIN message_in AS i ON i.id = o.cause
     WHERE i.provider_id LIKE 'log-kill-%' AND o.state NOT IN ('sent', 'parked')`)[0].n === 0);
  assert.equal(g.log("SELECT count(*) AS n FROM message_out WHERE state = 'parked' AND why NOT IN ('unknown')")[0].n, 0);
});

test('nobody else may read it, and nothing of it had to be parked', () => {
  assert.equal(g.redis('exists', '{19.06}parked:log').trim(), '0');
  for (const end of ['', '-wal', '-shm'])
    assert.equal(fs.statSync(path.join(g.folder, `var/${g.logFile}${end}`)).mode & 0o777, 0o600, end);
});
