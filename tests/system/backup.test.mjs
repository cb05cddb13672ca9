// backup.test.mjs - one sealed file, taken while messages come; restored into another state folder, where everything
// that was acknowledged before it was asked for is there, once.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Gateway, binary, kader, newName, nomorOf, run, secondKader, waitFor } from './lib.mjs';

const ctl = (g, ...args) => spawnSync(binary, ['ctl', '-c', g.config, ...args], { encoding: 'utf8', timeout: 60000, cwd: g.folder });

test('a backup taken under load is restored elsewhere', { timeout: 180000 }, async () => {
  const g = new Gateway();
  // What a backup left that was cut off by a kill.
  fs.mkdirSync(path.join(g.folder, 'var/backup'), { recursive: true, mode: 0o700 });
  fs.chmodSync(path.join(g.folder, 'var'), 0o700);
  fs.writeFileSync(path.join(g.folder, 'var/backup/copy.db'), 'half of it');
  await g.start();
  assert.equal(fs.existsSync(path.join(g.folder, 'var/backup')), false);
  const first = await g.say(kader, 'TIMBANG Siti Backup P 14bl 9,2 76', 'b-first');
  const child = /No anak (\d+)/i.exec(first)?.[1];
  assert.ok(child, first);
  const rujuk = nomorOf(await g.say(secondKader, 'RUJUK Bu Wati 28th perdarahan', 'b-rujuk'));
  const sent = [];
  let stop = false;
  const load = (async () => {
    for (let i = 0; !stop; i++) {
      const r = await g.sms(i % 2 ? kader : secondKader, `TIMBANG ${newName()} P 14bl 9,2 76`, `b-${i}`);
      if (r.status === 200) sent.push(`b-${i}`);
    }
  })();
  await waitFor('some load', () => sent.length >= 20);
  const before = sent.length;
  // A former version was killed while it made its key: no backup could be taken from then on.
  fs.writeFileSync(path.join(g.folder, 'config/backup.key'), '');
  const taken = await run(binary, ['ctl', '-c', g.config, 'backup', 'copy.sealed'], { cwd: g.folder });
  assert.equal(taken.error, null, taken.err);
  assert.match(taken.out, /a key was made: .*backup\.key/);
  stop = true;
  await load;
  const file = path.join(g.folder, 'copy.sealed');
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  assert.equal(fs.readFileSync(file).includes('Siti'), false);
  assert.deepEqual(fs.readdirSync(g.folder).filter((f) => f.endsWith('.part')), []);
  assert.equal(fs.existsSync(path.join(g.folder, 'var/backup')), false);
  // Not over what is there.
  assert.match(ctl(g, 'restore', 'copy.sealed').stderr, /^error: .*already/);
  await g.stop();

  const h = new Gateway();
  fs.copyFileSync(file, path.join(h.folder, 'copy.sealed'));
  // Without its key, with a wrong one, and cut off: nothing.
  assert.match(ctl(h, 'restore', 'copy.sealed').stderr, /^error: the key /);
  fs.writeFileSync(path.join(h.folder, 'wrong.key'), `${'ab'.repeat(32)}\n`);
  assert.match(ctl(h, 'restore', 'copy.sealed', '--key', 'wrong.key').stderr, /^error: .*not its key/);
  fs.copyFileSync(path.join(g.folder, 'config/backup.key'), path.join(h.folder, 'config/backup.key'));
  const cut = new Gateway();
  fs.writeFileSync(path.join(cut.folder, 'copy.sealed'), fs.readFileSync(file).subarray(0, -40));
  fs.copyFileSync(path.join(g.folder, 'config/backup.key'), path.join(cut.folder, 'config/backup.key'));
  assert.match(ctl(cut, 'restore', 'copy.sealed').stderr, /^error: .*cut off/);

  const restored = ctl(h, 'restore', 'copy.sealed');
  assert.equal(restored.status, 0, restored.stderr);
  await h.start();
  const there = () => new Map(h.query("SELECT message_id AS id, count(*) AS n FROM record WHERE message_id LIKE 'b-%' GROUP BY 1").map((r) => [r.id, r.n]));
  await waitFor('all of it', () => {
    const ids = there();
    return ['b-first', 'b-rujuk', ...sent.slice(0, before)].every((id) => ids.has(id));
  });
  assert.deepEqual([...there()].filter(([, n]) => n !== 1), []);
  // Redis is of the same moment: duplicates are known, the child and the referral too, numbers go on.
  assert.match((await h.sms(kader, 'TIMBANG Siti Backup P 14bl 9,2 76', 'b-first')).body, /duplicate/);
  assert.match(await h.say(kader, `IMUNISASI ${child} mr1`, 'b-again'), /Siti/);
  assert.match(await h.say(secondKader, `STATUS ${rujuk}`), new RegExp(rujuk));
  await waitFor('stored', () => there().has('b-again'));
  const numbers = h.query('SELECT nomor FROM record').map((r) => r.nomor);
  assert.equal(new Set(numbers).size, numbers.length);
  await h.stop();
});
