// peers.mjs - providers that misbehave: what they send us, and how they take our SMS.  The emergency beside it goes by
// another provider; where it must go by this one, the row says so.
import http from 'node:http';
import net from 'node:net';
import { attack, form, kader, newName, request, rss, sleep, waitFor } from './lib.mjs';
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

// Everything that is sent goes by this Kannel, another helps out; how long until an emergency has reached it?
const ask = (g, from, text, id) => request('GET', `${g.url}/sms/kannel?${form({ id, from, to: '98120', text })}`, { fresh: true });

for (const [name, answer] of [
  ['a Kannel that never answers, another helps out', () => {}],
  ['a Kannel that drips its answer, another helps out', (res) => {
    res.writeHead(202);
    const t = setInterval(() => res.write('0'), 500);
    res.on('close', () => clearInterval(t));
  }],
  ['a Kannel that says 503 to all, another helps out', (res) => res.writeHead(503).end('no')],
  ['a Kannel whose answer has no end, another helps out', (res) => {
    res.writeHead(202);
    const more = () => { while (res.write(Buffer.alloc(65536, 'x'))); };
    res.on('drain', more).on('error', () => {});
    more();
  }],
]) {
  let asked = 0;
  const helped = [];
  const listen = async (f) => {
    const server = http.createServer((req, res) => {
      const parts = [];
      req.on('data', (d) => parts.push(d)).on('end', () => f(res, Buffer.concat(parts).toString()));
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    return server;
  };
  const server = await listen((res) => (asked++, answer(res)));
  const helper = await listen((res, text) => (helped.push({ text, at: Date.now() }), res.writeHead(202).end('0: Accepted for delivery')));
  const patch = (y) => y.replace(/^ {2}kannel:.*$/m, `  kannel: {dialect: kannel, allow: [127.0.0.1], failover: cadangan, send: {url: "http://127.0.0.1:${server.address().port}/", username: u, password: p}}\n  cadangan: {dialect: kannel, allow: [127.0.0.1], send: {url: "http://127.0.0.1:${helper.address().port}/", username: u, password: p}}`);
  await attack(name, { patch, alone: true }, async (g) => {
    const waits = [];
    for (let i = 0; i < 3; i++) await ask(g, kader, 'FORMAT TIMBANG', `a-${i}`);
    for (let i = 0; i < 3; i++) {
      const who = newName(), began = Date.now();
      await ask(g, kader, `RUJUK Bu ${who} 28th perdarahan`, `e-${i}`);
      waits.push(await waitFor('it goes', () => helped.find((s) => s.text.toLowerCase().includes(who) && s.text.includes('TERIMA')), 30000).then((s) => s.at - began, () => 'never'));
    }
    return { told_after_ms: waits, asked, rss_MB: rss(g.process.pid) };
  });
  for (const s of [server, helper]) (s.closeAllConnections(), s.close());
}

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
