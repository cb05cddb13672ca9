// faults.mjs - the ways to break it: a row each.  strike() breaks something and gives how it is mended (or nothing:
// it mends itself, or World.heal does it); `hold` is for how long it stays broken, in ms.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { binary } from '../system/lib.mjs';

const between = (random, least, most) => least + random() * (most - least);
const signal = (pid, name) => {
  try {
    if (pid) process.kill(pid, name);
  } catch {
    // it is gone
  }
};
const stand = (pid) => (signal(pid, 'SIGSTOP'), () => signal(pid, 'SIGCONT'));

export const faults = {
  'gateway killed': { weight: 8, strike: (w) => w.end('SIGKILL') },
  'gateway leaves': { weight: 2, strike: (w) => w.end('SIGTERM') },
  'gateway stands still': { weight: 3, hold: [100, 1500], strike: (w) => stand(w.any().process.pid) },
  'gateway stands still past its lease': { weight: 1, hold: [7500, 9000], only: (w) => w.n > 1, strike: (w) => stand(w.any().process.pid) },
  'Redis killed': { weight: 4, strike: (w) => signal(w.redisPid(), 'SIGKILL') },
  // It falls over the next byte that it writes; one that wrote nothing meanwhile lives on.
  'Redis killed in the middle of a write': {
    weight: 3,
    hold: [50, 150],
    strike: (w) => {
      fs.writeFileSync(w.tornFlag, '');
      return () => fs.rmSync(w.tornFlag, { force: true });
    },
  },
  'Redis stands still': { weight: 3, hold: [200, 2500], strike: (w) => stand(w.redisPid()) },
  'Redis killed while it rewrites its file': { weight: 1, strike: (w) => (w.redis('bgrewriteaof'), signal(w.redisPid(), 'SIGKILL')) },
  'Redis out of memory': {
    weight: 2,
    hold: [300, 1500],
    strike: (w) => (w.redis('config', 'set', 'maxmemory', '1'), () => w.redis('config', 'set', 'maxmemory', '0')),
  },
  'connections to Redis reset': { weight: 3, strike: (w) => void w.redis('client', 'kill', 'type', 'normal') },
  'connections of telcos reset': {
    weight: 3,
    strike: (w) => {
      for (const s of w.smsc.known) s.socket?.destroy?.();
      w.dropHttp();
    },
  },
  'disk full': {
    weight: 2,
    hold: [300, 1500],
    strike: (w) => {
      const g = w.any();
      fs.writeFileSync(g.full, '');
      return () => fs.rmSync(g.full, { force: true });
    },
  },
  'clock stepped': {
    weight: 2,
    strike: (w) => {
      // Of all of them: they are in one office.  The next step, or the end, puts it right.
      const ms = w.random() < 0.4 ? 0 : Math.round(between(w.random, -2, 2) * 3600) * 1000;
      w.setClock(ms);
    },
  },
  'configuration read anew': { weight: 1, strike: (w) => void w.any().process.kill('SIGHUP') },
  'PostgreSQL killed': { weight: 2, only: (w) => w.pg, strike: (w) => void w.pg.kill() },
};

// Which happen at one point: one, or a pair.
export function choose(w, random) {
  const rows = Object.entries(faults).filter(([, f]) => f.weight && (!f.only || f.only(w)));
  const all = rows.reduce((sum, [, f]) => sum + f.weight, 0);
  const one = () => {
    let at = random() * all;
    return (rows.find(([, f]) => (at -= f.weight) < 0) ?? rows[0])[0];
  };
  const first = one();
  return random() < 0.25 ? [...new Set([first, one()])] : [first];
}

export async function strike(w, names, random, sleep) {
  const from = Date.now();
  const mends = names.map((name) => faults[name].strike(w)).filter((f) => typeof f === 'function');
  const holds = names.map((name) => faults[name].hold).filter(Boolean);
  const hold = Math.max(0, ...holds.map(([least, most]) => between(random, least, most)));
  await sleep(hold);
  for (const mend of mends) await mend();
  await w.heal();
  w.away.push({ from, to: Date.now() });
}

// '' when it is taken, else what the command said.
export const runBackup = (g, file) =>
  new Promise((done) => {
    const child = spawn(binary, ['ctl', '-c', g.config, 'backup', file], { cwd: g.folder, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (bytes) => (said += bytes));
    child.on('close', (code) => done(code === 0 ? '' : said || `it ended with ${code}`));
  });
