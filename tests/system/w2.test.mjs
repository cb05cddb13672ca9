// w2.test.mjs - a district that counts more diseases (rows of signals.yaml: "endemic malaria, GHPR, HFMD a count row"): a week that is
// corrected or sent again is set, never added, and never too much for one commit.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Gateway, nomorOf, puskesmas } from './lib.mjs';

let g;
before(async () => {
  g = new Gateway();
  const rows = path.join(g.folder, 'config/rules/signals.yaml');
  fs.writeFileSync(rows, fs.readFileSync(rows, 'utf8').replace(/(letter: \w+, by_name: )yes, single: \d/g, '$1no'));
  await g.start();
});
after(() => g.stop());

const counted = (disease) => g.redis('hgetall', `{19.06}t:PKM01:w2:${disease}`).trim().split('\n');

test('every letter of a week is counted as it was said last', async () => {
  const nomor = nomorOf(await g.say(puskesmas, 'W2 40 A10 B3', 'w-1'));
  assert.equal(counted('diare')[1], '10');
  assert.match(await g.say(puskesmas, `KOREKSI ${nomor} A11`, 'w-2'), /^Dikoreksi /);
  assert.deepEqual([counted('diare')[1], counted('malaria')[1], counted('campak')[1]], ['11', '3', '0']);
  await g.say(puskesmas, 'W2 40 A12', 'w-3');
  assert.deepEqual([counted('diare')[1], counted('malaria')[1]], ['12', '0']);
  assert.match(g.ctl('parked'), /nothing is parked/);
});
