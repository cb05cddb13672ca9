// bench.mjs - how fast, beside whom, and what bounds it.  Every figure is durable when answered: appendfsync always,
// and our CPU is counted until the district database (SQLite) has the record.  Contestants take turns in one run on
// one machine, the load generator among them; medians and ratios at the end.  No figure is asserted.
//
//   ONLY=smpp,ussd,http,sessions   what to run; postgres beside them: a backlog of ROWS into it (ROWS=1000000 for the figure)
//   ONLY=console                   the console before MESSAGES messages (console.mjs)
//   ONLY=flat                      does a message cost the same once STORED messages are, and with CHILDREN in one posyandu;
//                                  what a child takes in Redis (STORED=2000000 CHILDREN=5000 for the figures)
//   ONLY=children                  KEPT children, each weighed once: bytes in Redis of each, in all and by what they are
//                                  (KEPT=1000000 for the figure)
//   ONLY=stages                    instructions of each stage, into stages.tsv (stages.mjs; needs valgrind)
//   SMS, STEPS     messages and USSD steps of one turn      ROUNDS   turns of each
//   CONNECTIONS    HTTP requests under way                  WINDOW   SMS under way by SMPP
//   SENDERS        phones                                   SESSIONS live dialogues for `sessions`
//   ALONE=1        without the peers, to try a change
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Gateway, root, run, start, waitFor } from '../system/lib.mjs';
import { Kannel } from '../system/kannel.mjs';
import { benchPostgres } from './postgres.mjs';

const tools = path.resolve(root, process.env.TOOLS ?? 'build/tests/bench');
const only = new Set((process.env.ONLY ?? 'smpp,ussd,http,sessions').split(','));
const size = Object.fromEntries(
  Object.entries({ SMS: 15000, STEPS: 18000, ROUNDS: 3, CONNECTIONS: 64, WINDOW: 100, SENDERS: 2000, SESSIONS: 100000, ROWS: 100000, PLAIN_ROWS: 2000, STORED: 20000, CHILDREN: 3000, KEPT: 50000 }).map(([k, v]) => [k, Number(process.env[k] ?? v)]),
);
const firstSender = 6281310000000;

// --- measuring ---

// ms of CPU that a process and its threads have had, at 100 ticks a second.
const ticks = (stat) => {
  const f = stat.split(') ')[1].split(' ');
  return (Number(f[11]) + Number(f[12])) * 10;
};
const cpu = (pid) => ticks(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));

// The same of each thread by its name.
function threads(pid) {
  const out = {};
  for (const id of fs.readdirSync(`/proc/${pid}/task`)) {
    const stat = fs.readFileSync(`/proc/${pid}/task/${id}/stat`, 'utf8');
    const name = /\((.*)\)/.exec(stat)[1];
    out[name] = (out[name] ?? 0) + ticks(stat);
  }
  return out;
}

// ms of CPU that the machine spent on anything.
function busy() {
  const f = fs.readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).slice(1).map(Number);
  return (f[0] + f[1] + f[2] + f[5] + f[6]) * 10;
}

