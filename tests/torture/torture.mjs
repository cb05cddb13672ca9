// torture.mjs - one round: a world, load, so many faults at random moments, and the judgement: every message that was
// acknowledged is in the district database exactly once (or waits for people), and every emergency was told.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Gateway, binary, sleep, waitFor } from '../system/lib.mjs';
import { choose, runBackup, strike } from './faults.mjs';
import { World, random32 } from './world.mjs';

const toldWithin = 12; // seconds, faults left out: a dead gateway's work is taken within ten

async function strikeAll(w, points, random, say) {
  const done = {};
  for (let i = 0; i < points; i++) {
    await sleep(random() * 500);
    if (i >= points >> 1 && w.n === 1) w.takeBackup();
    const names = choose(w, random);
    w.struck.push({ at: new Date().toISOString(), names });
    for (const n of names) done[n] = (done[n] ?? 0) + 1;
    await strike(w, names, random, sleep).catch((e) => {
      // What the gateways said last tells more than any number.
      const last = w.gateways.map((g) => g.process.err.slice(-3000)).join('\n--\n');
      throw new Error(`point ${i} (${names.join(' and ')}): ${e.message}\n${last}`);
    });
    if (i % 25 === 24) say(`  ${i + 1} points`);
  }
  return done;
}

// All that was acknowledged has arrived, or nothing moves any more.
async function settle(w) {
  const acknowledged = [...w.sms].filter(([, m]) => m.acknowledged).map(([name]) => name);
  const confirmed = [...w.calls].filter(([, nomor]) => nomor).map(([name]) => name);
  await waitFor('all is stored', () => {
    const there = w.stored();
    return [...acknowledged, ...confirmed].every((name) => there.has(name));
  }, 60000).catch(() => {});
  await waitFor('nothing is under way', () => w.audits().every((a) => a.redis !== 'away' && !a.spooled && a.streams.every((s) => s.name.startsWith('sms:') || !(s.waiting + s.again))), 60000).catch(() => {});
  await waitFor('all alarms are told', () => w.delays().every((d) => d.s !== Infinity), 20000).catch(() => {});
  return { acknowledged, confirmed };
}

function judge(w, { acknowledged, confirmed }, say) {
  const there = w.stored(), parkedText = w.parkedText().toLowerCase();
  const all = [...acknowledged, ...confirmed];
  const stored = all.filter((name) => there.has(name));
  const parked = all.filter((name) => !there.has(name) && parkedText.includes(name));
  const lost = all.filter((name) => !there.has(name) && !parkedText.includes(name));
  const double = [...there].filter(([, n]) => n > 1).map(([name]) => name);
  const invented = [...there.keys()].filter((name) => !w.sms.has(name) && !w.calls.has(name));
  const audits = w.audits();
  const spooled = audits.reduce((sum, a) => sum + a.spooled, 0);
  const delays = w.delays().sort((a, b) => a.s - b.s);
  const late = delays.filter((d) => d.s > toldWithin);
  w.judged = { lost: lost.map((name) => ({ name, ...w.sms.get(name), nomor: w.calls.get(name) })), double, invented, late, audits };
  say(`  accepted ${all.length} = stored ${stored.length} + parked ${parked.length} + spooled ${spooled}; lost ${lost.length}, double ${double.length}; sent ${w.sms.size + w.calls.size}`);
  const { n: torn, carried } = w.torn();
  if (torn) say(`  a kill cut a write to Redis' file short ${torn} times${carried ? '; it died again before it was written anew' : ''}`);
  say(`  E1 ${delays.length} acknowledged, told after ${delays[delays.length >> 1]?.s.toFixed(1)} s (half), ${delays.at(-1)?.s.toFixed(1)} s at most, while nothing was broken`);
  assert.ok(acknowledged.length > 10 && confirmed.length > 0, 'there was load');
  assert.deepEqual(lost, [], 'lost');
  assert.deepEqual(double, [], 'double');
  assert.deepEqual(invented, [], 'nobody sent these');
  assert.deepEqual(late, [], 'E1 late or never told');
  if (!carried) for (const a of audits) assert.equal(a.adds_up, true, JSON.stringify(a)); // its counts are of what was whole
  if (w.pg) {
    const numbers = (rows) => rows.map((r) => r.nomor).sort();
    const open = audits.flatMap((a) => a.streams.filter((s) => s.waiting + s.again));
    assert.deepEqual(open.filter((s) => s.name.startsWith('sink:')), [], 'it is under way still');
    assert.deepEqual(numbers(w.pg.rows('SELECT nomor FROM record')), numbers(w.gateways.flatMap((g) => g.query('SELECT nomor FROM record'))), 'PostgreSQL');
  }
}

