// state.mjs - what lies on the disk is broken, moved or removed while the gateway runs; its clock is set; its operator's
// socket is crowded.
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Smsc } from '../system/smsc.mjs';
import { attack, binary, kader, newName, preload, request, run, sleep, waitFor } from './lib.mjs';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'kentongan-attack-'));
process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true }));
const flag = path.join(scratch, 'full'), ahead = path.join(scratch, 'ahead');
const env = (name) => ({ env: { ...preload(name), DISK_FULL_FLAG: flag, CLOCK_AHEAD: ahead } });
const file = (g, name) => path.join(g.folder, 'var', name);
const ready = async (g) => JSON.parse((await request('GET', `${g.staff}/readyz`, { fresh: true })).body);
const weigh = async (g, names, n) => {
  const name = newName();
  const r = await g.sms(kader, `TIMBANG ${name} P ${12 + (n % 24)}bl 9.4 76`, `s-${n}`).catch(() => ({}));
  if (r.status === 200) names.push(name);
  return r.status;
};
const stored = (g) => new Set(g.query('SELECT lower(nama) AS name FROM v_timbang').map((r) => r.name));
const allThere = (g, names) => waitFor('all is stored', () => ((there) => names.every((n) => there.has(n)))(stored(g)), 30000).then(() => 0, () => names.filter((n) => !stored(g).has(n)).length);

for (const [what, bytes] of [['is full', ''], ['answers EIO to everything', 'EIO']]) {
  await attack(`a disk that ${what} for 6 s`, env('disk'), async (g) => {
    const names = [];
    for (let n = 0; n < 10; n++) await weigh(g, names, n);
    fs.writeFileSync(flag, bytes);
    const said = [];
    for (let n = 10; n < 40; n++) (said.push(await weigh(g, names, n)), await sleep(150));
    const { status, why } = await ready(g);
    fs.rmSync(flag);
    await waitFor('well again', async () => (await ready(g)).status === 'ok', 30000).catch(() => {});
    for (let n = 40; n < 50; n++) await weigh(g, names, n);
    return { said: said.reduce((all, s) => ({ ...all, [s]: (all[s] ?? 0) + 1 }), {}), meanwhile: status, why, lost: await allThere(g, names) };
  });
}

await attack('a disk that takes 1.5 s for every sync, for 8 s', env('disk'), async (g) => {
  const names = [], all = [];
  await sleep(1500); // accounts.json is written once, at the first start, by the loop
  fs.writeFileSync(flag, 'SLOW');
  for (let n = 0; n < 16; n++) (all.push(weigh(g, names, n)), await sleep(500));
  const { status, why } = await ready(g);
  fs.rmSync(flag);
  await Promise.all(all);
  return { meanwhile: status, why, lost: await allThere(g, names) };
});

{
  const smsc = await new Smsc().start();
  const patch = (y) => y.replace(/^providers:$/m, `providers:\n  telko: {dialect: smpp, host: 127.0.0.1, port: ${smsc.port}, system_id: u, password: p}`);
  await attack('parts of long SMS while every sync of the disk takes 1.5 s', { ...env('disk'), patch }, async (g) => {
    await smsc.bound();
    await sleep(1500);
    fs.writeFileSync(flag, 'SLOW');
    const part = (i, seq) => Buffer.concat([Buffer.from([5, 0, 3, i, 2, seq]), Buffer.from(seq === 1 ? 'FORMAT' : ' TIMBANG')]);
    const say = (i, seq) => smsc.deliver(`+6281${3000000 + i}`, part(i, seq), { esm_class: 0x40 });
    const began = Date.now();
    const said = await Promise.all(Array.from({ length: 20 }, (_, i) => say(i, 1)));
    const first_after_ms = Date.now() - began;
    fs.rmSync(flag);
    const whole = await Promise.all(Array.from({ length: 20 }, (_, i) => say(i, 2)));
    return { parts_taken: said.filter((r) => r.command_status === 0).length, first_after_ms, wholes_taken: whole.filter((r) => r.command_status === 0).length };
  });
  await smsc.kill();
}

