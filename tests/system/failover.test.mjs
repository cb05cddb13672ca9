// failover.test.mjs - the SMSC of a provider dies: what waits goes by the other provider, once, and comes back
// when the bind stands again.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { Gateway, bidan, form, kader, request, waitFor } from './lib.mjs';
import { Smsc } from './smsc.mjs';

let g, smsc, other;
const got = []; // what the other provider was handed: {to, text}

before(async () => {
  smsc = await new Smsc().start();
  other = http.createServer((req, res) => {
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('end', () => {
      got.push({ to: req.headers['x-kannel-to'], text: Buffer.concat(parts).toString() });
      res.writeHead(202).end('0: Accepted for delivery');
    });
  });
  await new Promise((done) => other.listen(0, '127.0.0.1', done));
  g = new Gateway({
    patch: (yaml) =>
      yaml
        .replace(
          /^providers:$/m,
          `providers:
  telko: {dialect: smpp, host: 127.0.0.1, port: ${smsc.port}, system_id: u, password: p, failover: cadangan, failover_after: 300ms}
  masuk: {dialect: kannel, allow: [127.0.0.1], sms_via: telko}
  cadangan: {dialect: kannel, allow: [127.0.0.1], send: {url: "http://127.0.0.1:${other.address().port}/", username: u, password: p}}`,
        )
        .replace(/^default_provider:.*$/m, 'default_provider: telko'),
  });
  await g.start();
  await smsc.bound();
});
after(async () => {
  await g.stop();
  await smsc.kill();
  other.close();
  other.closeAllConnections?.();
});

const say = async (from, text, id) => {
  const q = form({ from, to: '98120', text, id, smsc: 'x', ts: '1' });
  const r = await request('GET', `${g.url}/sms/masuk?${q}`);
  assert.equal(r.status, 200, r.body);
};
const circuit = async () => Number(/kentongan_provider_circuit\{provider="telko"\} (\d)/.exec(await g.metrics())?.[1]);

test('with its bind it sends by itself', async () => {
  await say(kader, 'TIMBANG Siti Satu P 14bl 9,2 76', 'f1');
  await smsc.sms(kader, /Diterima/);
  assert.equal(got.length, 0);
  assert.equal(await circuit(), 0);
});

test('its bind is gone: answers and emergencies go by the other, each once', async () => {
  const { port } = smsc;
  await smsc.kill();
  for (let i = 0; i < 5; i++) await say(kader, `TIMBANG Anak ${'abcde'[i]}nak P 14bl 9,${i} 76`, `g${i}`);
  await say(kader, 'RUJUK Bu Ana 28th perdarahan', 'g-e1');
  const answers = () => got.filter((s) => s.to === kader).length;
  await waitFor('six answers', () => answers() >= 6);
  await waitFor('the emergency', () => got.some((s) => s.to === bidan && /E1/.test(s.text)));
  assert.equal(await circuit(), 1);
  assert.match(await g.metrics(), /kentongan_sms_failover_total\{provider="telko"\} 0/);
  assert.match(await g.metrics(), /kentongan_sms_failover_total\{provider="cadangan"\} [1-9]/);
  smsc = await new Smsc().start(port);
  await smsc.bound();
  await waitFor('probing', async () => (await circuit()) === 2);
  await say(kader, 'BANTUAN', 'h1');
  await smsc.sms(kader); // it is the probe
  await waitFor('well again', async () => (await circuit()) === 0);
  const before = got.length;
  await say(kader, 'TIMBANG Budi Dua L 20bl 10,2 80', 'h2');
  await smsc.sms(kader, /Budi Dua/);
  assert.equal(got.length, before);
  for (const s of got) assert.equal(got.filter((o) => o.to === s.to && o.text === s.text).length, 1, s.text);
});

test('a robot that answers each of our SMS hears three of them; its emergency is heard all the same', async () => {
  const robot = '+6289977700001';
  let heard = 0;
  await g.sms(robot, 'Pesan otomatis 0');
  for (;;) {
    const silent = await g.reason('robot');
    const inbox = await waitFor('an answer, or silence', async () => {
      const all = await g.inbox(robot);
      return (all.length > heard || (await g.reason('robot')) > silent || (silent && 'silence')) && all;
    });
    if (inbox.length === heard) break;
    heard = inbox.length;
    assert.ok(heard <= 3, 'it ends');
    await g.sms(robot, `Pesan otomatis ${heard}, kami segera membalas`);
  }
  assert.equal(heard, 3);
  assert.equal(await g.reason('robot'), 1);
  await g.sms(robot, 'tolong ibu kejang');
  await g.nextSms(robot, /sudah diberi tahu/);
});

for (const [what, name, spoil] of [
  ['whose bind is gone', 'Lia', (silent) => silent.kill()],
  ['that takes SMS and never answers', 'Mira', () => {}],
])
  test(`an emergency does not wait for the patience with an SMSC ${what}`, { timeout: 90000 }, async () => {
    const silent = await new Smsc().start();
    silent.answer = () => null;
    const h = new Gateway({
      patch: (yaml) =>
        yaml
          .replace(
            /^providers:$/m,
            `providers:
  telko: {dialect: smpp, host: 127.0.0.1, port: ${silent.port}, system_id: u, password: p, failover: cadangan, failover_after: 10m}
  masuk: {dialect: kannel, allow: [127.0.0.1], sms_via: telko}
  cadangan: {dialect: kannel, allow: [127.0.0.1], send: {url: "http://127.0.0.1:${other.address().port}/", username: u, password: p}}`,
          )
          .replace(/^default_provider:.*$/m, 'default_provider: telko'),
    });
    await h.start();
    await silent.bound();
    await spoil(silent);
    assert.equal((await request('GET', `${h.url}/sms/masuk?${form({ from: kader, to: '98120', text: `RUJUK Bu ${name} 28th perdarahan`, id: 'p-e1' })}`)).status, 200);
    await waitFor('the emergency', () => got.some((s) => s.to === bidan && s.text.includes(name)), 60000);
    await h.stop();
    await silent.kill();
  });
