// operator.test.mjs - the operator's tools on a running gateway: handset, ctl, reload, drain, and what is left.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, binary, kader, request, waitFor } from './lib.mjs';

let g;
before(async () => {
  g = new Gateway();
  await g.start();
});
after(() => g.stop());

const phone = (...lines) =>
  spawnSync(binary, ['phone', '-c', g.config, '--url', g.url], { input: `${lines.join('\n')}\n`, encoding: 'utf8', timeout: 120000 });
const ctl = (...args) => spawnSync(binary, ['ctl', '-c', g.config, ...args], { encoding: 'utf8', timeout: 20000 });

test('the handset sends, dials, reads its inbox and changes hands, from a pipe', () => {
  const r = phone('TIMBANG Gita Puspa P 14bl 9,2 76', '*123#', '1', '/end', '/as 2', '*123#', '/inbox');
  assert.equal(r.status, 0, r.stderr);
  assert.match(r.stdout, /^SMS: .*Gita Puspa/m);
  assert.match(r.stdout, /^\| .*1 Timbang/m);
  assert.match(r.stdout, /^> \/as 2\n/m);
  assert.doesNotMatch(r.stdout, /\x1b/);
});

test('from a pipe each line waits for its own answer, whatever lay in the inbox', () => {
  const out = phone('FORMAT bumil', 'FORMAT timbang', 'CAKAP').stdout;
  assert.match(out, /Gita Puspa[^]*> FORMAT bumil\n(SMS: .*BUMIL.*\n)> FORMAT timbang\n(SMS: .*TIMBANG.*\n)> CAKAP\nSMS: /);
});

test('the handset says so when nobody answers', () => {
  const r = spawnSync(binary, ['phone', '-c', g.config, '--url', 'http://127.0.0.1:1'], { input: 'BANTUAN\n', encoding: 'utf8', timeout: 120000 });
  assert.equal(r.status, 1);
  assert.match(r.stderr, /is the gateway running/);
});

test('ctl shows status, queues, sessions and reasons, and refuses what it does not know', () => {
  assert.match(ctl('show', 'status').stdout, /^health\s+ok$/m);
  assert.match(ctl('show', 'queues').stdout, /^parked\s+0$/m);
  assert.match(ctl('show', 'sinks').stdout, /^lokal \(sqlite\)\n {2}circuit {3}closed.*\n {2}queue {5}\d+.*\n {2}parked {4}0\n {2}stored {4}[1-9]/m);
  assert.match(ctl('sink', 'lokal', 'schema').stdout, /CREATE TABLE record /);
  assert.equal(ctl('sink', 'nowhere', 'schema').status, 1);
  assert.match(ctl('show', 'sessions').stdout, /^ussd_pages\s+[1-9]/m);
  assert.match(ctl('show', 'reasons').stdout, /^accepted\s+[1-9]/m);
  assert.match(ctl('show', 'config').stdout, /password: \(set\)/);
  assert.doesNotMatch(ctl('show', 'config').stdout, /\+62|password: "/);
  const r = ctl('make', 'coffee');
  assert.equal(r.status, 1);
  assert.match(r.stderr, /^error: no such request/);
  assert.doesNotMatch(ctl('show', 'reasons').stdout, /\+62/);
});

test('a reload takes a good configuration and leaves a bad one alone', async () => {
  assert.equal(ctl('reload').stdout, 'reloaded\n');
  const good = fs.readFileSync(g.config, 'utf8');
  fs.writeFileSync(g.config, `${good}\nnonsense: yes\n`);
  const r = ctl('reload');
  assert.equal(r.status, 1);
  fs.writeFileSync(g.config, good);
  assert.equal((await g.sms(kader, 'BANTUAN')).status, 200);
  assert.match(ctl('show', 'status').stdout, /^health\s+ok$/m);
});

test('a reload brings a new kader', async () => {
  fs.appendFileSync(path.join(g.folder, 'config/people.csv'), '+6281377777777,kader,Kader Baru (contoh),PSY001,id,yes,no\n');
  assert.equal(ctl('reload').status, 0);
  assert.match(await g.say('+6281377777777', 'TIMBANG Hana Safira P 14bl 9,2 76'), /Hana Safira/);
});

test('drain finishes, leaves with 0, and leaves nothing behind', async () => {
  const redis = g.redisPid();
  await g.sms(kader, 'TIMBANG Indah Permata P 14bl 9,2 76', 'drain-1');
  assert.match(ctl('drain').stdout, /draining/);
  assert.deepEqual(await g.process.ended, { code: 0, signal: null });
  await assert.rejects(request('GET', `${g.staff}/livez`, { fresh: true }));
  assert.throws(() => process.kill(redis, 0));
  assert.equal(fs.existsSync(path.join(g.folder, 'var/ctl.sock')), false);
  assert.equal(fs.existsSync(path.join(g.folder, 'var/redis/redis.sock')), false);
  assert.equal(fs.existsSync(path.join(g.folder, 'var/district.db-wal')), false);
  assert.equal(g.query("SELECT count(*) AS n FROM record WHERE message_id = 'drain-1'")[0].n, 1);
});

test('a message that was known before the stop is known after the next start', async () => {
  await g.start();
  await waitFor('an answer', async () => (await g.sms(kader, 'TIMBANG Indah Permata P 14bl 9,2 76', 'drain-1')).body.includes('duplicate'));
});
