// lib.mjs - what the attacks share: a gateway of their own, hostile connections in number, a look at /proc.
//
// Everything is bounded in count and time and stays on loopback.  KENTONGAN=/path/to/another/binary measures that
// one instead: for figures from before a change.
import fs from 'node:fs';
import net from 'node:net';
import { Gateway, bidan, newName, request, secondKader, sleep } from '../system/lib.mjs';

export { Gateway, request, sleep };
export * from '../system/lib.mjs';

export const port = (url) => Number(new URL(url).port);

// n connections from `from`, each of which sends `bytes` and then says nothing more.
export async function crowd(url, n, { from = '127.0.0.1', bytes = '' } = {}) {
  const sockets = [];
  for (let i = 0; i < n; i++) {
    const s = net.connect({ port: port(url), host: '127.0.0.1', localAddress: from });
    s.on('error', () => {});
    s.on('connect', () => bytes && s.write(bytes));
    sockets.push(s);
    if (i % 64 === 63) await sleep(5);
  }
  await sleep(200);
  return { sockets, leave: () => sockets.forEach((s) => s.destroy()) };
}

// How long until a request is answered 200, in ms; `most` when it never is.
export async function patience(url, { most = 20000, from } = {}) {
  const began = Date.now();
  while (Date.now() - began < most) {
    try {
      const r = await request('GET', url, { timeout: Math.min(2000, most), fresh: true, localAddress: from });
      if (r.status === 200) return Date.now() - began;
    } catch {
      // again
    }
    await sleep(50);
  }
  return most;
}

export const rss = (pid) => Math.round(Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024);
export const cpuMs = (pid) => {
  const f = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(f[11]) + Number(f[12])) * 10;
};

// The longest turn of the loop so far, in ms; null where the binary does not tell.
export async function longestTurn(g) {
  const m = /^kentongan_loop_turn_longest_us (\d+)/m.exec(await g.metrics());
  return m ? Math.round(Number(m[1]) / 1000) : null;
}

// The longest time that /livez took while `f` ran: what a turn is from outside.
export async function stall(g, f) {
  let worst = 0;
  let over = false;
  const watch = (async () => {
    while (!over) {
      const began = Date.now();
      try {
        await request('GET', `${g.staff}/livez`, { timeout: 30000 });
      } catch {
        // counted all the same
      }
      worst = Math.max(worst, Date.now() - began);
      await sleep(2);
    }
  })();
  await f();
  over = true;
  await watch;
  return worst;
}

// What must go on whatever comes: an emergency a few times a second, from its first byte to the bidan's phone, and the
// pages of a dialogue.  Gives a function that ends it and says what it was like.
export function watch(g) {
  let over = false;
  const sent = new Map(), told = [], pages = [];
  const emergencies = (async () => {
    for (let i = 0; !over; i++) {
      const name = newName();
      sent.set(name, Date.now());
      const again = async () => {
        while (!over && sent.has(name)) {
          const r = await g.sms(secondKader, `RUJUK Bu ${name} 28th perdarahan`, `w-${process.pid}-${i}`).catch(() => ({}));
          if (r.status === 200) return;
          await sleep(100);
        }
      };
      again();
      await sleep(200);
    }
  })();
  const inbox = (async () => {
    for (let after = 0; !over; )
      for (const sms of await g.inbox(bidan, after, 1).catch(() => (sleep(50), []))) {
        after = sms.id;
        for (const [name, from] of sent)
          if (sms.text.toLowerCase().includes(name)) sent.delete(name), told.push(Date.now() - from);
      }
  })();
  const dialogue = (async () => {
    for (let i = 0; !over; i++) {
      for (const text of ['', '1', '1']) {
        const began = Date.now();
        const page = await g.ussd(`w-${process.pid}-${i}`, '+6281200000191', text).catch(() => null);
        pages.push(page ? Date.now() - began : 10000);
        await sleep(50);
      }
      await sleep(100);
    }
  })();
  let most = 0;
  const memory = setInterval(() => {
    try {
      most = Math.max(most, rss(g.process.pid));
    } catch {
      // it is gone
    }
  }, 100);
  return async () => {
    await sleep(300);
    const late = [...sent].filter(([, from]) => Date.now() - from > 2000).length; // not told yet, and it is time
    over = true;
    clearInterval(memory);
    await Promise.all([emergencies, inbox, dialogue]);
    told.sort((a, b) => a - b);
    return {
      e1: told.length,
      e1_p99_ms: told[Math.min(told.length - 1, Math.floor(told.length * 0.99))] ?? null,
      e1_waiting: late,
      page_most_ms: Math.max(...pages),
      rss_most_MB: most,
      longest_turn_ms: await longestTurn(g).catch(() => null),
    };
  };
}

// Runs one attack and prints a row: name, then what it measured, then what the emergency and the dialogue beside it
// were like.  ONLY=words runs those whose name has the words.  options: of a Gateway; prepare(g), before it starts; alone,
// without emergency and dialogue beside it.
export async function attack(name, options, f) {
  if (process.env.ONLY && !name.includes(process.env.ONLY)) return;
  const g = new Gateway(options);
  const row = { attack: name };
  try {
    options.prepare?.(g);
    await g.start();
    const end = options.alone ? null : watch(g);
    Object.assign(row, await f(g));
    if (end) Object.assign(row, await end());
    if (g.process.how) row.failed = `it ended with ${JSON.stringify(g.process.how)}`;
  } catch (e) {
    row.failed = e.message.slice(0, 200);
  }
  await g.stop().catch(() => {});
  console.log(JSON.stringify(row));
}
