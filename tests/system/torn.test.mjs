// torn.test.mjs - a Redis that is not ours dies while it writes a commit to its append-only file, and again a while later.
//
// Redis 7.0 cuts off the torn command alone and keeps the MULTI before it open: at the start after the next what stood behind
// that MULTI is carried out, the duplicate key of a message among it whose rows were never written.  Its telco, which
// heard nothing and comes again, would hear that it is known.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Gateway, freePort, kader, secondKader, start, waitFor } from './lib.mjs';

let folder, port, redis, g;

const ask = (...words) => execFileSync('redis-cli', ['-p', port, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

async function startRedis() {
  redis = start('redis-server', ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always', '--save', '']);
  await waitFor('Redis', () => ask('ping').includes('PONG'));
}

async function kill(child) {
  child.kill('SIGKILL');
  await child.ended;
}

const gateway = () => new Gateway({ patch: (yaml) => yaml.replace(/^redis:.*$/m, `redis: {address: "127.0.0.1:${port}"}`) }).start();
const rewritten = () => !/aof_last_rewrite_time_sec:-1/.test(ask('info', 'persistence'));

// The file as a kill in the middle of the write that has `word` leaves it: cut in the command behind that.
function tear(word) {
  const of = path.join(folder, 'appendonlydir');
  const file = path.join(of, fs.readdirSync(of).filter((f) => f.includes('.incr.')).sort((a, b) => a.split('.').at(-3) - b.split('.').at(-3)).at(-1));
  const bytes = fs.readFileSync(file, 'latin1');
  const at = bytes.indexOf(word);
  assert.ok(at > 0 && bytes.lastIndexOf('MULTI', at) > bytes.lastIndexOf('\r\nEXEC\r\n', at), 'a transaction');
  fs.truncateSync(file, bytes.indexOf('\r\n*', at) + 5);
}

beforeEach(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kentongan-torn-'));
  port = await freePort();
  await startRedis();
});
afterEach(async () => {
  await g?.stop();
  redis.kill('SIGTERM');
  await redis.ended;
  fs.rmSync(folder, { recursive: true, force: true });
});

// anew: Redis has written its file anew before it dies again.
async function story(word, anew) {
  const first = await gateway();
  await waitFor('nothing of a former life', rewritten);
  assert.equal((await first.sms(kader, 'TIMBANG Setifuta Rogugido P 14bl 9,2 76', 'torn-1')).status, 200);
  await Promise.all([kill(redis), kill(first.process)]);
  tear(word);

  // It was never answered; others write meanwhile.
  await startRedis();
  g = await gateway();
  assert.equal((await g.sms(secondKader, 'TIMBANG Melati Kenanga P 15bl 9,4 77', 'torn-2')).status, 200);
  if (anew) await waitFor('nothing of a former life', rewritten);
  await kill(redis);
  await startRedis();
  await waitFor('it serves', async () => (await g.sms(secondKader, 'TIMBANG Cempaka Wangi L 16bl 9,9 78', 'torn-3')).status === 200);

  assert.equal((await g.sms(kader, 'TIMBANG Setifuta Rogugido P 14bl 9,2 76', 'torn-1')).status, 200);
  const names = () => g.query('SELECT nama FROM v_timbang').map((r) => r.nama);
  await waitFor('it is stored', () => names().includes('Setifuta Rogugido')).catch(() => {});
  assert.deepEqual([...new Set(names())].sort(), ['Cempaka Wangi', 'Melati Kenanga', 'Setifuta Rogugido']);
  if (anew) assert.equal(names().length, 3);
}

for (const word of ['dup:emulator:torn-1', '}s:sender:+6281200000001', '}st:sink:lokal'])
  for (const anew of [true, false])
    test(`cut behind ${word}, ${anew ? 'and a file written anew' : 'and dead again at once'}`, { timeout: 180000 }, () => story(word, anew));