await attack('the folder of the spool is removed while Redis is away', {}, async (g) => {
  const names = [];
  const pid = g.redisPid();
  process.kill(pid, 'SIGSTOP');
  await sleep(2500);
  fs.rmSync(file(g, 'spool'), { recursive: true, force: true });
  const said = [];
  for (let n = 0; n < 10; n++) (said.push(await weigh(g, names, n)), await sleep(100));
  const { status, why } = await ready(g);
  process.kill(pid, 'SIGCONT');
  await waitFor('well again', async () => (await ready(g)).status === 'ok', 30000).catch(() => {});
  return { said: said.reduce((all, s) => ({ ...all, [s]: (all[s] ?? 0) + 1 }), {}), meanwhile: status, why, lost: await allThere(g, names) };
});

await attack('the district database is moved away, and back after 5 s', {}, async (g) => {
  const names = [];
  for (let n = 0; n < 10; n++) await weigh(g, names, n);
  await allThere(g, names);
  fs.renameSync(file(g, 'district.db'), file(g, 'elsewhere.db'));
  for (let n = 10; n < 40; n++) (await weigh(g, names, n), await sleep(150));
  const { status, why } = await ready(g);
  fs.renameSync(file(g, 'elsewhere.db'), file(g, 'district.db'));
  return { meanwhile: status, why, lost: await allThere(g, names) };
});

await attack('the district database is held by another program for 6 s', {}, async (g) => {
  const names = [];
  for (let n = 0; n < 10; n++) await weigh(g, names, n);
  await allThere(g, names);
  const holding = run('sqlite3', [file(g, 'district.db'), '-cmd', 'BEGIN EXCLUSIVE', '.shell sleep 6']);
  for (let n = 10; n < 40; n++) (await weigh(g, names, n), await sleep(150));
  const { status, why } = await ready(g);
  await holding;
  return { meanwhile: status, why, lost: await allThere(g, names) };
});

await attack('the folder of the log is removed', {}, async (g) => {
  const names = [];
  for (let n = 0; n < 10; n++) await weigh(g, names, n);
  fs.rmSync(file(g, 'log'), { recursive: true });
  for (let n = 10; n < 40; n++) (await weigh(g, names, n), await sleep(100));
  const { status, why } = await ready(g);
  return { meanwhile: status, why, lost: await allThere(g, names), log: fs.existsSync(file(g, 'log')) };
});

for (const [what, ms] of [['a day ahead', 86400e3], ['a day back', -86400e3], ['to 1970', 'epoch'], ['to 2106', 'late'], ['to and fro by an hour, every second', 'dance']]) {
  await attack(`the clock is set ${what}`, env('clock'), async (g) => {
    const set = (value) => fs.writeFileSync(ahead, String(Math.round(value)));
    const names = [];
    await weigh(g, names, 0);
    const steps = ms === 'epoch' ? [-Date.now() + 3600e3] : ms === 'late' ? [4300000000e3 - Date.now()] : ms === 'dance' ? [3600e3, -3600e3, 3600e3, -3600e3, 0, 3600e3] : [ms];
    let n = 1;
    for (const step of steps) {
      set(step);
      for (let i = 0; i < 8; i++) (await weigh(g, names, n++), await sleep(100));
    }
    await sleep(2000);
    set(0);
    for (let i = 0; i < 8; i++) (await weigh(g, names, n++), await sleep(100));
    return { taken: names.length, lost: await allThere(g, names) };
  });
}

await attack('16 idle clients on the socket of ctl', {}, async (g) => {
  const held = Array.from({ length: 16 }, () => net.connect(file(g, 'ctl.sock')).on('error', () => {}));
  await sleep(300);
  const began = Date.now();
  let answered = null;
  while (Date.now() - began < 15000 && answered === null) {
    const { error } = await run(binary, ['ctl', '-c', g.config, 'show', 'status'], { timeout: 3000 });
    if (!error) answered = Date.now() - began;
  }
  held.forEach((s) => s.destroy());
  return { answered_after_ms: answered };
});

await attack('a pipe in the place of people.csv, at a reload', {}, async (g) => {
  fs.rmSync(path.join(g.folder, 'config/people.csv'));
  await run('mkfifo', [path.join(g.folder, 'config/people.csv')]);
  const began = Date.now();
  const { error, out, err } = await run(binary, ['ctl', '-c', g.config, 'reload'], { timeout: 8000 });
  return { refused: error?.code === 1, ms: Date.now() - began, said: (out + err).split('\n')[1]?.replace(g.folder, '') };
});
process.exit(0);
