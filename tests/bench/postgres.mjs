// postgres.mjs - records/s into PostgreSQL beside a plain loop of one INSERT and one COMMIT each (pgbench), by turns on the
// same server; the backlog of ROWS records that waited while it was away is drained, and memory is looked at meanwhile.
//
// Every figure is durable: fsync and synchronous_commit as PostgreSQL has them, record and history with their indexes.  The server has a
// quarter of a GB for its buffers, as an office's has at least.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Gateway, sleep, waitFor } from '../system/lib.mjs';
import { Postgres, asUser, bin } from '../system/pg.mjs';

const STREAM = '{19.06}st:sink:kabupaten';
const FIELDS = (n) => ({ nama: `Anak ${n}`, jk: n % 2 ? 'L' : 'P', umur: `${8 + (n % 20)}bl`, bb: 7 + (n % 50) / 10, tb: 65 + (n % 20) });

const row = (n) => JSON.stringify({
  v: 1, row: 'record', version: 1, id: `${(n * 2654435761 % 4294967296).toString(16).padStart(8, '0')}-0000-5000-8000-${String(n).padStart(12, '0')}`, nomor: String(100000 + n), form: 'timbang', klaster: '2',
  at: '2026-11-21T09:00:00+07:00', received_at: '2026-11-21T09:00:00+07:00', reporter: '+6281200000001', role: 'kader', place: '19.06.01.2004', posyandu: `PSY${String(1 + (n % 201)).padStart(3, '0')}`, person_id: `p-${n % 5000}`,
  fields: FIELDS(n), findings: [{ id: 'nt', say: 'N' }], status: 'valid', provider: 'emulator', message_id: `bench-${n}`,
});

// One statement and one commit a record, as a program without a batch does it.
const PLAIN = `WITH r AS (INSERT INTO record (id, nomor, form, klaster, version, at, received_at, reporter, role, place, posyandu, person_id, fields, findings, status, provider, message_id)
 VALUES (gen_random_uuid(), (1e9 * random())::int::text, 'timbang', '2', 1, '2026-11-21T09:00:00+07:00', '2026-11-21T09:00:00+07:00', '+6281200000001', 'kader', '19.06.01.2004', 'PSY001', 'p-1',
 '${JSON.stringify(FIELDS(1))}', '[{"id":"nt","say":"N"}]', 'valid', 'emulator', 'plain') RETURNING *) INSERT INTO plain_history SELECT * FROM r;
`;

function plain(pg, n) {
  const script = path.join(pg.folder, 'plain.sql');
  fs.writeFileSync(script, PLAIN);
  const argv = [...asUser, path.join(bin, 'pgbench'), '-n', '-c', '1', '-M', 'prepared', '-t', String(n), '-f', script, '-h', pg.folder, '-U', 'owner', 'kesehatan'];
  const out = execFileSync(argv[0], argv.slice(1), { encoding: 'utf8', cwd: '/', stdio: ['ignore', 'pipe', 'ignore'] });
  return Number(/^tps = ([\d.]+)/m.exec(out)[1]);
}

// Processor time in µs that a process and those it began and outlived used, and its children that live.
const TICK = 1e6 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
function processor(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean);
  return fields.slice(11, 15).reduce((sum, n) => sum + Number(n) * TICK, 0) + children.reduce((sum, c) => sum + processor(c), 0);
}

const rss = (pid) => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

export async function benchPostgres({ ROWS, PLAIN_ROWS, ROUNDS }) {
  const pg = new Postgres({ memory: '256MB', sorts: 'C' });
  const g = await new Gateway({ patch: (yaml) => yaml.replace(/^ {2}lokal:.*$/m, (l) => `${l}\n  kabupaten: {kind: postgres, dsn: "${pg.dsn}"}`) }).start();
  const count = () => Number(pg.sql("SELECT count(*) FROM record WHERE message_id LIKE 'bench-%'"));
  // As the sink counts what was committed: a count by the server would cost it what is to be measured.
  const stored = () => Number(/kabupaten[^]*?stored {4}(\d+)/.exec(g.ctl('show', 'sinks'))[1]);
  await waitFor('the tables', () => /stage {5}ready/.test(g.ctl('show', 'sinks')));
  pg.sql('CREATE TABLE plain_history (LIKE record_older INCLUDING ALL)'); // what a plain program writes beside each record
  console.log(`\npostgres: a backlog of ${ROWS} records drained, beside ${PLAIN_ROWS} plain INSERTs with a COMMIT each (pgbench, one client)`);
  const rates = [], loops = [];
  for (let round = 0; round < ROUNDS; round++) {
    loops.push(plain(pg, PLAIN_ROWS));
    pg.kill();
    await waitFor('the sink sees it', () => /circuit {3}open/.test(g.ctl('show', 'sinks')) || (g.redis('eval', "redis.call('XADD', KEYS[1], '*', 'b', ARGV[1])", '1', STREAM, row(ROUNDS * ROWS + 1 + round)), false), 60000);
    for (let n = 0; n < ROWS; n += 2000)
      execFileSync('redis-cli', ['-s', path.join(g.folder, 'var/redis/redis.sock'), '-x', 'eval', "for b in ARGV[1]:gmatch('[^\\n]+') do redis.call('XADD', KEYS[1], '*', 'b', b) end", '1', STREAM], {
        input: Array.from({ length: Math.min(2000, ROWS - n) }, (_, i) => row(round * ROWS + n + i)).join('\n'), stdio: ['pipe', 'ignore', 'inherit'],
      });
    const memory = [rss(g.process.pid)];
    await pg.restart();
    const before = stored();
    await waitFor('it begins', () => stored() > before, 120000);
    const server = Number(fs.readFileSync(path.join(pg.data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    const used = () => [g.process.pid, g.redisPid(), server].map(processor);
    const from = stored(), began = Date.now(), usedBefore = used();
    await waitFor('all of it', async () => {
      await sleep(200);
      memory.push(rss(g.process.pid));
      return stored() >= before + ROWS;
    }, 30 * 60000);
    const rate = (stored() - from) / ((Date.now() - began) / 1000);
    rates.push(rate);
    const cost = used().map((n, i) => (n - usedBefore[i]) / (stored() - from));
    console.log(`  round ${round + 1}: ${rate.toFixed(0)} records/s, plain loop ${loops.at(-1).toFixed(0)}/s, ${(rate / loops.at(-1)).toFixed(1)} x; processor a record: gateway ${cost[0].toFixed(1)} µs, its Redis ${cost[1].toFixed(1)}, PostgreSQL ${cost[2].toFixed(1)}, of ${(1e6 / rate).toFixed(1)} that passed; gateway RSS ${memory[0].toFixed(1)} MiB before, ${Math.min(...memory).toFixed(1)} to ${Math.max(...memory).toFixed(1)} MiB while draining (${memory.length} looks)`);
  }
  const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
  const history = Number(pg.sql("SELECT count(*) FROM record_history WHERE message_id LIKE 'bench-%'"));
  console.log(`  median: ${median(rates).toFixed(0)} records/s, plain ${median(loops).toFixed(0)}/s, ${(median(rates) / median(loops)).toFixed(1)} x; ${count()} records and ${history} versions are there, none twice`);
  await g.stop();
  pg.kill();
}
