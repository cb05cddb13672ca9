// lib.mjs - a gateway of its own for each test: own folder, own free ports, own Redis; asked only through the
// doors that people and programs have: HTTP, the district database, ctl, signals.
//
// Tests wait for conditions, never for time.  Needs node >= 18, sqlite3 and redis-cli.
import { execFile, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const binary = path.resolve(root, process.env.KENTONGAN ?? 'build/kentongan');

// The sample people of Desa Kelubi and its chain (config/people.csv).
export const kader = '+6281200000001';
export const bidan = '+6281200000002';
export const puskesmas = '+6281200000003';
export const kades = '+6281200000005';
export const secondKader = '+6281200000008';

// What a process needs in its environment to be under these libraries of tests/preload.  Without them the dynamic linker
// would go on with a word that nobody reads, and the test would try nothing.
export function preload(...names) {
  const files = names.map((name) => path.join(path.dirname(binary), `tests/preload/${name}.so`));
  for (const f of files) if (!fs.existsSync(f)) throw new Error(`${f} is missing: make ${path.relative(root, f)}`);
  return { LD_PRELOAD: files.join(':'), ASAN_OPTIONS: 'verify_asan_link_order=0' };
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Thrown by a probe: waiting is of no use.
export class Hopeless extends Error {}

// How long a test waits for what must come, in ms.  Nothing is measured by it: a sanitized gateway on a machine that is
// shared needs longer than one alone, and only a failure waits to its end.
export const PATIENCE = 45000;

// Calls `probe` until it gives something true, and gives that; fails with `what` when it takes too long.
export async function waitFor(what, probe, ms = PATIENCE) {
  const until = Date.now() + ms;
  let last;
  for (;;) {
    try {
      const got = await probe();
      if (got) return got;
    } catch (e) {
      if (e instanceof Hopeless) throw e;
      last = e;
    }
    if (Date.now() > until) throw new Error(`waited ${ms} ms in vain: ${what}${last ? ` (${last.message})` : ''}`);
    await sleep(20);
  }
}

// A time zone in which it is day: quiet hours (21 to 05) would hold alerts back.
const hour = (offset) => (new Date().getUTCHours() + offset) % 24;
const zones = [
  { name: 'Asia/Jakarta', offset: 7 },
  { name: 'UTC', offset: 0 },
  { name: 'Asia/Jayapura', offset: 9 },
];
const by = (last) => zones.find(({ offset }) => hour(offset) >= 6 && hour(offset) < last);
export const zone = by(20) ?? by(21);

export function freePort() {
  return new Promise((done, failed) => {
    const s = net.createServer();
    s.on('error', failed);
    s.listen(0, '127.0.0.1', () => {
      const { port } = s.address();
      s.close(() => done(port));
    });
  });
}

export function portOpen(port) {
  return new Promise((done) => {
    const s = net.connect(port, '127.0.0.1');
    s.on('connect', () => (s.destroy(), done(true))).on('error', () => done(false));
  });
}

export const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

// One request; resolves to {status, body, headers}, rejects when no whole answer came.
export function request(method, url, { body, headers = {}, timeout = 10000, fresh = false } = {}) {
  return new Promise((done, failed) => {
    const req = http.request(url, { method, headers, agent: fresh ? false : agent, timeout }, (res) => {
      const parts = [];
      res.on('data', (d) => parts.push(d));
      res.on('error', failed);
      res.on('aborted', () => failed(new Error('answer cut off')));
      res.on('end', () => done({ status: res.statusCode, body: Buffer.concat(parts).toString(), headers: res.headers }));
    });
    req.on('timeout', () => req.destroy(new Error('no answer in time')));
    req.on('error', failed);
    req.end(body);
  });
}

export const form = (fields) => new URLSearchParams(fields).toString();
const formType = { 'Content-Type': 'application/x-www-form-urlencoded' };

// Everything that a test started and that must not outlive it.
const children = new Set();
const folders = new Set();

export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  child.out = '';
  child.err = '';
  child.stdout?.on('data', (d) => (child.out += d));
  child.stderr?.on('data', (d) => (child.err += d));
  child.ended = new Promise((done) => child.on('exit', (code, signal) => done({ code, signal })));
  child.ended.then((how) => ((child.how = how), children.delete(child)));
  child.on('error', (e) => (child.err += e.message));
  children.add(child);
  return child;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
process.on('exit', () => {
  for (const c of children) c.kill('SIGKILL');
  for (const f of folders) {
    stopRedisOf(f);
    if (!process.env.KEEP) fs.rmSync(f, { recursive: true, force: true });
    else console.log(`kept ${f}`);
  }
});

function stopRedisOf(folder) {
  const socket = path.join(folder, 'var/redis/redis.sock');
  try {
    if (fs.existsSync(socket)) execFileSync('redis-cli', ['-s', socket, 'shutdown', 'nosave'], { stdio: 'ignore' });
  } catch {
    // it was gone already
  }
}

export class Gateway {
  // A folder with the sample configuration on free ports; `patch` may change the text of kentongan.yaml.
  constructor({ patch = (yaml) => yaml, env = {} } = {}) {
    this.env = env; // of the process, beside ours
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kentongan-system-'));
    folders.add(this.folder);
    fs.cpSync(path.join(root, 'config'), path.join(this.folder, 'config'), { recursive: true });
    this.config = path.join(this.folder, 'config/kentongan.yaml');
    const yaml = fs
      .readFileSync(this.config, 'utf8')
      .replace(/^listen:.*$/m, 'listen: 127.0.0.1:0')
      .replace(/^staff:.*$/m, 'staff: 127.0.0.1:0')
      .replace(/^timezone:.*$/m, `timezone: ${zone.name}`);
    fs.writeFileSync(this.config, patch(yaml));
    this.seen = {};
  }

  // Resolves when it serves.
  async start() {
    this.process = start(binary, ['serve', '-c', this.config], { env: { ...process.env, ...this.env } });
    await waitFor('the gateway serves', () => {
      if (this.process.how) throw new Hopeless(`the gateway ended with ${JSON.stringify(this.process.how)}`);
      const telco = /telco\s+(http:\S+)/.exec(this.process.out);
      const staff = /staff\s+(http:\S+?)\/?\s/.exec(this.process.out);
      if (telco && staff) [this.url, this.staff] = [telco[1], staff[1]];
      return telco && staff;
    }, 30000).catch((e) => {
      throw new Error(`${e.message}\n${this.process.err.slice(-2000)}`);
    });
    return this;
  }

  // SIGTERM; resolves to {code, signal}.  What the gateway said last is shown when it did not end well.
  async stop() {
    this.process?.kill('SIGTERM');
    const how = await this.process?.ended;
    if (how && how.code !== 0) console.error(this.process.err.slice(-8000));
    return how;
  }

  async kill() {
    this.process.kill('SIGKILL');
    await this.process.ended;
  }

  redis(...args) {
    return execFileSync('redis-cli', ['-s', path.join(this.folder, 'var/redis/redis.sock'), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }

  redisPid() {
    return Number(/process_id:(\d+)/.exec(this.redis('info', 'server'))[1]);
  }

  ctl(...args) {
    return execFileSync(binary, ['ctl', '-c', this.config, ...args], { encoding: 'utf8' });
  }

  // Rows of the district database as objects.
  query(sql, name = 'district.db') {
    const file = path.join(this.folder, 'var', name);
    if (!fs.existsSync(file)) return [];
    const out = execFileSync('sqlite3', ['-readonly', '-json', '-cmd', '.timeout 5000', file, sql], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    return out.trim() ? JSON.parse(out) : [];
  }

  // Of the newest month of the message log; tests do not run over midnight of a month.
  get logFile() {
    const folder = path.join(this.folder, 'var/log');
    const months = fs.existsSync(folder) ? fs.readdirSync(folder).filter((f) => f.endsWith('.db')).sort() : [];
    return `log/${months.at(-1) ?? 'none.db'}`;
  }

  log(sql) {
    return this.query(sql, this.logFile);
  }

  // Through the emulator's door; resolves to {status, body}.
  sms(from, text, id = `t-${process.pid}-${Gateway.next++}`) {
    return request('POST', `${this.url}/sms/emulator`, { body: form({ id, from, to: '98120', text }), headers: formType });
  }

  ussd(session, from, text, code = '*123#') {
    return request('POST', `${this.url}/ussd/emulator`, { body: form({ session, from, code, text }), headers: formType });
  }

  async inbox(msisdn, after = 0, wait = 0) {
    const q = form({ msisdn, after, wait });
    const r = await request('GET', `${this.url}/emulator/inbox?${q}`, { timeout: wait * 1000 + 10000, fresh: true });
    if (r.status !== 200) throw new Error(`inbox answered ${r.status}`);
    return JSON.parse(r.body);
  }

  // The next SMS that this phone gets which nobody has read yet and which fits.
  async nextSms(msisdn, fits = /./, ms = PATIENCE) {
    const unread = () => (this.seen[msisdn] ??= { after: 0, kept: [] });
    return waitFor(`an SMS like ${fits} at ${msisdn}`, async () => {
      const u = unread();
      for (const sms of await this.inbox(msisdn, u.after)) {
        u.after = sms.id;
        u.kept.push(sms);
      }
      const at = u.kept.findIndex((sms) => fits.test(sms.text));
      return at < 0 ? null : u.kept.splice(at, 1)[0];
    }, ms);
  }

  // Sends an SMS and gives the text of what comes back.
  async say(from, text, id) {
    const before = await this.inbox(from);
    const r = await this.sms(from, text, id);
    if (r.status !== 200) throw new Error(`answered ${r.status}: ${r.body}`);
    const after = before.length ? before[before.length - 1].id : 0;
    return waitFor(`an answer to ${text}`, async () => (await this.inbox(from, after))[0]?.text);
  }

  async metrics() {
    return (await request('GET', `${this.staff}/metrics`)).body;
  }

  // How often messages ended this way.
  async reason(name) {
    const m = new RegExp(`^kentongan_messages_total\\{reason="${name}"\\} (\\d+)`, 'm').exec(await this.metrics());
    return m ? Number(m[1]) : 0;
  }
}
Gateway.next = 1;

// The number in a reply.
export const nomorOf = (text) => /\b([1-9]\d{3,9})\b/.exec(text)?.[1];

// A name that nobody else has, far from every other: syllables, no digits.
export function newName(random = Math.random) {
  const word = () => Array.from({ length: 4 }, () => 'bcdfghjklmnprst'[(random() * 15) | 0] + 'aeiou'[(random() * 5) | 0]).join('');
  return `${word()} ${word()}`;
}

export const run = (file, args, options) =>
  new Promise((done) => execFile(file, args, { encoding: 'utf8', ...options }, (error, out, err) => done({ error, out, err })));
