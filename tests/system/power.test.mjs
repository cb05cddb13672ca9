// power.test.mjs - the power is cut: gateway and Redis die at once, and what was written to the spool and to Redis' file
// but not yet synced is gone.  Every message that was acknowledged is in the district database, once.
//
// CUTS (default 6), SEED.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, newName, preload, sleep, waitFor } from './lib.mjs';
import { random32 } from '../torture/world.mjs';

const cuts = Number(process.env.CUTS ?? 6);
const seed = Number(process.env.SEED ?? Date.now() % 1000000);
const random = random32(seed);
const senders = ['+6281200000001', '+6281200000008', '+6281200000009'];
const sent = new Map(); // id -> acknowledged
let g, journal, over = false;

before(async () => {
  g = new Gateway();
  journal = path.join(g.folder, 'journal');
  g.env = { ...preload('power'), POWER_JOURNAL: journal };
  await g.start();
});
after(() => g.stop());

async function work() {
  while (!over) {
    const n = sent.size, id = `power-${seed}-${n}`;
    sent.set(id, false);
    const text = `TIMBANG ${newName(random)} ${n % 2 ? 'L' : 'P'} 14bl ${(9 + (n % 20) / 10).toFixed(1)} 76`;
    const r = await g.sms(senders[n % 3], text, id).catch(() => null);
    if (r?.status === 200) sent.set(id, true);
    else await sleep(30);
  }
}
const acknowledged = () => [...sent.values()].filter(Boolean).length;

// Cuts the files of a folder back to what was synced; a file whose name was not synced is gone.  How many bytes went.
function cutBack(folder, names) {
  const synced = new Map(), named = new Set();
  for (const line of fs.readFileSync(journal, 'utf8').split('\n')) {
    const [what, inode, size] = line.split(' ');
    if (what === 'synced') synced.set(inode, Number(size));
    if (what === 'named') named.add(inode);
  }
  let gone = 0;
  for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
    const file = path.join(folder, name), st = fs.statSync(file);
    if (!st.isFile()) continue;
    const keep = names && !named.has(String(st.ino)) ? 0 : Math.min(st.size, synced.get(String(st.ino)) ?? 0);
    gone += st.size - keep;
    if (names && !keep) fs.rmSync(file);
    else fs.truncateSync(file, keep);
  }
  return gone;
}

test(`${cuts} power cuts lose nothing that was acknowledged (seed ${seed})`, { timeout: 60000 + cuts * 30000 }, async () => {
  const workers = Array.from({ length: 6 }, work);
  let spooled = 0;
  for (let i = 0; i < cuts; i++) {
    const from = acknowledged();
    const redis = g.redisPid();
    if (i % 2) {
      // Redis hangs: the spool takes them.
      process.kill(redis, 'SIGSTOP');
      await waitFor('some were spooled', () => fs.readdirSync(path.join(g.folder, 'var/spool')).some((f) => f.endsWith('.spool')) && acknowledged() > from + 10);
    } else {
      await waitFor('some were taken', () => acknowledged() > from + 20);
    }
    await sleep(random() * 200);
    g.process.kill('SIGKILL');
    process.kill(redis, 'SIGKILL');
    await g.process.ended;
    await waitFor('Redis is gone', () => !fs.existsSync(`/proc/${redis}`) || /State:\s+Z/.test(fs.readFileSync(`/proc/${redis}/status`, 'utf8')));
    spooled += fs.readdirSync(path.join(g.folder, 'var/spool')).some((f) => f.endsWith('.spool'));
    const gone = cutBack(path.join(g.folder, 'var/spool'), true) + cutBack(path.join(g.folder, 'var/redis/appendonlydir'), false);
    console.log(`  cut ${i + 1}: ${acknowledged()} acknowledged, ${gone} bytes were not synced`);
    await g.start();
    await waitFor('Redis is back', () => g.redis('ping').includes('PONG'));
  }
  over = true;
  await Promise.all(workers);
  assert.ok(spooled > 0, 'the spool was in it');
  const stored = () => new Map(g.query(`SELECT message_id AS id, count(*) AS n FROM record WHERE message_id LIKE 'power-${seed}-%' GROUP BY 1`).map((r) => [r.id, r.n]));
  const all = [...sent].filter(([, ack]) => ack).map(([id]) => id);
  await waitFor('all are stored', () => {
    const there = stored();
    return all.every((id) => there.has(id));
  }, 60000).catch(() => {});
  const there = stored();
  assert.deepEqual(all.filter((id) => !there.has(id)), [], 'lost');
  assert.deepEqual([...there].filter(([, n]) => n > 1), [], 'double');
});
