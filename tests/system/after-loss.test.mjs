// after-loss.test.mjs - Redis lost its data, the spool is damaged, files were emptied: no number is given twice, what can
// be read is carried out, what cannot is kept, and each is named at start with what mends it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Gateway, bidan, binary, kader, newName, nomorOf, request, run, secondKader, waitFor } from './lib.mjs';

const ready = async (g) => {
  const r = await request('GET', `${g.staff}/readyz`);
  return { code: r.status, ...JSON.parse(r.body) };
};
const file = (g, ...names) => path.join(g.folder, 'var', ...names);
const weigh = async (g, id) => nomorOf(await g.say(kader, `TIMBANG ${newName()} P 14bl 9,2 76`, id));

test('numbers are not given twice when Redis comes back empty', { timeout: 90000 }, async () => {
  const g = await new Gateway().start();
  const first = [];
  for (let i = 0; i < 5; i++) first.push(await weigh(g, `n-${i}`));
  await waitFor('stored', () => g.query('SELECT count(*) AS n FROM record')[0]?.n === 5);
  await g.stop();
  fs.rmSync(file(g, 'redis'), { recursive: true });
  await g.start();
  g.seen = {};
  const second = [];
  for (let i = 5; i < 10; i++) second.push(await weigh(g, `n-${i}`));
  assert.deepEqual(second.filter((n) => first.includes(n)), []);
  assert.match((await ready(g)).why.join(), /rebuild/);
  // The same without our own note of it: what the district database has seen counts.
  await g.stop();
  fs.rmSync(file(g, 'redis'), { recursive: true });
  fs.rmSync(file(g, 'seq'));
  await g.start();
  g.seen = {};
  const third = [];
  for (let i = 10; i < 15; i++) third.push(await weigh(g, `n-${i}`));
  assert.deepEqual(third.filter((n) => first.includes(n) || second.includes(n)), []);
  await g.stop();
});

const away = [
  ['garbage in the append-only file', (g) => {
    const folder = file(g, 'redis/appendonlydir');
    for (const f of fs.readdirSync(folder)) if (/\.aof$/.test(f)) fs.writeFileSync(path.join(folder, f), 'garbage garbage garbage');
  }, /redis-check-aof/],
  ['the manifest of the append-only file is gone', (g) => {
    const folder = file(g, 'redis/appendonlydir');
    for (const f of fs.readdirSync(folder)) if (/manifest$/.test(f)) fs.rmSync(path.join(folder, f));
  }, /manifest/],
];
for (const [what, damage, remedy] of away)
  test(`${what}: it serves from the spool and says why`, { timeout: 90000 }, async () => {
    const g = await new Gateway().start();
    const before = await weigh(g, 'a-1');
    await waitFor('stored', () => g.query('SELECT count(*) AS n FROM record')[0]?.n === 1);
    await g.stop();
    damage(g);
    const kept = fs.readdirSync(file(g, 'redis/appendonlydir')).sort();
    await g.start();
    g.seen = {};
    assert.match(g.process.err, remedy);
    assert.match(g.process.err, /ctl rebuild/);
    assert.deepEqual(await ready(g).then((r) => [r.code, r.status]), [200, 'degraded']);
    assert.equal((await g.sms(secondKader, 'RUJUK Bu Wati 28th perdarahan', 'a-2')).status, 200);
    await g.nextSms(bidan, /perdarahan/i);
    assert.equal((await g.sms(kader, `TIMBANG ${newName()} P 14bl 9,2 76`, 'a-3')).status, 200);
    assert.deepEqual(fs.readdirSync(file(g, 'redis/appendonlydir')).sort(), kept, 'nothing of it was overwritten');
    fs.renameSync(file(g, 'redis/appendonlydir'), file(g, 'broken'));
    await waitFor('the spool is taken', () => g.query("SELECT count(*) AS n FROM record WHERE message_id IN ('a-2', 'a-3')")[0].n === 2);
    const numbers = g.query('SELECT nomor FROM record').map((r) => r.nomor);
    assert.equal(new Set(numbers).size, numbers.length);
    assert.ok(numbers.includes(before));
    await g.stop();
  });