// What was acknowledged before the backup was asked for is in it.
async function restore(w, say) {
  await w.backup?.over;
  // In peace, if every one fell to a fault.  One whose client a fault took may still be under way in the gateway, and another is refused.
  await waitFor('a backup in peace', async () => {
    w.takeBackup();
    await w.backup.over;
    return !w.backup.failed;
  }, 60000).catch((e) => { throw new Error(`${e.message}: ${w.backup.failed}`); });
  const { file, names, fell } = w.backup;
  if (fell) say(`  ${fell} backups fell to a fault and were taken again`);
  const g = w.gateways[0], h = new Gateway();
  fs.copyFileSync(path.join(g.folder, 'config/backup.key'), path.join(h.folder, 'config/backup.key'));
  fs.copyFileSync(file, path.join(h.folder, 'copy.sealed'));
  fs.copyFileSync(g.config, h.config);
  execFileSync(binary, ['ctl', '-c', h.config, 'restore', 'copy.sealed'], { cwd: h.folder });
  await h.start();
  await waitFor('the restored one has all', () => {
    const there = w.stored([h]);
    return names.every((name) => there.get(name) === 1);
  }, 60000).catch(() => {});
  const there = w.stored([h]);
  const lost = names.filter((name) => !there.has(name));
  await h.stop();
  say(`  restored: ${names.length} acknowledged before the backup, lost ${lost.length}`);
  assert.deepEqual(lost, [], 'lost in the backup');
}

async function play(w, { points, random, say }) {
  w.takeBackup = () => {
    if (w.backup && !w.backup.failed) return; // one is under way, or good
    const names = [...w.sms].filter(([, m]) => m.acknowledged).map(([name]) => name);
    const file = path.join(w.gateways[0].folder, 'copy.sealed');
    const b = { file, names, fell: (w.backup?.fell ?? -1) + 1 };
    b.over = runBackup(w.gateways[0], file).then((said) => (b.failed = said));
    w.backup = b;
  };
  const end = w.load();
  await waitFor('the load is on', () => [...w.sms.values()].filter((m) => m.acknowledged).length > 10);
  const done = await strikeAll(w, points, random, say);
  w.setClock(0);
  await w.heal();
  // On a slow machine no dialogue may have found a quiet stretch until now.
  await waitFor('dialogues come to their end', () => [...w.calls.values()].some(Boolean), 60000);
  await end();
  say(`  ${Object.entries(done).map(([name, n]) => `${name} ${n}`).join(', ')}`);
  judge(w, await settle(w), say);
  if (w.n === 1) await restore(w, say);
  for (const how of await w.stop()) assert.deepEqual(how, { code: 0, signal: null });
}

export async function round({ seed, points, gateways, postgres, say }) {
  const random = random32(seed);
  const w = await new World({ random, gateways, postgres }).start();
  try {
    await play(w, { points, random, say });
  } catch (e) {
    w.over = true;
    say(`  kept: ${w.keep(`build/torture-${seed}`)}`);
    await w.stop().catch(() => {});
    throw e;
  }
}
