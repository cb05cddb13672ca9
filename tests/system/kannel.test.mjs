// kannel.test.mjs - a real Kannel as the aggregator, both ways: an SMS in by get-url, the answer out by sendsms,
// its delivery report back.  Debian's bearerbox and smsbox, and the fakesmsc of kannel-extras as the telco.  And
// Kannel as the neighbour: another client of the SMSC that we are bound to.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import { after, test } from 'node:test';
import { Gateway, freePort, kader, newName, nomorOf, secondKader, start, waitFor } from './lib.mjs';
import { Kannel } from './kannel.mjs';
import { Smsc } from './smsc.mjs';

const fakesmsc = ['/usr/lib/kannel/test/fakesmsc', '/usr/lib/kannel/fakesmsc'].find((f) => fs.existsSync(f));
const ends = [];
after(async () => {
  for (const end of ends.reverse()) await end();
});

test('an SMS goes in through Kannel, the answer comes out through it, and its delivery report back', async () => {
  const [listen, sendsms, port] = await Promise.all(Array.from({ length: 3 }, freePort));
  const g = new Gateway({
    patch: (yaml) =>
      yaml
        .replace(/^listen:.*$/m, `listen: 127.0.0.1:${listen}\npublic_url: "http://127.0.0.1:${listen}"`)
        .replace('127.0.0.1:13013', `127.0.0.1:${sendsms}`),
  });
  await g.start();
  const kannel = new Kannel(g.folder, {
    sendsms,
    smsc: { smsc: 'fake', 'smsc-id': 'telco', port, 'connect-allow-ip': '127.0.0.1' },
    service: {
      'get-url': `http://127.0.0.1:${listen}/sms/kannel?id=%I&from=%p&to=%P&text=%b&ts=%T&charset=%C&coding=%c`,
      'max-messages': 0,
    },
  });
  ends.push(() => kannel.stop());
  await kannel.start();

  const telco = start(fakesmsc, ['-H', '127.0.0.1', '-r', String(port), '-i', '0.1', '-m', '1', '-v', '0', `${kader} 98120 text TIMBANG Citra Kirana P 14bl 9,2 76`]);
  ends.push(() => telco.kill());

  const [row] = await waitFor('the record', () => {
    const rows = g.query("SELECT * FROM record WHERE provider = 'kannel'");
    return rows.length && rows;
  });
  assert.equal(row.reporter, kader);
  assert.equal(JSON.parse(row.fields).nama, 'Citra Kirana');
  assert.ok(row.message_id.length > 0);
  await waitFor('the answer at the telco', () => telco.out.includes(row.nomor) || telco.err.includes(row.nomor));
  await waitFor('the delivery report', async () => (await g.reason('dlr')) >= 1);
  assert.equal(await g.reason('dlr_unknown'), 0);
  await waitFor('it ends in the record of the SMS', () => g.log(`SELECT * FROM message_out WHERE nomor = '${row.nomor}' AND state = 'delivered'`).length === 1);
  assert.equal(nomorOf(row.nomor), row.nomor);
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
});

// A node-smpp that serves two, as an SMSC does: by the short code that was written to.
test('Kannel beside us on one SMSC: both answer their own, nothing mixes', async () => {
  const codes = { u: '98120', kannel: '98121' };
  const smsc = await new Smsc().start();
  const bound = (id) => smsc.sessions.find((s) => s.bind.system_id === id);
  const g = await new Gateway({
    patch: (yaml) => yaml.replace(/^providers:$/m, `providers:\n  telko: {dialect: smpp, host: 127.0.0.1, port: ${smsc.port}, system_id: u, password: p, window: 50}`),
  }).start();
  ends.push(() => smsc.kill());
  // The neighbour's service says back what it was asked.
  const asked = [];
  const service = http.createServer((req, res) => {
    const q = new URL(req.url, 'http://x').searchParams;
    asked.push(q.get('text'));
    res.setHeader('Content-Type', 'text/plain');
    res.end(`Tetangga: ${q.get('text')}`);
  });
  await new Promise((done) => service.listen(0, '127.0.0.1', done));
  ends.push(() => service.close());
  const kannel = new Kannel(g.folder, {
    smsc: { smsc: 'smpp', 'smsc-id': 'telko', host: '127.0.0.1', port: smsc.port, 'smsc-username': 'kannel', 'smsc-password': 'p', 'system-type': 'VMA', 'transceiver-mode': 'true', 'max-pending-submits': 50 },
    service: { 'get-url': `http://127.0.0.1:${service.address().port}/?text=%b`, 'max-messages': 1 },
  });
  ends.push(() => kannel.stop());
  await kannel.start();
  await waitFor('both are bound', () => bound('u') && bound('kannel'));

  // The two take turns, all at once under way; the same phones write to both, as people do.
  const own = Array.from({ length: 40 }, () => newName().replace(/\b\w/g, (c) => c.toUpperCase()));
  const theirs = own.map((_, i) => `INFO cuaca ${i}`);
  const phone = (i) => [kader, secondKader][i % 2];
  const said = await Promise.all(
    own.flatMap((name, i) => [
      smsc.deliver(phone(i), `TIMBANG ${name} P 14bl 9,2 76`, { destination_addr: codes.u }, bound('u')),
      smsc.deliver(phone(i), theirs[i], { destination_addr: codes.kannel }, bound('kannel')),
    ]),
  );
  assert.deepEqual([...new Set(said.map((r) => r.command_status))], [0]);
  const submits = (id) => smsc.submits.filter((s) => s.session.bind.system_id === id);
  await waitFor('all answers', () => submits('u').length >= own.length && submits('kannel').length >= theirs.length);

  const records = await waitFor('all records', () => {
    const rows = g.query("SELECT nomor, json_extract(fields, '$.nama') AS nama, reporter FROM record WHERE provider = 'telko'");
    return rows.length >= own.length && rows;
  });
  assert.deepEqual(records.map((r) => r.nama).sort(), [...own].sort());
  for (const r of records) {
    assert.equal(r.reporter, phone(own.indexOf(r.nama)));
    const answers = submits('u').filter((s) => nomorOf(s.text) === r.nomor);
    assert.deepEqual(answers.map((s) => `+${s.to}`), [r.reporter], `one answer to ${r.nama}, to who wrote`);
  }
  assert.deepEqual(asked.sort(), [...theirs].sort());
  assert.deepEqual(submits('kannel').map((s) => s.text).sort(), theirs.map((t) => `Tetangga: ${t}`).sort());
  assert.equal(submits('u').length, own.length);
  assert.deepEqual([...new Set(submits('u').map((s) => s.pdu.source_addr))], [codes.u]);
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
});