const kb = (pid, what) => Number(new RegExp(`${what}:\\s+(\\d+)`).exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

// What an append of 16 KiB with fdatasync costs here and now, in ms: Redis takes at most so much from one connection
// before it syncs, so this bounds what waits for it.
function syncMs() {
  const file = path.join(os.tmpdir(), `kentongan-sync-${process.pid}`);
  const fd = fs.openSync(file, 'w');
  const took = Array.from({ length: 100 }, () => {
    const at = process.hrtime.bigint();
    fs.writeSync(fd, Buffer.alloc(16384, 1));
    fs.fdatasyncSync(fd);
    return Number(process.hrtime.bigint() - at) / 1e6;
  });
  fs.closeSync(fd);
  fs.unlinkSync(file);
  return `16 KiB and fdatasync ${median(took).toFixed(2)} ms (p90 ${took.toSorted((a, b) => a - b)[89].toFixed(2)})`;
}

// {count, per_s, answer_p50_ms, …} of one turn, with CPU in us a message and the share of one core that each process
// had while the load ran.
async function turn(c) {
  const sum = (pids) => pids.reduce((ms, pid) => ms + cpu(pid), 0);
  const snap = () => Object.fromEntries(Object.entries(c.pids()).map(([name, pids]) => [name, sum(pids)]));
  const before = snap();
  const threadsBefore = c.threads?.() ?? {};
  const all = busy();
  const began = Date.now();
  const micros = c.micros?.() ?? 0;
  const r = await c.load();
  const wall = Date.now() - began;
  const during = snap();
  const total = (busy() - all) / wall;
  await c.settle?.();
  const after = snap();
  r.cpu = Object.fromEntries(Object.keys(after).map((n) => [n, ((after[n] - before[n]) * 1000) / r.count]));
  r.core = Object.fromEntries(Object.keys(after).map((n) => [n, (during[n] - before[n]) / wall]));
  r.others = Math.max(0, total - Object.values(r.core).reduce((a, b) => a + b, 0));
  r.threads = Object.fromEntries(Object.entries(c.threads?.() ?? {}).map(([n, ms]) => [n, ((ms - (threadsBefore[n] ?? 0)) * 1000) / r.count]));
  if (c.micros) r.functions = (c.micros() - micros) / r.count;
  return r;
}

const us = (parts) => Object.entries(parts).map(([n, v]) => `${n} ${v.toFixed(0)}`).join(', ');
const percent = (parts) => Object.entries(parts).map(([n, v]) => `${n} ${(v * 100).toFixed(0)}%`).join(', ');

function line(name, r) {
  const responses = r.response_p50_ms === undefined ? '' : `  response p50 ${r.response_p50_ms} p99 ${r.response_p99_ms} ms`;
  const faults = ['bad', 'refused', 'unanswered'].filter((f) => r[f]).map((f) => `  ${f.toUpperCase()} ${r[f]}`);
  console.log(`  ${name.padEnd(20)}${String(r.per_s).padStart(7)}/s  answer p50 ${r.answer_p50_ms} p99 ${r.answer_p99_ms} ms${responses}${faults.join('')}${r.said ? ` (${r.said})` : ''}`);
}

// What stands in the way: a process that has a core to itself, or a machine that is full.
function bound(results, contestant) {
  const core = Object.fromEntries(Object.keys(results[0].core).map((n) => [n, median(results.map((r) => r.core[n]))]));
  const others = median(results.map((r) => r.others));
  const total = Object.values(core).reduce((a, b) => a + b, others);
  const full = Object.keys(core).filter((n) => core[n] > 0.85);
  const cores = os.cpus().length;
  const why = full.map((n) => `one core of ${n}`);
  if (total > 0.9 * cores) why.push(others > 0.3 ? `the machine, which is full: OTHER PROGRAMS take ${(others * 100).toFixed(0)}%` : 'the machine, which is full with the load generator on it');
  if (!why.length) why.push(contestant.otherwise ?? 'waiting: no core is full, so fdatasync (Redis stands still in it) and round trips');
  return `of a core: ${percent(core)}, all others ${(others * 100).toFixed(0)}%; bounded by ${why.join(', and ')}`;
}

// Contestants by turns; the first is the one that ratios are made to.
async function compare(title, all) {
  const contestants = process.env.ALONE ? all.slice(0, 1) : all;
  console.log(`\n${title}`);
  const results = new Map(contestants.map((c) => [c, []]));
  for (let round = 1; round <= size.ROUNDS; round++) {
    console.log(` round ${round}, ${syncMs()}`);
    for (const c of contestants) {
      const r = await turn(c);
      results.get(c).push(r);
      line(c.name, r);
    }
  }
  console.log(` medians of ${size.ROUNDS}`);
  const first = median(results.get(contestants[0]).map((r) => r.per_s));
  for (const [c, list] of results) {
    const m = (pick) => median(list.map(pick));
    const rate = m((r) => r.per_s);
    const ratio = c === contestants[0] ? '' : `  ${contestants[0].name} is ${(first / rate).toFixed(2)} x`;
    line(c.name, { ...list[0], per_s: rate, ...Object.fromEntries(['answer_p50_ms', 'answer_p99_ms', 'response_p50_ms', 'response_p99_ms'].filter((k) => k in list[0]).map((k) => [k, m((r) => r[k])])) });
    if (ratio) console.log(`  ${''.padEnd(20)}${ratio.trim()}`);
    const parts = Object.fromEntries(Object.keys(list[0].cpu).map((n) => [n, m((r) => r.cpu[n])]));
    const inside = list[0].functions === undefined ? '' : ` (in our functions ${m((r) => r.functions).toFixed(0)}; Redis alone would carry ${(1e6 / parts.Redis).toFixed(0)}/s)`;
    console.log(`  ${''.padEnd(20)}CPU us a message: ${us(parts)}${inside}`);
    const shares = Object.fromEntries(Object.keys(list[0].threads).map((n) => [n, m((r) => r.threads[n] ?? 0)]).filter(([, v]) => v >= 1));
    if (Object.keys(shares).length) console.log(`  ${''.padEnd(20)}of which by threads: ${us(shares)}`);
    console.log(`  ${''.padEnd(20)}${bound(list, c)}`);
  }
}

// --- contestants ---

// A gateway with `n` kader, and a file of their numbers.  One sender's messages follow each other, so few senders
// would measure that.
function gatewayWith(n, patch, posyandus = Infinity) {
  const g = new Gateway({ patch });
  const places = fs.readFileSync(path.join(g.folder, 'config/places.csv'), 'utf8').split('\n');
  const posyandu = places.filter((l) => /^PSY\d+,posyandu,/.test(l)).map((l) => l.split(',')[0]).slice(0, posyandus);
  const numbers = Array.from({ length: n }, (_, i) => `+${firstSender + i}`);
  fs.appendFileSync(path.join(g.folder, 'config/people.csv'), numbers.map((m, i) => `${m},kader,Kader Uji (contoh),${posyandu[i % posyandu.length]},id,yes,no\n`).join(''));
  g.senders = path.join(g.folder, 'senders');
  fs.writeFileSync(g.senders, `${numbers.join('\n')}\n`);
  return g;
}

// Microseconds that Redis spent in our functions (what they call is counted in them).
const functionMicros = (g) => Number(/cmdstat_fcall:calls=\d+,usec=(\d+)/.exec(g.redis('info', 'commandstats'))?.[1] ?? 0);

// Nothing waits for the district database or the telco any more.  The streams are looked up once: a walk through all keys
// would count as CPU of Redis.
const settled = (g) => {
  g.streams ??= g.redis('scan', '0', 'type', 'stream', 'count', '100000000').split('\n').slice(1).filter(Boolean);
  const waiting = "local n = 0 for _, k in ipairs(KEYS) do n = n + redis.call('xlen', k) end return n";
  return waitFor('the streams are empty', () => g.redis('eval', waiting, String(g.streams.length), ...g.streams).trim() === '0', 120000);
};

const ours = (g) => ({ pids: () => ({ gateway: [g.process.pid], Redis: [g.redisPid()] }), micros: () => functionMicros(g), threads: () => threads(g.process.pid), settle: () => settled(g) });

async function portOf(child) {
  return Number((await waitFor('its port', () => /^port (\d+)/m.exec(child.out)))[1]);
}

async function load(mode, port, count, senders) {
  const { error, out, err } = await run(path.join(tools, 'load'), [mode, '127.0.0.1', String(port), String(size.CONNECTIONS), String(count), senders]);
  if (error) throw new Error(`${error.message}\n${err}`);
  if (err) console.log(`  ${err.trim()}`);
  return JSON.parse(out);
}

const door = (name, g, mode, count) => ({ name, ...ours(g), load: () => load(mode, new URL(g.url).port, count, g.senders) });

const startHello = async () => {
  const hello = start(path.join(tools, 'hello'), ['Diterima, terima kasih.']);
  hello.port = await portOf(hello);
  return hello;
};

// --- sections ---

// One SMSC, to which both are bound; each has its own turn.
async function benchSmpp() {
  const smsc = start(path.join(tools, 'smsc'), [String(firstSender), String(size.SENDERS), String(size.WINDOW)], { stdio: ['pipe', 'pipe', 'pipe'] });
  const port = await portOf(smsc);
  const hello = await startHello();
  const telko = `  telko: {dialect: smpp, host: 127.0.0.1, port: ${port}, system_id: kentongan, password: p, window: ${size.WINDOW}}`;
  const g = gatewayWith(size.SENDERS, (yaml) => yaml.replace(/^providers:$/m, `providers:\n${telko}`));
  await g.start();
  const spool = path.join(g.folder, 'kannel-spool');
  fs.mkdirSync(spool);
  const kannel = await new Kannel(g.folder, {
    core: { 'store-type': 'spool', 'store-location': spool, 'log-level': 4 },
    smsc: { smsc: 'smpp', 'smsc-id': 'telko', host: '127.0.0.1', port, 'smsc-username': 'kannel', 'smsc-password': 'p', 'system-type': 'VMA', 'transceiver-mode': 'true', 'max-pending-submits': size.WINDOW },
    service: { 'max-messages': 1, 'get-url': `http://127.0.0.1:${hello.port}/sms?from=%p&to=%P&text=%b&ts=%T` },
  }).start();
  await waitFor('both are bound', () => ['kentongan', 'kannel'].every((n) => smsc.out.includes(`bound ${n}\n`)));
  const turnOf = (name) => async () => {
    const at = smsc.out.length;
    smsc.stdin.write(`run ${name} ${size.SMS}\n`);
    const json = await waitFor(`the turn of ${name}`, () => smsc.how ? (() => { throw new Error(smsc.err); })() : /^\{.*\}$/m.exec(smsc.out.slice(at)), 600000);
    const r = JSON.parse(json[0]);
    r.unanswered = r.count - r.answered;
    return r;
  };
  await compare(`smpp: ${size.SMS} deliver_sm to their answering submit_sm, ${size.WINDOW} under way; kannel: bearerbox + smsbox, spool on disk, asks a server that answers at once`, [
    { name: 'kentongan', ...ours(g), pids: () => ({ ...ours(g).pids(), load: [smsc.pid] }), load: turnOf('kentongan') },
    { name: 'kannel', pids: () => ({ bearerbox: [kannel.pids[0]], smsbox: [kannel.pids[1]], service: [hello.pid], load: [smsc.pid] }), load: turnOf('kannel'), otherwise: 'waiting inside Kannel (threads, spool files)' },
  ]);
  const rows = g.query('SELECT count(*) AS n FROM record')[0].n;
  console.log(`  kentongan            ${rows} records in the district database of ${size.SMS * size.ROUNDS} SMS; kannel keeps none`);
  await kannel.stop();
  await g.stop();
  smsc.kill();
  hello.kill();
}

async function benchHttp() {
  const g = gatewayWith(size.SENDERS);
  const hello = await startHello();
  await g.start();
  await compare(`http: ${size.SMS} SMS and ${size.STEPS} USSD steps over ${size.CONNECTIONS} connections, beside a bare evhttp server that stores nothing`, [
    door('SMS', g, 'sms', size.SMS),
    door('USSD', g, 'ussd', size.STEPS),
    { name: 'evhttp hello', pids: () => ({ hello: [hello.pid] }), load: () => load('sms', hello.port, size.SMS * 4, g.senders), otherwise: 'the load generator' },
  ]);
  await g.stop();
  hello.kill();
}

async function benchUssd() {
  // The answering SMS of both ways leave at once: no telco stands at the one that `at` sends by in the sample.
  const g = gatewayWith(size.SENDERS, (yaml) => yaml.replace('sms_via: kannel', 'sms_via: emulator'));
  await g.start();
  const dir = path.join(g.folder, 'peer');
  fs.mkdirSync(dir);
  const socket = path.join(dir, 'redis.sock');
  const redis = start('redis-server', ['--port', '0', '--unixsocket', socket, '--dir', dir, '--appendonly', 'yes', '--appendfsync', 'always', '--save', '']);
  await waitFor('the peer\'s Redis', () => fs.existsSync(socket));
  const ways = { ussd: ['hubtel', 'the last input alone'], at: ['africasTalking', 'all inputs each time'] };
  for (const [mode, [provider, sends]] of Object.entries(ways)) {
    const node = start(process.execPath, [path.join(root, 'tests/bench/peer-ussd.mjs'), socket, provider]);
    const port = await portOf(node);
    await compare(`ussd: ${size.STEPS} steps of the nine-step weighing over ${size.CONNECTIONS} connections, ${sends} (${provider}), beside npm ussd-menu-builder + ioredis, both appendfsync always`, [
      door('kentongan', g, mode, size.STEPS),
      { name: 'ussd-menu-builder', pids: () => ({ node: [node.pid], 'its Redis': [redis.pid] }), load: () => load(mode, port, size.STEPS, g.senders) },
    ]);
    node.kill();
  }
  await g.stop();
  redis.kill();
}

async function benchSessions() {
  const people = Math.min(20000, size.SESSIONS);
  console.log(`\nsessions: ${size.SESSIONS} live USSD dialogues of ${people} kader under ${Math.ceil(size.SESSIONS / people)} service codes, each with a name told`);
  const began = Date.now();
  const g = gatewayWith(people);
  await g.start();
  await settled(g);
  console.log(`  started with ${people} people in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  const used = () => Number(/used_memory:(\d+)/.exec(g.redis('info', 'memory'))[1]) / 1024;
  const memory = () => ({ gateway: kb(g.process.pid, 'VmRSS'), 'Redis RSS': kb(g.redisPid(), 'VmRSS'), 'Redis used': used() });
  const before = memory();
  const r = await load('open', new URL(g.url).port, size.SESSIONS * 4, g.senders);
  await settled(g);
  const after = memory();
  line('opening', r);
  for (const what of Object.keys(before))
    console.log(`  ${what.padEnd(20)}${(before[what] / 1024).toFixed(1)} -> ${(after[what] / 1024).toFixed(1)} MiB  ${(((after[what] - before[what]) * 1024) / size.SESSIONS).toFixed(0)} bytes a session`);
  // A sample of the keys: what a session is made of.
  const sample = g.redis('eval', "local o = {} for i = 1, 1000 do local k = redis.call('randomkey') o[i] = k .. ' ' .. redis.call('memory', 'usage', k) end return o", '0');
  const kinds = new Map();
  for (const [, kind, bytes] of sample.matchAll(/^\{[^}]*\}:?(.*?):[^ :]* (\d+)$/gm)) kinds.set(kind, [...(kinds.get(kind) ?? []), Number(bytes)]);
  console.log(`  ${g.redis('dbsize').trim()} keys; in a sample of 1000: ${[...kinds].filter(([, b]) => b.length > 50).map(([kind, b]) => `${b.length} x ${kind} of ${median(b)} bytes`).join(', ')}`);
  await g.stop();
}

// No rewrite of the append-only file is under way or due: it is paid by whoever writes meanwhile, whose pages are copied.
const quiet = (g) => waitFor('Redis is quiet', () => /aof_rewrite_in_progress:0\s[^]*aof_rewrite_scheduled:0\s/.test(g.redis('info', 'persistence')), 600000);

// CPU of a message (a new child weighed) while `count` of them are sent, in gateway and Redis.
async function costOf(g, count) {
  const r = await turn(door('', g, 'sms', count));
  if (r.bad) throw new Error(`${r.bad} bad answers`);
  return { ...r.cpu, ...Object.fromEntries(Object.entries(r.threads).filter(([, v]) => v >= 1)) };
}

// What the keys of each kind take, with their own entry in Redis' table: kind -> [keys, bytes].
function keysByKind(g) {
  const script = `local n, b, at = {}, {}, '0'
    repeat
      local page = redis.call('SCAN', at, 'COUNT', 1000)
      at = page[1]
      for _, k in ipairs(page[2]) do
        local kind = string.match(k, '}(s:%a+)') or string.match(k, '}(%a+)') or '?'
        if kind == 's:number' and string.find(redis.call('GETRANGE', k, 0, 60), 'echild', 1, true) then kind = 'child' end
        n[kind] = (n[kind] or 0) + 1
        b[kind] = (b[kind] or 0) + redis.call('MEMORY', 'USAGE', k, 'SAMPLES', 1000)
      end
    until at == '0'
    local out = {}
    for kind, i in pairs(n) do out[#out + 1] = kind .. ' ' .. i .. ' ' .. b[kind] end
    return out`;
  return new Map(g.redis('eval', script, '0').trim().split('\n').map((l) => l.split(' ')).map(([kind, n, bytes]) => [kind, [Number(n), Number(bytes)]]));
}

async function benchFlat() {
  const told = (what, cpu) => console.log(`  ${what.padEnd(34)}CPU us a message, and of the gateway's by threads: ${us(cpu)}`);
  console.log(`\nflat: a message (a new child weighed) once up to ${size.STORED} messages are stored, and with up to ${size.CHILDREN} children in one posyandu`);
  let g = gatewayWith(size.SENDERS);
  await g.start();
  await costOf(g, 1000);
  const posyandus = new Set(fs.readFileSync(path.join(g.folder, 'config/people.csv'), 'utf8').match(/PSY\d+/g)).size;
  for (let stored = 1000, step = 2000; ; step = Math.min(stored * 9, size.STORED - stored)) {
    await quiet(g);
    told(`${stored} messages stored`, await costOf(g, 2000));
    console.log(`  ${''.padEnd(34)}(${(stored / size.SENDERS).toFixed(0)} of each kader, all today; ${(stored / posyandus).toFixed(0)} children in each posyandu)`);
    stored += 2000;
    if (stored >= size.STORED) break;
    await costOf(g, Math.max(1, step - 2000));
    stored += Math.max(1, step - 2000);
  }
  const kinds = keysByKind(g);
  const [children, bytes] = kinds.get('child');
  const [lists, listed] = kinds.get('s:name');
  console.log(`  ${children} children: ${(bytes / children).toFixed(0)} bytes each, and ${(listed / children).toFixed(0)} in the ${lists} lists by which names are found: ${((bytes + listed) / children).toFixed(0)}`);
  console.log(`  all keys: ${[...kinds].map(([kind, [n, b]]) => `${n} x ${kind} of ${(b / n).toFixed(0)}`).join(', ')}`);
  await g.stop();
  g = gatewayWith(size.SENDERS, undefined, 1);
  await g.start();
  for (let n = 0; n < size.CHILDREN; n += 500) told(`${n} children in the posyandu`, await costOf(g, 500));
  await g.stop();
}

// In all: what Redis uses more than before them, streams and all; of that what is of the child itself, for as long as it
// is one: it, the lists of names and its timers, with an entry of 24 bytes and a place for each key's time to live.
async function benchChildren() {
  console.log(`\nchildren: ${size.KEPT} of them, each weighed once`);
  const g = gatewayWith(size.SENDERS);
  await g.start();
  await settled(g);
  const used = () => Number(/used_memory:(\d+)/.exec(g.redis('info', 'memory'))[1]);
  const before = used(), first = keysByKind(g);
  const { bad } = await turn(door('', g, 'sms', size.KEPT));
  if (bad) throw new Error(`${bad} bad answers`);
  const more = used() - before, kinds = keysByKind(g), children = kinds.get('child')[0];
  const each = (kind) => ((kinds.get(kind)?.[1] ?? 0) - (first.get(kind)?.[1] ?? 0)) / children;
  const life = 24 + 8;
  for (const [kind, [n, b]] of [...kinds].toSorted((x, y) => y[1][1] - x[1][1]).slice(0, 9)) console.log(`  ${kind.padEnd(12)}${String(n).padStart(8)} keys, ${(b / n).toFixed(0)} bytes each; ${each(kind).toFixed(0)} bytes a child`);
  const lists = kinds.get('s:name')[0] / children;
  const own = each('child') + each('s:name') + each('due') + each('duet') + (1 + lists) * life;
  console.log(`  ${children} children: ${own.toFixed(0)} bytes each (it ${each('child').toFixed(0)}, ${lists.toFixed(1)} lists of names ${each('s:name').toFixed(0)}, timers ${(each('due') + each('duet')).toFixed(0)}, times to live ${((1 + lists) * life).toFixed(0)}); with reports, duplicate keys and all ${(more / children).toFixed(0)}`);
  await g.stop();
}

const cpus = os.cpus();
const version = (command, args, pick) => pick.exec(execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }))?.[0] ?? '?';
const lock = JSON.parse(fs.readFileSync(path.join(root, 'tests/package-lock.json'), 'utf8')).packages;
console.log(`machine   ${cpus.length} x ${cpus[0].model.trim()}, ${os.type()} ${os.release()}, load average ${os.loadavg()[0].toFixed(1)}; load generators on the same machine`);
console.log(`disk      ${execFileSync('df', ['--output=fstype,target', os.tmpdir()], { encoding: 'utf8' }).trim().split('\n')[1]}; appendfsync always, sink sqlite`);
console.log(
  `peers     Redis ${version('redis-server', ['--version'], /[\d.]+\d/)}, Kannel ${version('dpkg-query', ['-W', '-f=${Version}', 'kannel'], /.+/)}, node ${process.version}, ` +
    ['ussd-menu-builder', 'ioredis'].map((p) => `${p} ${lock[`node_modules/${p}`].version}`).join(', '),
);
console.log(`settings  ${Object.entries(size).map(([k, v]) => `${k}=${v}`).join(' ')}`);
if (only.has('smpp')) await benchSmpp();
if (only.has('ussd')) await benchUssd();
if (only.has('http')) await benchHttp();
if (only.has('sessions')) await benchSessions();
if (only.has('postgres')) await benchPostgres(size);
if (only.has('console')) await (await import('./console.mjs')).benchConsole();
if (only.has('flat')) await benchFlat();
if (only.has('children')) await benchChildren();
if (only.has('stages')) await (await import('./stages.mjs')).benchStages(tools);
process.exit(0);
