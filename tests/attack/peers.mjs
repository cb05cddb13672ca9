// peers.mjs - providers that misbehave: what they send us, and how they take our SMS.  The emergency beside it goes by
// another provider; where it must go by this one, the row says so.
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { attack, bidan, form, kader, newName, preload, request, rss, sleep, waitFor } from './lib.mjs';
import { Smsc } from '../system/smsc.mjs';

const telko = (port, more = '') => (y) => y.replace(/^providers:$/m, `providers:\n  telko: {dialect: smpp, host: 127.0.0.1, port: ${port}, system_id: u, password: p, window: 20${more}}`);
const pdu = (id, sequence, body = Buffer.alloc(0), length = 16 + body.length) => {
  const head = Buffer.alloc(16);
  [length, id, 0, sequence].forEach((v, i) => head.writeUInt32BE(v >>> 0, i * 4));
  return Buffer.concat([head, body]);
};
const rawSocket = (smsc) => smsc.session.socket.socket ?? smsc.session.socket;

for (const [name, f] of [
  ['an SMSC floods with enquire_link', (i) => pdu(0x15, i)],
  ['an SMSC floods with PDUs that nobody knows', (i) => pdu(0x7777, i, Buffer.alloc(200, 1))],
  ['an SMSC floods with responses to nothing', (i) => pdu(0x80000004, i, Buffer.from('abc\0'))],
  ['an SMSC floods with receipts of unknown SMS', (i) => Smsc.deliverSm('+6281234567', `id:${i} sub:001 dlvrd:001 submit date:2611290101 done date:2611290102 stat:DELIVRD err:000 text:x`, { sequence: i, esm: 4 })],
]) {
  const smsc = await new Smsc().start();
  await attack(name, { patch: telko(smsc.port) }, async (g) => {
    await smsc.bound();
    const s = rawSocket(smsc);
    s.on('error', () => {});
    let sent = 0;
    const until = Date.now() + 6000;
    while (Date.now() < until && sent < 300000 && !s.destroyed) {
      const batch = Buffer.concat(Array.from({ length: 200 }, () => f(100 + sent++)));
      if (!s.write(batch)) await Promise.race([new Promise((d) => s.once('drain', d)), sleep(200)]);
      await sleep(0);
    }
    return { sent, rss_MB: rss(g.process.pid) };
  });
  await smsc.kill();
}

