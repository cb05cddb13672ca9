// bench.mjs - SMS/s and USSD steps/s that are durable when answered, with latencies and Redis' CPU a message.
//
// No figure is asserted; machine and settings are printed with them.  SMS, STEPS, CONNECTIONS, ROUNDS.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Gateway, root, run, waitFor } from '../system/lib.mjs';

const load = path.resolve(root, process.env.LOAD ?? 'build/tests/bench/load');
const counts = { sms: Number(process.env.SMS ?? 20000), ussd: Number(process.env.STEPS ?? 18000) };
const connections = Number(process.env.CONNECTIONS ?? 64);
const rounds = Number(process.env.ROUNDS ?? 3);
const senders = 2000;

const g = new Gateway();
// As many kader as a district has: one sender's messages follow each other, so few senders would measure that.
const people = path.join(g.folder, 'config/people.csv');
const places = fs.readFileSync(path.join(g.folder, 'config/places.csv'), 'utf8').split('\n');
const posyandu = places.filter((l) => /^PSY\d+,posyandu,/.test(l)).map((l) => l.split(',')[0]);
const numbers = Array.from({ length: senders }, (_, i) => `+62813${String(10000000 + i)}`);
fs.appendFileSync(people, numbers.map((n, i) => `${n},kader,Kader Uji (contoh),${posyandu[i % posyandu.length]},id,yes,no\n`).join(''));
const file = path.join(g.folder, 'senders');
fs.writeFileSync(file, `${numbers.join('\n')}\n`);

await g.start();
const { hostname, port } = new URL(g.url);

function cpu(pid) {
  const f = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return ((Number(f[11]) + Number(f[12])) * 1000) / 100; // ms at 100 ticks a second
}

// Microseconds that Redis spent in our functions (what they call is counted in them).
function functionMicros() {
  return Number(/cmdstat_fcall:calls=\d+,usec=(\d+)/.exec(g.redis('info', 'commandstats'))?.[1] ?? 0);
}

const cpus = os.cpus();
console.log(`machine   ${cpus.length} x ${cpus[0].model.trim()}, ${os.type()} ${os.release()}; load generator on the same machine`);
console.log(`settings  appendfsync always, ${connections} keep-alive connections, ${senders} senders, sink sqlite, ${rounds} rounds`);
console.log(`state     ${execFileSync('df', ['--output=fstype,target', g.folder], { encoding: 'utf8' }).trim().split('\n')[1]}`);

for (const mode of ['sms', 'ussd'])
  for (let round = 1; round <= rounds; round++) {
    const redis = g.redisPid();
    const before = { redis: cpu(redis), gateway: cpu(g.process.pid), micros: functionMicros() };
    const { error, out, err } = await run(load, [mode, hostname, port, String(connections), String(counts[mode]), file]);
    if (error) throw new Error(`${error.message}\n${err}`);
    const r = JSON.parse(out);
    const each = (ms) => ((ms * 1000) / r.count).toFixed(0);
    console.log(
      `${mode.padEnd(5)} ${round}   ${String(r.per_s).padStart(6)}/s  p50 ${r.p50_ms} ms  p99 ${r.p99_ms} ms  max ${r.max_ms} ms  ` +
        `bad ${r.bad}  CPU a message: gateway ${each(cpu(g.process.pid) - before.gateway)} us, Redis ${each(cpu(redis) - before.redis)} us ` +
        `(functions ${((functionMicros() - before.micros) / r.count).toFixed(0)} us)`,
    );
    if (err) console.log(`          ${err.trim()}`);
  }

const began = Date.now();
await waitFor('the district database has caught up', () => g.query('SELECT count(*) AS n FROM record')[0].n >= counts.sms * rounds * 0.99, 120000)
  .then(() => console.log(`sink      caught up ${Date.now() - began} ms after the last answer`))
  .catch((e) => console.log(`sink      ${e.message}; ${JSON.stringify(g.query('SELECT form, count(*) AS n FROM record GROUP BY 1'))}`));
await g.stop();
