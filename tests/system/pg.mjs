// pg.mjs - a PostgreSQL of Debian in a folder of its own, on a Unix socket alone, and a wire to it that can be cut.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

import { waitFor } from './lib.mjs';

const versions = fs.existsSync('/usr/lib/postgresql') ? fs.readdirSync('/usr/lib/postgresql') : [];
export const bin = path.join('/usr/lib/postgresql', versions.sort((a, b) => a - b).at(-1) ?? '15', 'bin');
// The server refuses to run as root.
export const asUser = process.getuid() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
const run = (...args) => execFileSync([...asUser, ...args][0], [...asUser, ...args].slice(1), { encoding: 'utf8', cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });

const all = new Set();
process.on('exit', () => {
  for (const p of all) {
    p.kill();
    fs.rmSync(p.folder, { recursive: true, force: true });
  }
});

export class Postgres {
  constructor({ memory = '32MB', sorts = 'id-ID' } = {}) {
    this.memory = memory; // of its buffers
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kt-pg-'));
    if (asUser.length) execFileSync('chown', ['postgres:postgres', this.folder]);
    fs.chmodSync(this.folder, 0o755);
    this.data = path.join(this.folder, 'data');
    // As an office's sorts, by its language; C compares bytes, as SQLite does.
    const locale = sorts === 'C' ? ['--locale=C'] : ['--locale=C.UTF-8', '--locale-provider=icu', `--icu-locale=${sorts}`];
    run(path.join(bin, 'initdb'), '-D', this.data, '-A', 'trust', '-E', 'UTF8', ...locale, '-U', 'owner');
    all.add(this);
    this.start();
    this.sql('CREATE DATABASE kesehatan', 'postgres');
  }

  get dsn() {
    return `host=${this.folder} dbname=kesehatan user=owner`;
  }

  start() {
    const options = `-k ${this.folder} -c listen_addresses='' -c shared_buffers=${this.memory}`;
    run(path.join(bin, 'pg_ctl'), '-D', this.data, '-w', '-o', options, '-l', path.join(this.folder, 'log'), 'start');
  }

  // After a kill its memory is only free when the last child is gone.
  restart() {
    return waitFor('PostgreSQL starts', () => (this.start(), true));
  }

  // SIGKILL of every process: what a power cut leaves.
  kill() {
    try {
      const pid = Number(fs.readFileSync(path.join(this.data, 'postmaster.pid'), 'utf8').split('\n')[0]);
      const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).trim().split(/\s+/);
      process.kill(pid, 'SIGKILL');
      for (const c of children) if (c) try { process.kill(Number(c), 'SIGKILL'); } catch {} // gone with its parent
    } catch {
      // it did not run
    }
  }

  // Its rows as text: a line a row, | between columns.
  sql(text, database = 'kesehatan', user = 'owner') {
    return execFileSync(path.join(bin, 'psql'), ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', this.folder, '-U', user, '-d', database, '-At'], {
      encoding: 'utf8', input: text, stdio: ['pipe', 'pipe', 'pipe'],
    }).trim();
  }

  rows(query) {
    return JSON.parse(this.sql(`SELECT coalesce(json_agg(r), '[]') FROM (${query}) r`));
  }
}

// A socket in the place of the server's; cutAfterCommit() takes away the next answer that says that rows are stored.
export class Wire {
  constructor(server) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kt-wire-'));
    this.cuts = 0;
    this.listener = net.createServer((client) => {
      const there = net.connect(path.join(server.folder, '.s.PGSQL.5432'));
      const end = () => (client.destroy(), there.destroy());
      client.on('data', (d) => there.write(d)).on('close', end).on('error', end);
      there.on('data', (d) => {
        // CommandComplete of an INSERT, and ReadyForQuery behind it: committed.
        if (this.armed && d.includes('INSERT 0') && d.includes(Buffer.from([0x5a, 0, 0, 0, 5, 0x49]))) {
          this.armed = false;
          this.cuts++;
          end();
        } else {
          client.write(d);
        }
      }).on('close', end).on('error', end);
    });
  }

  async open() {
    await new Promise((done) => this.listener.listen(path.join(this.folder, '.s.PGSQL.5432'), done));
    this.listener.unref();
    return this;
  }

  get dsn() {
    return `host=${this.folder} dbname=kesehatan user=owner`;
  }

  async cutAfterCommit() {
    const before = this.cuts;
    this.armed = true;
    await waitFor('an answer to cut', () => this.cuts > before);
  }

  close() {
    this.listener.close();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
