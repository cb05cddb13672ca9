// simulate.test.mjs - a small form of `make simulate`: three kelurahan of Kota Dumai, four weeks and three days on a stepped clock, an outbreak,
// six hours without PostgreSQL.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Month } from '../simulate/month.mjs';

test('signals in time, nothing lost, nothing twice', { timeout: 300000 }, async (t) => {
  const month = new Month({ villages: 3, days: 3, history: 28, seed: Number(process.env.SEED ?? 1), weighings: 2, every: 2 });
  t.after(() => month.g.stop());
  const r = await month.run();
  assert.deepEqual(r.signals.missed.map((m) => month.says(m)), [], 'what the rule calls for is told');
  assert.deepEqual(r.signals.unexpected.map((m) => month.says(m)), [], 'what is told, the rule calls for');
  assert.ok(r.signals.expected > 0 && Math.max(...r.signals.within) <= 60000, `within a minute: ${r.signals.within}`);
  assert.ok(r.outbreak.staffDay !== null && r.outbreak.staffDay <= 3, 'the outbreak is found');
  assert.ok(r.outbreak.ms !== null && r.outbreak.ms <= 60000, `within a minute of its threshold: ${r.outbreak.ms}`);
  assert.ok(r.opened > 0, 'posyandu weigh by their schedule');
  assert.deepEqual(r.doubles, []);
  assert.deepEqual(r.lost, [], 'cases said and kept');
  assert.doesNotMatch(await month.g.metrics(), /sms_out_total\{outcome="expired"\} [1-9]/);
  assert.deepEqual([...r.w2.stored].sort(), [...r.w2.sent].sort(), 'W2 as it was sent last');
  assert.ok(r.records.waited > 0, 'records waited for PostgreSQL');
  assert.equal(r.records.kabupaten, r.records.lokal);
  assert.match(r.verdicts, /^disease +signals +benar +bukan +open +ralat +true\n.*\bdiare +\d+ /s);
});
