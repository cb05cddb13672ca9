// world.mjs - what is tortured: gateways, their Redis, a PostgreSQL, an SMSC and a provider that takes SMS; and the
// load, which knows what was acknowledged.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { Gateway, agent, bidan, binary, form, freePort, newName, preload, request, secondKader, sleep, start, waitFor } from '../system/lib.mjs';
import { Postgres } from '../system/pg.mjs';
import { Smsc } from '../system/smsc.mjs';

export function random32(s) {
  return () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const kaders = ['+6281200000001', '+6281200000008', '+6281200000009'];
// Of this process alone: the port of a gateway that was killed is free for whoever asks for one, and a server of another
// test there would acknowledge what it knows nothing of.
const address = `127.${64 + ((process.pid >> 16) & 63)}.${(process.pid >> 8) & 255}.${process.pid & 255}`;
const NAMES = 20000; // drawn at once

const callers = ['+6281200000191', '+6281200000192', '+6281200000193'];

export class World {
  // gateways: 1, with a managed Redis; or 2 on one that is not theirs.
  constructor({ random, gateways = 1, postgres = false }) {
    this.random = random;
    this.n = gateways;
    this.withPostgres = postgres;
    this.told = new Map(); // text to the bidan -> when it first came
    this.sms = new Map(); // name -> {sent, acknowledged}
    this.calls = new Map(); // name -> the number that the last page gave
    this.alarms = new Map(); // name -> when it was acknowledged
    this.repeats = [];
    this.struck = [];
    this.away = []; // {from, to}: when something was broken
  }

  async start() {
    this.smsc = await new Smsc().start();
    this.pintu = http.createServer((req, res) => {
      const parts = [];
      req.on('data', (d) => parts.push(d));
      req.on('end', () => {
        const text = Buffer.concat(parts).toString();
        if (req.headers['x-kannel-to'] === bidan && !this.told.has(text)) this.told.set(text, Date.now());
        res.writeHead(202).end('0: Accepted for delivery');
      });
    });
    await new Promise((done) => this.pintu.listen(0, '127.0.0.1', done));
    if (this.withPostgres) this.pg = new Postgres();
    if (this.n > 1) await this.startOwnRedis();
    this.gateways = Array.from({ length: this.n }, () => this.gateway());
    for (const g of this.gateways) await g.start();
    await this.smsc.bound();
    return this;
  }

  gateway() {
    const providers = `providers:\n  pintu: {dialect: kannel, allow: [127.0.0.1], send: {url: "http://127.0.0.1:${this.pintu.address().port}/", username: u, password: p}}\n  telko: {dialect: smpp, host: 127.0.0.1, port: ${this.smsc.port}, system_id: u, password: p, window: 100}`;
    const g = new Gateway({
      patch: (yaml) => {
        let y = yaml.replace(/^listen:.*$/m, `listen: ${address}:0`).replace(/^default_provider:.*$/m, 'default_provider: pintu').replace(/^providers:$/m, providers);
        if (this.redisPort) y = y.replace(/^redis:.*$/m, `redis: {address: "127.0.0.1:${this.redisPort}"}`);
        if (this.pg) y = y.replace(/^ {2}lokal:.*$/m, (lokal) => `${lokal}\n  kabupaten: {kind: postgres, dsn: "${this.pg.dsn}"}`);
        return y;
      },
    });
    g.full = path.join(g.folder, 'full');
    g.ahead = path.join(g.folder, 'ahead');
    g.env = { ...preload('disk', 'clock', 'torn'), DISK_FULL_FLAG: g.full, CLOCK_AHEAD: g.ahead };
    if (!this.redisPort) g.env.TORN_FLAG = this.tornFlag = path.join(g.folder, 'torn'); // of the managed Redis
    return g;
  }

  // --- Redis ---

  async startOwnRedis() {
    this.redisFolder ??= fs.mkdtempSync(path.join(os.tmpdir(), 'kentongan-torture-'));
    this.redisPort ??= await freePort();
    this.redisServer = start('redis-server', ['--port', this.redisPort, '--bind', '127.0.0.1', '--dir', this.redisFolder, '--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--logfile', 'redis.log'],
      { env: { ...process.env, ...preload('torn'), TORN_FLAG: (this.tornFlag = path.join(this.redisFolder, 'torn')) } });
  }

  // How often a write to its file was cut short by a kill, and whether it died again before it had written its file anew:
  // then a part of such a write was carried out.
  torn() {
    const log = this.redisPort ? path.join(this.redisFolder, 'redis.log') : path.join(this.gateways[0].folder, 'var/redis/redis.log');
    let n = 0, rest = false, carried = false;
    for (const line of fs.existsSync(log) ? fs.readFileSync(log, 'utf8').split('\n') : []) {
      if (line.includes('DB loaded from base file')) carried ||= rest;
      if (line.includes('short read while loading')) (n++, (rest = true));
      if (line.includes('AOF rewrite finished successfully')) rest = false;
    }
    return { n, carried };
  }

  // null when it does not answer.
  redis(...args) {
    const where = this.redisPort ? ['-p', String(this.redisPort)] : ['-s', path.join(this.gateways[0].folder, 'var/redis/redis.sock')];
    try {
      return execFileSync('redis-cli', [...where, ...args], { encoding: 'utf8', timeout: 3000, stdio: ['ignore', 'pipe', 'ignore'] });
    } catch {
      return null;
    }
  }

  redisPid() {
    return this.redisPort ? this.redisServer.pid : Number(/process_id:(\d+)/.exec(this.redis('info', 'server') ?? '')?.[1]) || null;
  }

  // Everything that died lives again.
  async heal() {
    for (const g of this.gateways) if (g.leaving) await g.process.ended;
    await waitFor('Redis answers', async () => {
      if (this.redisPort && this.redisServer.how) await this.startOwnRedis();
      for (const g of this.gateways) if (g.process.how) await g.start();
      for (const g of this.gateways) g.leaving = false;
      return this.redis('ping')?.includes('PONG');
    }, 30000);
    if (this.pg) await waitFor('PostgreSQL answers', () => {
      try {
        return this.pg.sql('SELECT 1') === '1';
      } catch {
        this.pg.start();
        return false;
      }
    }, 60000);
  }

  // Milliseconds ahead of the truth.
  setClock(ms) {
    for (const g of this.gateways) {
      fs.writeFileSync(`${g.ahead}.new`, String(ms));
      fs.renameSync(`${g.ahead}.new`, g.ahead);
    }
  }

  dropHttp() {
    for (const sockets of Object.values(agent.sockets)) for (const s of sockets) s.destroy();
  }

  // One of them is told to go, one way or the other.
  end(signal) {
    const g = this.any();
    g.leaving = true;
    g.process.kill(signal);
  }

  any() {
    return this.gateways[(this.random() * this.n) | 0];
  }

  // --- the load: each worker is an aggregator's thread, which gives up on some messages and repeats others ---

  async say(from, text, id) {
    const g = this.any();
    const r = await request('GET', `${g.url}/sms/pintu?${form({ from, to: '98120', text, id, smsc: 'x', ts: '1' })}`);
    return r.status === 202 || r.status === 200;
  }

  // One that is read as a name: of a million one is a word as well (badaraha: berdarah), and is a sign then.
  name() {
    if (!this.names?.length) {
      const drawn = Array.from({ length: NAMES }, () => newName(this.random));
      const input = drawn.map((name) => `TIMBANG ${name} L 13bl 9.9 77\n`).join('');
      const heard = execFileSync(binary, ['parse', '-c', this.gateways[0].config], { input, encoding: 'utf8', maxBuffer: 1 << 28 }).trim().split('\n');
      this.names = drawn.filter((name, i) => JSON.parse(heard[i]).fields?.nama?.toLowerCase() === name);
    }
    return this.names.pop();
  }

  weighing() {
    const name = this.name(), n = this.sms.size;
    const text = `TIMBANG ${name} ${n % 2 ? 'L' : 'P'} ${12 + (n % 24)}bl ${(9 + (n % 20) / 10).toFixed(1)} ${76 + (n % 8)}`;
    this.sms.set(name, { text, acknowledged: false });
    return { name, text, from: kaders[n % kaders.length], id: `t-${n}` };
  }

  async insist(m, tries, send) {
    for (let i = 0; i < tries && !this.over; i++) {
      if (await send(m).catch(() => false)) {
        Object.assign(this.sms.get(m.name), { acknowledged: true, at: new Date().toISOString(), id: m.id, by: String(send).includes('deliver') ? 'SMPP' : 'HTTP' });
        if (this.random() < 0.2) this.repeats.push({ m, send });
        return;
      }
      await sleep(30);
    }
  }

  async byHttp() {
    while (!this.over) {
      await this.insist(this.weighing(), this.random() < 0.3 ? 1 : 500, (m) => this.say(m.from, m.text, m.id));
      await sleep(4);
    }
  }

  async bySmpp() {
    while (!this.over) {
      await this.insist(this.weighing(), 500, async (m) => (await this.smsc.deliver(m.from, m.text)).command_status === 0);
      await sleep(10);
    }
  }

  // What was acknowledged comes once more, later and in another order.
  async again() {
    while (!this.over) {
      const at = (this.random() * this.repeats.length) | 0;
      const [r] = this.repeats.splice(at, 1);
      if (r && r.m.id && String(r.send).includes('m.id')) await r.send(r.m).catch(() => {});
      await sleep(25);
    }
  }

  async byUssd(from) {
    for (let i = 0; !this.over; i++) {
      const session = `t-${from}-${i}`, g = this.any();
      const name = this.name();
      this.calls.set(name, null);
      try {
        let page = await g.ussd(session, from, '');
        if (/Lanjut/.test(page.body)) page = await g.ussd(session, from, '2');
        for (const answer of ['1', '1', name, '1', '20', '10,4', '80', '1'])
          if (page.body.startsWith('CON ')) page = await g.ussd(session, from, answer);
        const end = /^END Diterima (\d+)/.exec(page.body);
        if (end) this.calls.set(name, end[1]);
      } catch {
        await sleep(20);
      }
      await sleep(10);
    }
  }

  async alarm() {
    for (let n = 0; !this.over; n++) {
      const name = this.name();
      const text = `RUJUK Bu ${name} 28th perdarahan hebat`;
      for (let i = 0; i < 500 && !this.over; i++) {
        if (await this.say(secondKader, text, `e1-${n}`).catch(() => false)) {
          this.alarms.set(name, Date.now());
          break;
        }
        await sleep(30);
      }
      await sleep(700);
    }
  }

  load() {
    this.name(); // none is drawn under load
    const workers = [this.byHttp(), this.byHttp(), this.byHttp(), this.byHttp(), this.bySmpp(), this.bySmpp(), this.again(), this.alarm(), ...callers.map((c) => this.byUssd(c))];
    return async () => {
      this.over = true;
      await Promise.all(workers);
    };
  }

  // --- what came of it ---

  // name -> how many records.  Two gateways have a file each: one that was taken from a gateway which stood still in
  // the middle of storing it is in both, and is one record by its id.
  stored(gateways = this.gateways) {
    const ids = new Map();
    for (const g of gateways)
      for (const r of g.query('SELECT lower(nama) AS name, id FROM v_timbang')) ids.set(r.name, (ids.get(r.name) ?? new Set()).add(r.id));
    return new Map([...ids].map(([name, of]) => [name, of.size]));
  }

  audits() {
    return this.gateways.map((g) => JSON.parse(g.ctl('audit', '--json')));
  }

  parkedText() {
    return this.redis('xrange', '{19.06}parked:inbound', '-', '+') ?? '';
  }

  // Seconds from the answer to the telco to the bidan's provider, without those in which something was broken.
  delays() {
    const told = [...this.told];
    return [...this.alarms].map(([name, from]) => {
      const to = told.find(([text]) => text.toLowerCase().includes(name))?.[1];
      if (!to) return { name, s: Infinity };
      const broken = this.away.reduce((sum, a) => sum + Math.max(0, Math.min(a.to, to) - Math.max(a.from, from)), 0);
      return { name, s: Math.max(0, to - from - broken) / 1000 };
    });
  }

  // What a round that failed leaves to look at: the judgement, what was broken when, and the files of all.
  keep(folder) {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'round.json'), JSON.stringify({ judged: this.judged, struck: this.struck, away: this.away }, null, 1));
    const files = [...this.gateways.map((g) => g.folder), this.redisFolder].filter(Boolean);
    files.forEach((from, i) => fs.cpSync(from, path.join(folder, String(i)), { recursive: true, filter: (f) => !fs.lstatSync(f).isSocket() }));
    this.gateways.forEach((g, i) => fs.writeFileSync(path.join(folder, `${i}.err`), g.process.err));
    return folder;
  }

  async stop() {
    const ends = [];
    for (const g of this.gateways) ends.push(await g.stop());
    await this.smsc.kill();
    this.pintu.close();
    this.pintu.closeAllConnections?.();
    this.pg?.kill();
    this.redisServer?.kill('SIGTERM');
    await this.redisServer?.ended; // its last words go to its log
    if (this.redisFolder) fs.rmSync(this.redisFolder, { recursive: true, force: true });
    return ends;
  }
}
