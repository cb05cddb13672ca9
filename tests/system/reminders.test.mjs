// reminders.test.mjs - the real program on a stepped clock: the root sets what places are reminded of; the day before a posyandu
// opens its kader hear it, in the morning what could not go at night; a second gateway's start sets nothing twice.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Gateway, kader, preload, puskesmas, secondKader, waitFor } from './lib.mjs';

let g;
const clock = (text) => {
  const file = path.join(g.folder, 'ahead');
  fs.writeFileSync(`${file}.new`, String(Date.parse(text) - Date.now()));
  fs.renameSync(`${file}.new`, file);
};
const waits = (id) => Number(g.redis('zscore', '{19.06}due:', id)) || 0;

before(async () => {
  g = new Gateway({ patch: (yaml) => yaml.replace(/^timezone:.*$/m, 'timezone: Asia/Jakarta') });
  g.env = { ...preload('clock'), CLOCK_AHEAD: path.join(g.folder, 'ahead') };
  clock('2026-11-30T09:00:00+07:00');
  await g.start();
});
after(() => g.stop());

test('every place with people has its reminders, and keeps them when the gateway starts again', { timeout: 120000 }, async () => {
  await waitFor('the root was carried out', () => waits('jadwal') > Date.parse('2026-12-01T00:00:00+07:00'));
  assert.equal(waits('ingat:buka:PSY001'), Date.parse('2026-12-04T16:00:00+07:00'));
  assert.equal(waits('ingat:lapor:PSY001'), Date.parse('2026-12-05T08:00:00+07:00'));
  assert.equal(waits('ingat:w2:PKM01'), Date.parse('2026-12-01T08:00:00+07:00'));
  await g.say(puskesmas, 'W2 47 A5', 'r-1');
  await g.say(kader, 'KASUS#diare#1', 'r-2');
  assert.equal(waits('ingat:w2:PKM01'), Date.parse('2026-12-08T08:00:00+07:00'));
  assert.equal(waits('ingat:lapor:PSY001'), Date.parse('2026-12-12T08:00:00+07:00'));
  await g.stop();
  await g.start();
  clock('2026-12-01T05:30:01+07:00'); // by day: at night reminders wait, and a lane looks for the morning every 20 s
  await waitFor('the root was carried out again', () => waits('jadwal') > Date.parse('2026-12-02T00:00:00+07:00'));
  assert.equal(waits('ingat:w2:PKM01'), Date.parse('2026-12-08T08:00:00+07:00'));
});

test('the day before the posyandu opens, once, and not who said BERHENTI', { timeout: 120000 }, async () => {
  await g.say(secondKader, 'BERHENTI', 'r-3');
  const has = async (who) => (await g.inbox(who)).filter((s) => /^Besok /.test(s.text)).length;
  clock('2026-12-04T16:00:01+07:00');
  await waitFor('the kader is reminded', async () => (await has(kader)) === 1);
  assert.equal(waits('ingat:buka:PSY001'), Date.parse('2027-01-04T16:00:00+07:00'));
  assert.equal(await has(secondKader), 0);
});
