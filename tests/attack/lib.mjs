// lib.mjs - what the attacks share: a gateway of their own, hostile connections in number, a look at /proc.
//
// Everything is bounded in count and time and stays on loopback.  KENTONGAN=/path/to/another/binary measures that
// one instead: for figures from before a change.
import fs from 'node:fs';
import net from 'node:net';
import { Gateway, request, sleep } from '../system/lib.mjs';

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

// Runs one attack and prints a row: name, then what it measured.
export async function attack(name, options, f) {
  const g = new Gateway(options);
  const row = { attack: name };
  try {
    await g.start();
    Object.assign(row, await f(g));
  } catch (e) {
    row.failed = e.message.slice(0, 200);
  }
  await g.stop().catch(() => {});
  console.log(JSON.stringify(row));
}
