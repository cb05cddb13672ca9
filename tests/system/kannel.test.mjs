// kannel.test.mjs - a real Kannel as the aggregator, both ways: an SMS in by get-url, the answer out by sendsms,
// its delivery report back.  Debian's bearerbox and smsbox, and the fakesmsc of kannel-extras as the telco.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { Gateway, Hopeless, freePort, kader, nomorOf, portOpen, start, waitFor } from './lib.mjs';

const fakesmsc = ['/usr/lib/kannel/test/fakesmsc', '/usr/lib/kannel/fakesmsc'].find((f) => fs.existsSync(f));
const started = [];
after(async () => {
  for (const c of started.reverse()) {
    if (!c.how) c.kill('SIGTERM');
    await Promise.race([c.ended, new Promise((done) => setTimeout(done, 3000).unref())]);
    if (!c.how) c.kill('SIGKILL');
  }
});

test('an SMS goes in through Kannel, the answer comes out through it, and its delivery report back', async () => {
  const [listen, admin, smsbox, sendsms, smsc] = await Promise.all(Array.from({ length: 5 }, freePort));
  const g = new Gateway({
    patch: (yaml) =>
      yaml
        .replace(/^listen:.*$/m, `listen: 127.0.0.1:${listen}\npublic_url: "http://127.0.0.1:${listen}"`)
        .replace('127.0.0.1:13013', `127.0.0.1:${sendsms}`),
  });
  const kannel = path.join(g.folder, 'kannel.conf');
  fs.writeFileSync(
    kannel,
    `group = core
admin-port = ${admin}
admin-password = x
smsbox-port = ${smsbox}
box-allow-ip = 127.0.0.1
log-level = 0
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = telco
port = ${smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${sendsms}
global-sender = 98120
log-level = 0

group = sendsms-user
username = u
password = p
max-messages = 3

group = sms-service
keyword = default
get-url = "http://127.0.0.1:${listen}/sms/kannel?id=%I&from=%p&to=%P&text=%b&ts=%T&charset=%C&coding=%c"
max-messages = 0
catch-all = true
`,
  );
  await g.start();
  const spawnBox = (name) => {
    const c = start(name, ['-v', '1', kannel]);
    started.push(c);
    return c;
  };
  const bearer = spawnBox('bearerbox');
  await waitFor('bearerbox listens for its SMSC', async () => {
    if (bearer.how) throw new Hopeless(bearer.err);
    return portOpen(smsbox);
  });
  spawnBox('smsbox');
  await waitFor('smsbox listens', () => portOpen(sendsms));

  const telco = start(fakesmsc, ['-H', '127.0.0.1', '-r', String(smsc), '-i', '0.1', '-m', '1', '-v', '0', `${kader} 98120 text TIMBANG Citra Kirana P 14bl 9,2 76`]);
  started.push(telco);

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
  assert.equal(nomorOf(row.nomor), row.nomor);
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
});