for (const [name, speak] of [
  ['a port that takes the connection and says nothing', () => {}],
  ['a port that speaks HTTP', (s) => s.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')],
  ['an SMSC that announces a PDU of 2 GB', (s) => s.write(pdu(0x80000009, 1, Buffer.alloc(64), 0x7fffffff))],
  ['an SMSC that drips its PDU, a byte in 300 ms', (s) => {
    let i = 0;
    const t = setInterval(() => s.write(Buffer.from([i++ === 2 ? 1 : 0])), 300);
    s.on('close', () => clearInterval(t));
  }],
  ['an SMSC that hangs up at once', (s) => s.destroy()],
]) {
  let calls = 0;
  const server = net.createServer((s) => (calls++, s.on('error', () => {}), speak(s)));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  await attack(name, { patch: telko(server.address().port) }, async (g) => {
    const said = g.process.err.length;
    await sleep(5000);
    return { calls, log_kB: Math.round((g.process.err.length - said) / 1024) };
  });
  server.close();
}

// Everything that is sent goes by one provider, another helps out; how long until an emergency has reached it, and how
// often?  Expected: within two seconds, and by each of them once at most.
const ask = (g, from, text, id) => request('GET', `${g.url}/sms/${g.door ?? 'kannel'}?${form({ id, from, to: '98120', text })}`, { fresh: true });
const soon = (answer, ms) => (res) => setTimeout(() => answer(res), ms);
const taken = (res) => res.writeHead(202).end('0: Accepted for delivery');
const never = () => {};

async function kannel(answer) {
  const k = { got: [], said: 0, stop: () => (server.closeAllConnections(), server.close()) };
  const server = http.createServer((req, res) => {
    const parts = [];
    req.on('data', (d) => parts.push(d)).on('end', () => (k.got.push({ text: Buffer.concat(parts).toString(), at: Date.now() }), answer(res)));
    res.on('finish', () => k.said++);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return Object.assign(k, { port: server.address().port });
}
const byHttp = (port, more = '', host = '127.0.0.1') => `{dialect: kannel, allow: [127.0.0.1]${more}, send: {url: "http://${host}:${port}/", username: u, password: p}}`;
const list = (lines) => Object.entries(lines).map(([name, line]) => `\n  ${name}: ${line}`).join('');
const providers = (lines) => (y) => y.replace(/^ {2}kannel:.*$/m, list(lines).slice(1));

// Emergencies, `at_once` of them, `times` times; the row of what became of each.  all: who may have sent it.
async function alarms(g, all, { times = 3, at_once = 1, before = 3 } = {}) {
  const waits = [], copies = [];
  for (let i = 0; i < before; i++) await ask(g, `+62815${5000000 + i}`, 'FORMAT TIMBANG', `a-${i}`);
  await waitFor('it is known how long it takes', () => !all[0].tells || all[0].said >= before, 60000);
  const told = (who) => all.map((k) => k.got.filter((s) => s.text.toLowerCase().includes(who) && s.text.includes('TERIMA')));
  for (let i = 0; i < times; i++) {
    const names = Array.from({ length: at_once }, () => newName());
    await Promise.all(names.map(async (who, k) => {
      const began = Date.now();
      await ask(g, kader, `RUJUK Bu ${who} 28th perdarahan`, `e-${i}-${k}`);
      // What was handed to one that hangs is not told: the last of the chain that answers is who tells.
      waits.push(await waitFor('it goes', () => told(who).at(-1)[0] ?? (all[0].tells && told(who)[0][0]), 30000).then((s) => s.at - began, () => 'never'));
      copies.push(() => Math.max(...told(who).map((l) => l.length)));
    }));
  }
  const worst = waits.some((w) => w === 'never') ? 'never' : Math.max(...waits);
  return { alarms: waits.length, told_after_ms: waits.length > 5 ? [worst] : waits, by_one_at_most: Math.max(...copies.map((f) => f())), handed: all.map((k) => k.got.filter((s) => s.text.includes('TERIMA')).length), rss_MB: rss(g.process.pid) };
}

const drip = (res) => {
  res.writeHead(202);
  const t = setInterval(() => res.write('0'), 500);
  res.on('close', () => clearInterval(t));
};
const endless = (res) => {
  res.writeHead(202);
  const more = () => { while (res.write(Buffer.alloc(65536, 'x'))); };
  res.on('drain', more).on('error', () => {});
  more();
};
for (const [name, answers, options] of [
  ['a Kannel that never answers, another helps out', [never, taken]],
  ['a Kannel that drips its answer, another helps out', [drip, taken]],
  ['a Kannel that says 503 to all, another helps out', [(res) => res.writeHead(503).end('no'), taken]],
  ['a Kannel that says 429 to all, another helps out', [(res) => res.writeHead(429, { 'Retry-After': '60' }).end('no'), taken]],
  ['a Kannel whose answer has no end, another helps out', [endless, taken]],
  ['a Kannel that never answers, 40 emergencies at once, another helps out', [never, taken], { times: 1, at_once: 40 }],
  ['a Kannel that never answers, its window full of answers, another helps out', [never, taken], { before: 30 }],
  ['two that never answer, a third helps out', [never, never, taken]],
  ['a Kannel that needs 900 ms, another could help', [soon(taken, 900), taken], { tells: true }],
  ['a Kannel that needs 1.8 s, another could help', [soon(taken, 1800), taken], { tells: true, before: 12 }],
  ['a Kannel that needs 1.8 s and one that needs 1 s', [soon(taken, 1800), soon(taken, 1000)], { tells: true, before: 0 }],
]) {
  const all = await Promise.all(answers.map(kannel));
  all[0].tells = options?.tells;
  const lines = Object.fromEntries(all.map((k, i) => [['kannel', 'kedua', 'ketiga'][i], byHttp(k.port, all[i + 1] ? `, failover: ${['kannel', 'kedua', 'ketiga'][i + 1]}` : '')]));
  await attack(name, { patch: providers(lines), alone: true }, (g) => alarms(g, all, options));
  all.forEach((k) => k.stop());
}

{
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'kentongan-attack-'));
  const flag = path.join(scratch, 'dns');
  fs.writeFileSync(flag, '');
  const helper = await kannel(taken);
  // Who has the sample's people may not send out of this machine; nothing does here, for no name is found.
  const asOurOwn = (g) => {
    const people = path.join(g.folder, 'config/people.csv');
    fs.writeFileSync(people, fs.readFileSync(people, 'utf8').replaceAll(' (contoh)', ''));
  };
  const lines = { kannel: byHttp(1, ', failover: kedua', 'kannel.telko.example'), kedua: byHttp(helper.port) };
  await attack('the name server says nothing, another provider helps out', { patch: providers(lines), prepare: asOurOwn, env: { ...preload('dns'), DNS_HANG_FLAG: flag } }, async (g) => {
    const row = await alarms(g, [{ got: [] }, helper], { times: 5 });
    await sleep(21000); // until attempts are given up
    return row;
  });
  helper.stop();
  fs.rmSync(scratch, { recursive: true, force: true });
}

for (const [name, f] of [
  ['an SMSC that takes SMS and never answers, another helps out', (smsc) => (smsc.answer = () => null)],
  ['an SMSC that throttles all, another helps out', (smsc) => (smsc.answer = () => ({ command_status: 0x58 }))],
  ['an SMSC whose queue is full, another helps out', (smsc) => (smsc.answer = () => ({ command_status: 0x14 }))],
  ['an SMSC whose bind is gone, another helps out', (smsc) => smsc.kill()],
]) {
  const smsc = await new Smsc().start(), helper = await kannel(taken);
  const telko = { telko: `{dialect: smpp, host: 127.0.0.1, port: ${smsc.port}, system_id: u, password: p, failover: kedua, failover_after: 10m}`, masuk: '{dialect: kannel, allow: [127.0.0.1], sms_via: telko}', kedua: byHttp(helper.port) };
  await attack(name, { patch: (y) => y.replace(/^providers:$/m, `providers:${list(telko)}`), alone: true }, async (g) => {
    g.door = 'masuk';
    await smsc.bound();
    await f(smsc);
    return alarms(g, [{ got: smsc.submits }, helper]);
  });
  await smsc.kill().catch(() => {});
  helper.stop();
}

// The bidan has not answered fifty alarms: the next ones reach her all the same, each once.
await attack('a bidan with 50 alarms that she has not answered', {}, async (g) => {
  const all = [];
  for (let i = 0; i < 50; i++) {
    all.push(newName());
    await g.sms(kader, `RUJUK Bu ${all[i]} 28th perdarahan`, `u-${i}`);
  }
  const told = async () => (await g.inbox(bidan)).filter((s) => /^RUJUK \d+ E1/.test(s.text)).map((s) => s.text.toLowerCase());
  await waitFor('all are told', async () => ((t) => all.every((who) => t.some((x) => x.includes(who))))(await told()), 10000);
  const texts = await told();
  return { alarms: all.length, twice: all.filter((who) => texts.filter((t) => t.includes(who)).length > 1).length };
});

{
  const smsc = await new Smsc().start();
  await attack('an SMSC throttles for 6 s while 100 answers wait, then an emergency', { patch: (y) => telko(smsc.port)(y).replace(/^default_provider:.*$/m, 'default_provider: telko'), alone: true }, async (g) => {
    await smsc.bound();
    let throttled = true;
    smsc.answer = () => (throttled ? { command_status: 0x58 } : {});
    for (let i = 0; i < 100; i++) await smsc.deliver(`+62813${4000000 + i}`, 'FORMAT TIMBANG');
    const who = newName(), began = Date.now();
    await smsc.deliver(kader, `RUJUK Bu ${who} 28th perdarahan`);
    const to = (s) => s.to?.endsWith('81200000002') && s.text.toLowerCase().includes(who);
    const tried = await waitFor('it is tried', () => smsc.submits.find(to), 20000);
    await sleep(6000 - (Date.now() - began));
    throttled = false;
    const from = Date.now();
    const told = await waitFor('it is taken', () => smsc.submits.find((s) => to(s) && s.at > from), 30000);
    return { tried_after_ms: tried.at - began, taken_after_the_end_ms: told.at - from, asked: smsc.submits.length };
  });
  await smsc.kill();
}
process.exit(0);
