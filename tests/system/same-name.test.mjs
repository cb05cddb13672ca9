// same-name.test.mjs - two villages of one name, each of another puskesmas: whoever sees both is asked which, by its code; whoever has
// one of them gets hers.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Gateway, kades, puskesmas } from './lib.mjs';

let g, dinkes, other;
before(async () => {
  g = new Gateway();
  const file = (name) => path.join(g.folder, 'config', name);
  dinkes = /^(\+\d+),dinkes,/m.exec(fs.readFileSync(file('people.csv'), 'utf8'))[1];
  const places = fs.readFileSync(file('places.csv'), 'utf8'), [row, code] = /^(19\.06\.02\.\d+),desa,[^,]+,/m.exec(places);
  other = code;
  fs.writeFileSync(file('places.csv'), places.replace(row, `${code},desa,Kelubi,`));
  await g.start();
});
after(() => g.stop());

test('whoever sees both is asked which, and may answer with the code', async () => {
  const asked = await g.say(dinkes, 'PWS Kelubi');
  assert.match(asked, /^kelubi tidak menunjuk satu desa .*: PWS 19\.06\.0[12]\.\d{4}$/);
  for (const code of ['19.06.01.2004', other]) assert.match(await g.say(dinkes, `PWS ${code}`), /^PWS Kelubi minggu mulai /);
});

test('whoever has one of them gets hers', async () => {
  assert.match(await g.say(puskesmas, 'PWS Kelubi'), /^PWS Kelubi minggu mulai /);
  assert.match(await g.say(kades, 'PWS Kelubi'), /^PWS Kelubi minggu mulai /);
});
