// kill.test.mjs - SIGKILL of the gateway and of Redis at random moments under load: every message that was
// answered with success is in the district database exactly once, by SMS and by USSD.
//
// KILLS (default 20), SEED (printed; the moments and names follow from it).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gateway, newName, sleep, waitFor } from './lib.mjs';

const kills = Number(process.env.KILLS ?? 20);
const seed = Number(process.env.SEED ?? Date.now() % 1000000);
const senders = ['+6281200000001', '+6281200000008', '+6281200000009'];
const callers = ['+6281200000191', '+6281200000192', '+6281200000193'];
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

  // A caller dials and weighs one child after the other; a dialogue that broke off is begun anew.
  const calls = new Map(); // name -> the number that the last page gave
  async function call(from) {
    for (let i = 0; !stop; i++) {
      const session = `kill-${seed}-${from}-${i}`;
      const name = newName(random);
      calls.set(name, null);
      try {
        let page = await g.ussd(session, from, '');
        if (/Lanjut/.test(page.body)) page = await g.ussd(session, from, '2');
        for (const answer of ['1', '1', name, '1', '20', '10,4', '80', '1'])
          if (page.body.startsWith('CON ')) page = await g.ussd(session, from, answer);
        const end = /^END Diterima (\d+)/.exec(page.body);
        if (end) calls.set(name, end[1]);
      } catch {
        await sleep(20);
      }
      await sleep(5);
    }
  }
  const all = [...Array.from({ length: workers }, work), ...callers.map(call)];

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

  const weighed = () => {
    const rows = g.query(`SELECT lower(nama) AS name, nomor FROM v_timbang WHERE message_id IS NULL OR message_id NOT LIKE 'kill-%'`);
    return new Map([...calls.keys()].map((name) => [name, rows.filter((r) => r.name === name).map((r) => r.nomor)]));
  };
  const confirmed = [...calls].filter(([, nomor]) => nomor);
  await waitFor('all that USSD confirmed is stored', () => {
    const rows = weighed();
    return confirmed.every(([name]) => rows.get(name).length);
  }, 60000).catch(() => {});
  const rows = weighed();
  const lostCalls = confirmed.filter(([name, nomor]) => !rows.get(name).includes(nomor));
  const doubleCalls = [...rows].filter(([, numbers]) => numbers.length > 1);
  console.log(`  USSD: dialogues ${calls.size}, confirmed ${confirmed.length}, stored ${[...rows.values()].filter((r) => r.length).length}, double ${doubleCalls.length}, lost ${lostCalls.length}`);
  assert.ok(confirmed.length > 0, 'dialogues came to their end');
  assert.deepEqual(lostCalls, []);
  assert.deepEqual(doubleCalls, []);
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
});
