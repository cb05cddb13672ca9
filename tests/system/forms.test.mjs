// forms.test.mjs - three forms that the program has never seen, none of whose fields has a name that it could know: a
// weighing by name and by number, a weekly count, a person with signs.  They are data; by SMS, USSD, KOREKSI, on the
// card and in the district's views they do what the forms of the sample do.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, bidan, binary, kader, nomorOf, puskesmas, run, waitFor } from './lib.mjs';

const forms = {
  ukur: `name: ukur
klaster: "2"
title: Ukur balita
keywords: [UKUR]
subject: anak
judge: growth
is: [weighing]
fields:
  balita: {type: name, as: name, say: "{}", ask: "Nama balita", example: Siti Aminah}
  kelamin: {type: sex, as: sex, list: jk, say: "{}", ask: "L atau P", example: L}
  usia: {type: age, as: age, unit: bl, max: 71, companion: tgl_lahir, say: "{}", ask: "Usia (bulan), contoh 14", example: 14bl}
  kartu: {type: nomor, as: number, say: "No {}", ask: "Nomor balita", example: "1041"}
  berat: {type: number, as: weight, unit: kg, min: 1, max: 35, say: "berat {}kg", ask: "Berat (kg), contoh 9,2", example: "9,2"}
  panjang: {type: number, as: height, unit: cm, min: 40, max: 130, say: "panjang {}cm", ask: "Panjang (cm), contoh 76", example: "76"}
variants:
  - balita kelamin usia berat panjang?
  - kartu berat panjang?
examples:
  - "UKUR#Siti Aminah#P#14bl#9,2#76"
`,
  pekanan: `name: pekanan
klaster: "4"
title: Laporan pekanan
keywords: [PEKANAN]
judge: w2
is: [letters]
reporters: staff
once_per: pekan
fields:
  pekan: {type: number, as: week, min: 1, max: 53, whole: yes, say: "pekan {}", ask: "Pekan ke, contoh 33", example: "33"}
  angka: {type: counts, as: codes, list: penyakit, say: "{}", ask: "Kode dan jumlah, contoh A5 B1 X120", example: A5 B1 X120}
variants:
  - pekan angka
examples:
  - PEKANAN 33 A5 B1 X120
`,
  pantau: `name: pantau
klaster: all
title: Pantau warga
keywords: [PANTAU]
subject: orang
fields:
  warga: {type: name, as: name, say: "{}", ask: "Nama warga", example: Budi}
  usia: {type: age, as: age, unit: th, max: 120, companion: tgl_lahir, say: "{}", ask: "Usia (tahun), contoh 45", example: "45"}
  gejala: {type: choices, as: signs, list: tanda, companion: tanda_lain, say: "gejala {}", ask: "Gejala", example: demam}
variants:
  - warga usia gejala?
examples:
  - "PANTAU#Budi#45"
`,
};

let g;
before(async () => {
  g = new Gateway();
  for (const [name, text] of Object.entries(forms)) fs.writeFileSync(path.join(g.folder, `config/forms/${name}.yaml`), text);
  const menus = path.join(g.folder, 'config/menus/forms.yaml');
  fs.writeFileSync(menus, fs.readFileSync(menus, 'utf8').replace('\n  timbang:\n',
    '\n  ukur:\n    ways:\n      - {say: Anak baru, variant: 1}\n      - {say: Nomor anak, variant: 2}\n  timbang:\n'));
  const { out, err } = await run(binary, ['check', '-c', g.config]);
  assert.match(out, /config ok: .*20 forms/, err);
  await g.start();
});
after(async () => {
  await g.stop();
});

const row = (view, nomor) => waitFor(`the row of ${nomor}`, () => g.query(`SELECT * FROM v_${view} WHERE nomor = '${nomor}'`)[0]);

test('a weighing: judged by growth, found by name and by number, corrected, merged with those of TIMBANG', async () => {
  const thin = await g.say(kader, 'UKUR#Joko Lestari#L#14bl#6,9#76');
  assert.match(thin, /Diterima \d+: Joko Lestari .*BGM/, thin);
  const impossible = await g.say(kader, 'UKUR#Rini Wati#P#14bl#92#76');
  assert.match(impossible, /BERAT/i, impossible);
  const same = await g.say(kader, 'TIMBANG#Joko Lestari#L#14bl#9,4#76');
  assert.match(same, /6,9|tadi|sudah/i, same); // one child: it was weighed today
  await row('ukur', nomorOf(thin));
  const [child] = g.query(`SELECT nomor FROM person WHERE nama = 'Joko Lestari'`);
  assert.equal(g.query(`SELECT count(*) n FROM person WHERE nama = 'Joko Lestari'`)[0].n, 1);
  const byNumber = await g.say(kader, `UKUR ${child.nomor} 7`);
  assert.match(byNumber, /Joko Lestari/, byNumber);
  const fixed = await g.say(kader, `KOREKSI ${nomorOf(thin)} berat 9,6`);
  assert.match(fixed, /9,6/, fixed);
  await waitFor('the corrected row', () => g.query(`SELECT berat FROM v_ukur WHERE nomor = '${nomorOf(thin)}'`)[0]?.berat === 9.6);
});

test('a weekly count: judged, replaced by the same week again', async () => {
  const over = await g.say(puskesmas, 'PEKANAN 2 A9 X5');
  assert.match(over, /X/, over); // more cases than visits
  const first = await g.say(puskesmas, 'PEKANAN 2 A4 X90');
  assert.match(first, /Diterima \d+: pekan 2/, first);
  const again = await g.say(puskesmas, 'PEKANAN 2 A5 X90');
  assert.equal(nomorOf(again), nomorOf(first), again);
  await waitFor('the newest version', () => g.query(`SELECT "A" n FROM v_pekanan WHERE nomor = '${nomorOf(first)}'`)[0]?.n === 5);
});

test('a person with signs: danger is told, and not recorded where it is denied', async () => {
  const ill = await g.say(kader, 'PANTAU#Budi Santoso#45#kejang');
  assert.match(ill, /sudah diberi tahu/, ill);
  assert.match((await g.inbox(bidan)).map((m) => m.text).join('\n'), /E1 .*Budi Santoso.*kejang/);
  const well = await g.say(kader, 'PANTAU#Dewi Sari#30#tidak kejang');
  assert.match(well, /^Diterima \d+: Dewi Sari/, well);
  const { gejala } = await row('pantau', nomorOf(well));
  assert.ok(!gejala || gejala === '[]', gejala);
});

test('by USSD, and on the card', async () => {
  const dial = async (...inputs) => {
    let page;
    for (const input of inputs) page = (await g.ussd('forms', kader, input)).body;
    return page;
  };
  const choice = (page, word) => new RegExp(`(\\d+) ${word}`).exec(page)?.[1];
  let page = await dial('', '5');
  for (let i = 0; i < 9 && !choice(page, 'Pantau warga'); i++) page = await dial('98');
  page = await dial(choice(page, 'Pantau warga'));
  assert.match(page, /Nama warga/);
  assert.match(await dial('Tono'), /Usia/);
  page = await dial('50');
  assert.match(page, /Gejala/);
  page = await dial('999');
  for (let i = 0; i < 3 && !/1 Kirim/.test(page); i++) page = await dial('999');
  page = await dial('1');
  assert.match(page, /END Diterima \d+: Tono/);
  assert.equal((await row('pantau', nomorOf(page))).warga, 'Tono');
  const card = await run(binary, ['card', '-c', g.config]);
  for (const word of ['UKUR', 'PANTAU']) assert.ok(card.out.includes(word), `${word} is not on the card`);
});
