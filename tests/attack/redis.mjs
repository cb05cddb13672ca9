// redis.mjs - a Redis that lives but does not serve: read-only, out of memory, slow, without our functions, emptied, full
// of others' connections.  What was acknowledged meanwhile is stored afterwards, once.
import net from 'node:net';
import path from 'node:path';
import { attack, kader, newName, request, sleep, waitFor } from './lib.mjs';

// Weighings all the while; what was acknowledged must be there in the end.
async function through(g, strike, mend, ms = 4000) {
  const taken = [], other = {};
  let over = false;
  const load = (async () => {
    for (let n = 0; !over; n++) {
      const name = newName();
      const r = await g.sms(kader, `TIMBANG ${name} P ${12 + (n % 24)}bl 9.4 76`, `r-${n}`).catch(() => ({ status: 'cut' }));
      if (r.status === 200) taken.push(name);
      else other[r.status] = (other[r.status] ?? 0) + 1;
      await sleep(20);
    }
  })();
  await sleep(500);
  await strike();
  await sleep(ms);
  const ready = JSON.parse((await request('GET', `${g.staff}/readyz`)).body);
  await mend();
  await sleep(1500);
  over = true;
  await load;
  const there = async () => new Set(g.query('SELECT lower(nama) AS name FROM v_timbang').map((r) => r.name));
  await waitFor('all is stored', async () => taken.every(((s) => (n) => s.has(n))(await there())), 30000).catch(() => {});
  const names = g.query('SELECT lower(nama) AS name, count(*) AS n FROM v_timbang GROUP BY 1');
  return { taken: taken.length, refused: other, lost: taken.filter((n) => !names.some((r) => r.name === n)).length, double: names.filter((r) => r.n > 1).length, meanwhile: ready.status, why: ready.why };
}

const nothing = () => {};
const set = (g, ...args) => g.redis('config', 'set', ...args);

await attack('Redis made a replica of nobody (read-only)', {}, (g) => through(g, () => g.redis('replicaof', '127.0.0.1', '1'), () => g.redis('replicaof', 'no', 'one')));
await attack('Redis wants two replicas before it writes', {}, (g) => through(g, () => set(g, 'min-replicas-to-write', '2'), () => set(g, 'min-replicas-to-write', '0')));
await attack('Redis out of memory', {}, (g) => through(g, () => set(g, 'maxmemory', '1'), () => set(g, 'maxmemory', '0')));
await attack('Redis stops writing for 2 s, again and again', {}, (g) => {
  let timer;
  return through(g, () => (timer = setInterval(() => g.redis('client', 'pause', '2000', 'write'), 2200)), () => clearInterval(timer), 8000);
});
await attack('Redis stops for 700 ms, again and again', {}, (g) => {
  let timer;
  return through(g, () => (timer = setInterval(() => g.redis('client', 'pause', '700', 'all'), 900)), () => clearInterval(timer), 8000);
});
await attack('our functions are flushed from Redis', {}, (g) => through(g, () => g.redis('function', 'flush'), nothing));
await attack('connections to Redis are killed ten times a second', {}, (g) => {
  let timer;
  return through(g, () => (timer = setInterval(() => g.redis('client', 'kill', 'type', 'normal'), 100)), () => clearInterval(timer), 6000);
});
await attack('Redis is emptied', {}, (g) => through(g, () => g.redis('flushall'), nothing));
await attack('Redis does not sync any more', {}, (g) => through(g, () => set(g, 'appendfsync', 'no'), () => set(g, 'appendfsync', 'always'), 2000));
await attack('others hold all connections of Redis', {}, (g) => {
  let held = [];
  const file = path.join(g.folder, 'var/redis/redis.sock');
  return through(g, async () => {
    set(g, 'maxclients', '60');
    held = Array.from({ length: 60 }, () => net.connect(file).on('error', nothing));
    await sleep(300);
    held[0].write('client kill type normal skipme yes\r\n');
  }, () => held.forEach((s) => s.destroy()));
});
process.exit(0);
