// heavy.mjs - memory and time over HTTP: bodies that never end, answers that nobody reads, texts and shapes that are
// hard to read, waiting connections, floods by one number and by one provider.
import net from 'node:net';
import { Worker } from 'node:worker_threads';
import { attack, bidan, crowd, form, kader, newName, port, request, rss, secondKader, sleep, waitFor } from './lib.mjs';

const head = (path, length) => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${length}\r\n\r\n`;

// n connections that send so much of a body and stay; on a thread of their own, or they would slow the telco that is
// measured beside them.
async function hoard(url, path, n, bytes, length) {
  const worker = new Worker(
    `const { parentPort, workerData: d } = require('node:worker_threads');
     const net = require('node:net');
     const body = Buffer.alloc(d.bytes, 'a');
     let i = 0;
     const t = setInterval(() => {
       for (let k = 0; k < 16 && i < d.n; k++, i++) {
         const s = net.connect(d.port, '127.0.0.1').on('error', () => {});
         s.write(d.head);
         s.write(body);
       }
       if (i === d.n) clearInterval(t), setTimeout(() => parentPort.postMessage('sent'), 1500);
     }, 20);
     setInterval(() => {}, 1000);`,
    { eval: true, workerData: { port: port(url), head: head(path, length), n, bytes } },
  );
  await new Promise((done) => worker.once('message', done));
  return () => worker.terminate();
}

await attack('760 connections with 250 kB of a body each', {}, async (g) => {
  const leave = await hoard(g.url, '/sms/emulator', 760, 250000, 260000);
  const row = { rss_MB: rss(g.process.pid) };
  leave();
  return row;
});

await attack('250 connections with 2 MB of a body each to the staff listener', {}, async (g) => {
  const leave = await hoard(g.staff, '/masuk', 250, 2000000, 2097152);
  const row = { rss_MB: rss(g.process.pid), readyz: (await request('GET', `${g.staff}/readyz`, { fresh: true })).status };
  leave();
  return row;
});

await attack('20,000 requests in a row on 10 connections, no answer read', {}, async (g) => {
  const sockets = Array.from({ length: 10 }, (_, k) => {
    const s = net.connect(port(g.url), '127.0.0.1');
    s.on('error', () => {}).pause();
    for (let i = 0; i < 2000; i++) s.write(`GET /sms/emulator?${form({ id: `p-${k}-${i}`, from: `62813${1000000 + i}`, text: 'BANTUAN' })} HTTP/1.1\r\nHost: x\r\n\r\n`);
    return s;
  });
  await sleep(6000);
  const row = { rss_MB: rss(g.process.pid) };
  sockets.forEach((s) => s.destroy());
  return row;
});

await attack('600 SMS of 60 kB at once', {}, async (g) => {
  const text = 'TIMBANG Siti P 14bl 9,2 76 '.repeat(2200);
  const all = await Promise.all(Array.from({ length: 600 }, (_, i) => request('POST', `${g.url}/sms/emulator`, { body: form({ id: `b-${i}`, from: `+62813${2000000 + i}`, text }), headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, timeout: 60000, fresh: true }).catch(() => ({}))));
  return { taken: all.filter((r) => r.status === 200).length, rss_MB: rss(g.process.pid) };
});

const hard = {
  reports: 'TIMBANG Siti P 14bl 9,2 76 '.repeat(2200),
  blanks: ' '.repeat(60000),
  letters: 'a'.repeat(60000),
  words: 'a '.repeat(30000),
  digits: '1'.repeat(60000),
  numbers: '1 '.repeat(30000),
  marks: '#'.repeat(60000),
  negations: 'tidak ada '.repeat(6000),
  signs: 'pusing, '.repeat(7500),
  keywords: 'TIMBANG '.repeat(7500),
  near: 'TIMBANF '.repeat(7500),
  lines: 'RUJUK#Bu Ana#28th#perdarahan\n'.repeat(2000),
  labels: 'bb=9,2 tb:76 '.repeat(4600),
  dates: '14/8/24 '.repeat(7500),
  names: `TIMBANG ${'Siti '.repeat(11000)}`,
  letters4: '😀'.repeat(15000),
};
await attack('texts of 60 kB that are hard to read', {}, async (g) => {
  const slow = {};
  for (const [name, text] of Object.entries(hard)) {
    const began = Date.now();
    const r = await g.sms(kader, text, `h-${name}`).catch((e) => ({ status: e.message }));
    if (r.status !== 200 || Date.now() - began > 300) slow[name] = `${r.status} ${Date.now() - began} ms`;
  }
  return { slow };
});

// What is still read as a whole, from many numbers at once; `slow` says what a kind took, each.
await attack('texts of 4 kB that are hard to read, 40 of each kind at once', {}, async (g) => {
  const slow = {};
  for (const [name, text] of Object.entries(hard)) {
    const began = Date.now();
    await Promise.all(Array.from({ length: 40 }, (_, i) => g.sms(`+62814${2000000 + i}`, text.slice(0, text.charCodeAt(0) > 127 ? 1000 : 3990), `k-${name}-${i}`).catch(() => {})));
    const each = (Date.now() - began) / 40;
    if (each > 5) slow[name] = `${each.toFixed(1)} ms`;
  }
  return { slow };
});

await attack('shapes that are hard to read', { patch: (y) => y.replace(/^providers:$/m, 'providers:\n  ib: {dialect: infobip, allow: [127.0.0.1], sms_via: kannel}') }, async (g) => {
  const slow = {};
  const post = async (name, path, body, type) => {
    const began = Date.now();
    const r = await request('POST', `${g.url}${path}`, { body, headers: { 'Content-Type': type }, timeout: 30000 }).catch((e) => ({ status: e.message }));
    slow[name] = `${r.status} ${Date.now() - began} ms`;
  };
  await post('arrays in arrays', '/sms/ib', '['.repeat(65000), 'application/json');
  await post('objects in objects', '/sms/ib', '{"results":'.repeat(5900), 'application/json');
  await post('one object of 9,000 keys', '/sms/ib', `{${Array.from({ length: 5000 }, (_, i) => `"k${i}":${i}`).join(',')}}`, 'application/json');
  await post('20,000 parameters', '/sms/emulator', 'a=1&'.repeat(16000), 'application/x-www-form-urlencoded');
  await post('all escapes', '/sms/emulator', `from=${encodeURIComponent(kader)}&text=${'%41'.repeat(21000)}`, 'application/x-www-form-urlencoded');
  await post('USSD input of 60 kB', '/ussd/emulator', form({ session: 'h', from: kader, code: '*123#', text: '1*'.repeat(30000) }), 'application/x-www-form-urlencoded');
  return { slow };
});

await attack('1,000 waits on the inbox of the emulator', {}, async (g) => {
  const { sockets, leave } = await crowd(g.url, 1000, { bytes: `GET /emulator/inbox?msisdn=%2B62899&wait=60 HTTP/1.1\r\nHost: x\r\n\r\n` });
  await sleep(2000);
  const row = { held: sockets.filter((s) => !s.destroyed && !s.bytesRead).length, rss_MB: rss(g.process.pid) };
  leave();
  return row;
});

await attack('connections that come and break, 8 s', {}, async (g) => {
  let [over, n] = [false, 0];
  const all = Array.from({ length: 40 }, async () => {
    while (!over)
      await new Promise((done) => {
        const s = net.connect(port(g.url), '127.0.0.1');
        s.on('error', () => {}).on('close', done).on('connect', () => (s.write('GET /sms/emulator?te'), n++, s.resetAndDestroy()));
      });
  });
  await sleep(8000);
  over = true;
  await Promise.all(all);
  return { tries: n };
});

await attack('one number sends 4,000 SMS, 700 at a time, then its own emergency', {}, async (g) => {
  const taken = [];
  let n = 0;
  const flood = Array.from({ length: 700 }, async () => {
    while (n < 4000) {
      const i = n++;
      taken.push((await request('GET', `${g.url}/sms/kannel?${form({ id: `n-${i}`, from: kader, to: '98120', text: `STATUS ${1000 + i}` })}`, { fresh: true, timeout: 60000 }).catch(() => ({}))).status);
    }
  });
  await sleep(1500);
  const name = newName();
  const began = Date.now();
  const told = g.nextSms(bidan, new RegExp(name, 'i'), 60000);
  let refused = 0;
  while ((await g.sms(kader, `RUJUK Bu ${name} 30th kejang`, 'n-e1').catch(() => ({}))).status !== 200) (refused++, await sleep(100));
  await told;
  const row = { told_after_ms: Date.now() - began, refused };
  await Promise.all(flood);
  return { ...row, taken: taken.filter((status) => status === 200).length };
});

await attack('one provider floods, another has ordinary SMS', { patch: (y) => y.replace('limits: {', 'limits: {under_way: 200, ') }, async (g) => {
  let over = false;
  const seen = { flood: {}, other: {} };
  const count = (which, status) => (seen[which][status] = (seen[which][status] ?? 0) + 1);
  let n = 0;
  const flood = Array.from({ length: 400 }, async () => {
    while (!over) count('flood', (await request('GET', `${g.url}/sms/kannel?${form({ id: `f-${n}`, from: `62813${3000000 + (n++ % 5000)}`, to: '98120', text: 'BANTUAN' })}`, { fresh: true }).catch(() => ({ status: 'cut' }))).status);
  });
  await sleep(1500);
  let most = 0;
  for (let i = 0; i < 40; i++) {
    const began = Date.now();
    count('other', (await g.sms(secondKader, `STATUS ${2000 + i}`, `o-${i}`).catch(() => ({ status: 'cut' }))).status);
    most = Math.max(most, Date.now() - began);
    await sleep(50);
  }
  over = true;
  await Promise.all(flood);
  return { ...seen, other_most_ms: most };
});
process.exit(0);
