// headless.test.mjs - a village without head, in a kecamatan without camat: an alert goes to whoever is above.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';

import { Gateway, bidan, kader, nomorOf } from './lib.mjs';

const dinkes = '+6281200000007';
const g = new Gateway();
after(() => g.stop());

test('nobody to warn in village and kecamatan: dinkes hears, counts only, and hears when it is not so', async () => {
  const file = path.join(g.folder, 'config/people.csv');
  const rows = fs.readFileSync(file, 'utf8').split('\n');
  assert.ok(rows.some((r) => r.startsWith(`${dinkes},dinkes,`)));
  fs.writeFileSync(file, rows.filter((r) => !/^\+?\d+,(kades|camat),/.test(r)).join('\n'));
  await g.start();
  await g.sms(kader, 'KEJADIAN#keracunan#6');
  const { text } = await g.nextSms(dinkes, /SIAGA/);
  assert.match(text, /SIAGA \d+: sinyal, belum diverifikasi: 6 kasus .* di Kelubi/);
  assert.doesNotMatch(text, /0812|Siti|Rahma/);
  await g.say(bidan, `BUKAN ${nomorOf(text)}`);
  await g.nextSms(dinkes, /RALAT/);
});
