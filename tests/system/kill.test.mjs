// kill.test.mjs - SIGKILL of the gateway and of Redis at random moments under load: every message that was
// answered with success is in the district database exactly once.
//
// KILLS (default 20), SEED (printed; the moments and names follow from it).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gateway, newName, sleep, waitFor } from './lib.mjs';

const kills = Number(process.env.KILLS ?? 20);
const seed = Number(process.env.SEED ?? Date.now() % 1000000);
const senders = ['+6281200000001', '+6281200000008', '+6281200000009'];
const workers = 8;

function random32(s) {
  return () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test(`${kills} kills lose and double nothing (seed ${seed})`, { timeout: 120000 + kills * 20000 }, async () => {
  const random = random32(seed);
  const g = await new Gateway().start();
  const sent = new Map(); // id -> acknowledged
  let stop = false;
  let n = 0;

  // A worker is an aggregator's thread: it gives up on some messages and repeats others under the same id.
  async function work() {
    while (!stop) {
      const id = `kill-${seed}-${n++}`;
      const from = senders[n % senders.length];
      const text = `TIMBANG ${newName(random)} ${n % 2 ? 'L' : 'P'} ${12 + (n % 24)}bl ${(9 + (n % 20) / 10).toFixed(1)} ${76 + (n % 8)}`;
      sent.set(id, false);
      for (let attempt = 0; attempt < (n % 3 ? 200 : 1) && !sent.get(id); attempt++) {
        try {
          const r = await g.sms(from, text, id);
          if (r.status === 200) sent.set(id, true);
          else await sleep(20);
        } catch {
          await sleep(20);
        }
        if (stop) break;
      }
      await sleep(2);
    }
  }
  const all = Array.from({ length: workers }, work);

  for (let k = 0; k < kills; k++) {
    await sleep(random() * 600);
    if (k % 4 === 3) {
      process.kill(g.redisPid(), 'SIGKILL');
      if (k % 8 === 7) await g.kill();
      await waitFor('Redis is back', async () => {
        if (g.process.how) await g.start();
        return g.redis('ping').includes('PONG');
      }, 30000);
    } else {
      await g.kill();
      await g.start();
    }
    if (k % 10 === 9) console.log(`  ${k + 1} kills, ${sent.size} sent, ${[...sent.values()].filter(Boolean).length} acknowledged`);
  }
  stop = true;
  await Promise.all(all);

  const acknowledged = [...sent].filter(([, ack]) => ack).map(([id]) => id);
  const stored = () => {
    const rows = g.query(`SELECT message_id AS id, count(*) AS n FROM record WHERE message_id LIKE 'kill-${seed}-%' GROUP BY 1`);
    return new Map(rows.map((r) => [r.id, r.n]));
  };
  await waitFor('all that was acknowledged is stored', () => {
    const there = stored();
    return acknowledged.every((id) => there.has(id));
  }, 60000).catch(() => {});
  const there = stored();
  const lost = acknowledged.filter((id) => !there.has(id));
  const double = [...there].filter(([, count]) => count > 1);
  console.log(`  sent ${sent.size}, acknowledged ${acknowledged.length}, stored ${there.size}, double ${double.length}, lost ${lost.length}`);
  assert.ok(acknowledged.length > kills, 'there was load');
  assert.deepEqual(lost, []);
  assert.deepEqual(double, []);
  assert.deepEqual([...there.keys()].filter((id) => !sent.has(id)), []);
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
});
