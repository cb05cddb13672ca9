// crowd.test.mjs - a posyandu day: many kader of one posyandu report at the same moment, so that their messages
// meet on the same subjects.  Every one is answered and stored; none waits for another for ever.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, newName, waitFor } from './lib.mjs';

const numbers = Array.from({ length: 60 }, (_, i) => `+62813${10000000 + i}`);
let g;
before(async () => {
  g = new Gateway();
  fs.appendFileSync(
    path.join(g.folder, 'config/people.csv'),
    numbers.map((n) => `${n},kader,Kader Uji (contoh),PSY001,id,yes,no\n`).join(''),
  );
  await g.start();
});
after(() => g.stop());

test('sixty kader of one posyandu at once are all answered and stored', { timeout: 120000 }, async () => {
  const all = [];
  for (let round = 0; round < 5; round++)
    for (const from of numbers) all.push(g.sms(from, `TIMBANG ${newName()} P 14bl 9,2 76`, `crowd-${all.length}`));
  for (const r of await Promise.all(all)) assert.equal(r.status, 200);
  await waitFor('all of them', () =>
    g.query("SELECT count(DISTINCT message_id) AS n FROM record WHERE message_id LIKE 'crowd-%'")[0].n === all.length);
  await waitFor('nothing is left under way', async () => /^kentongan_jobs_under_way 0$/m.test(await g.metrics()));
});