test('a damaged frame in the spool costs that frame, which is kept for people', { timeout: 90000 }, async () => {
  const g = await new Gateway().start();
  process.kill(g.redisPid(), 'SIGSTOP');
  const pid = g.redisPid;
  const ids = Array.from({ length: 12 }, (_, i) => `s-${i}`);
  for (const id of ids) assert.equal((await g.sms(kader, `TIMBANG ${newName()} P 14bl 9,2 76`, id)).status, 200);
  await g.kill();
  const spool = file(g, 'spool');
  const name = fs.readdirSync(spool).find((f) => f.endsWith('.spool'));
  const bytes = fs.readFileSync(path.join(spool, name));
  const at = bytes.indexOf('"s-5"');
  bytes.fill(0x58, at - 20, at + 3);
  fs.writeFileSync(path.join(spool, name), bytes);
  for (const p of fs.readdirSync('/proc')) if (/^\d+$/.test(p)) try { if (fs.readlinkSync(`/proc/${p}/cwd`) === fs.realpathSync(file(g, 'redis'))) process.kill(Number(p), 'SIGCONT'); } catch { /* not ours */ }
  await g.start();
  await waitFor('eleven rows', () => g.query("SELECT count(*) AS n FROM record WHERE message_id LIKE 's-%'")[0]?.n === 11);
  await waitFor('one is parked', () => /^inbound\s+1\b/m.test(g.ctl('parked')));
  assert.equal(fs.readdirSync(path.join(spool, 'damaged')).length, 1);
  assert.match(fs.readFileSync(path.join(spool, 'damaged', fs.readdirSync(path.join(spool, 'damaged'))[0])).toString('latin1'), /TIMBANG/);
  assert.equal(fs.readdirSync(spool).filter((f) => f.endsWith('.spool')).length, 0);
  await g.stop();
});

test('an emptied district database and a truncated key are named, not renewed', { timeout: 90000 }, async () => {
  const g = await new Gateway().start();
  await weigh(g, 'e-1');
  await waitFor('stored', () => g.query('SELECT count(*) AS n FROM record')[0]?.n === 1);
  await g.stop();
  const whole = fs.readFileSync(file(g, 'district.db'));
  fs.truncateSync(file(g, 'district.db'));
  await g.start();
  g.seen = {};
  await waitFor('degraded', async () => (await ready(g)).status === 'degraded');
  assert.match(g.process.err, /district\.db.*empty/);
  assert.equal(fs.statSync(file(g, 'district.db')).size, 0);
  await weigh(g, 'e-2');
  fs.writeFileSync(file(g, 'district.db'), whole);
  await waitFor('both rows', () => g.query("SELECT count(*) AS n FROM record WHERE message_id LIKE 'e-%'")[0].n === 2, 60000);
  await g.stop();
  fs.truncateSync(file(g, 'key'), 7);
  const r = await run(binary, ['serve', '-c', g.config]);
  assert.equal(r.error?.code, 1);
  assert.match(r.err, /key.*7 bytes/);
  assert.equal(fs.statSync(file(g, 'key')).size, 7);
});

test('a district database that is moved away while it runs is named, and what came meanwhile waits for it', { timeout: 90000 }, async () => {
  const g = await new Gateway().start();
  const rows = () => g.query("SELECT message_id AS id FROM record WHERE message_id LIKE 'm-%' ORDER BY 1").map((r) => r.id);
  await weigh(g, 'm-1');
  await waitFor('stored', () => rows().length === 1);
  fs.renameSync(file(g, 'district.db'), file(g, 'elsewhere.db'));
  await weigh(g, 'm-2');
  await waitFor('degraded', async () => /sink:lokal/.test((await ready(g)).why ?? ''));
  await waitFor('it says which', () => /district\.db is gone/.test(g.process.err), 60000);
  assert.equal(fs.existsSync(file(g, 'district.db')), false);
  fs.renameSync(file(g, 'elsewhere.db'), file(g, 'district.db'));
  await waitFor('both rows', () => rows().length === 2, 60000);
  await g.stop();
});
