// export.test.mjs - `ctl export csv`: a month as CSV whose columns are rows of a file, the same from SQLite and from
// PostgreSQL, and nothing in it that a spreadsheet would carry out.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, kader, newName, nomorOf, run, binary, secondKader, waitFor } from './lib.mjs';
import { Postgres } from './pg.mjs';

let pg, g;
before(async () => {
  pg = new Postgres();
  g = new Gateway({ patch: (yaml) => yaml.replace(/^ {2}lokal:.*$/m, (l) => `${l}\n  kabupaten: {kind: postgres, dsn: "${pg.dsn}"}`) });
  fs.appendFileSync(path.join(g.folder, 'config/rules/exports.yaml'), `
tajam:
  words: Sel yang berbahaya
  from: v_timbang AS t JOIN record_day AS h ON h.record = t.id
  month: h.bulan
  place: t.place
  posyandu: t.posyandu
  order: t.nomor
  columns:
    - {head: "=1+1", is: "'=HYPERLINK(1)'"}
    - {head: B, is: "'+62812'"}
    - {head: C, is: "'@x'"}
    - {head: D, is: "'-1.5'"}
    - {head: E, is: "-2"}
    - {head: F, is: "'a \\"b\\" c'"}
    - {head: G, is: "'-x'"}
salah:
  words: Kolom yang tidak ada
  from: v_timbang AS t
  month: t.at
  place: t.place
  posyandu: t.posyandu
  order: t.nomor
  columns:
    - {head: A, is: t.tidak_ada}
`);
  await g.start();
});
after(() => g.stop());

const month = () => g.query('SELECT bulan FROM record_day LIMIT 1')[0].bulan;
const csv = (...more) => g.ctl('export', 'csv', '--month', month(), ...more);
const refused = async (...words) => (await run(binary, ['ctl', '-c', g.config, 'export', ...words])).err;

test('a month of weighings, a row a child, the same from both databases', async () => {
  const name = newName().replace(/\b./g, (c) => c.toUpperCase());
  const nomor = nomorOf(await g.say(kader, `TIMBANG ${name} P 14bl 9,2 76`));
  await g.say(kader, `TIMBANG ${newName()} L 20bl 11 80`);
  const gone = nomorOf(await g.say(kader, `TIMBANG ${newName()} L 21bl 11 80`));
  await g.say(kader, `BATAL ${gone}`);
  await g.say(kader, 'BUMIL#Sri Wahyuni#30#120/80#60,5#25');
  await waitFor('all of it in both', () => [g.query.bind(g), pg.rows.bind(pg)].every((q) => q("SELECT * FROM record WHERE status <> 'cancelled'").length === 3 && q("SELECT * FROM record WHERE status = 'cancelled'").length === 1));
  const text = csv('--what', 'timbang'), lines = text.slice(1).trim().split('\r\n');
  assert.equal(text[0], '\uFEFF');
  assert.equal(lines.length, 3);
  assert.match(lines[0], /^"NIK","Nama Anak","Jenis Kelamin","Tanggal Lahir","Umur","Posyandu","Desa\/Kelurahan"/);
  const row = lines.find((l) => l.includes(name));
  assert.match(row, new RegExp(`^"","${name}","P","","14bl","[^"]*[a-z][^"]*","Kelubi","\\d\\d/\\d\\d/\\d{4}","9\\.2","76","","","B","belum","${nomor}"$`));
  for (const what of ['timbang', 'imunisasi', 'bumil']) assert.equal(csv('--what', what, '--sink', 'kabupaten'), csv('--what', what), what);
  assert.equal(csv('--what', 'timbang', '--place', '19.06.01'), text);
  assert.equal(csv('--what', 'timbang', '--place', 'PSY001').trim().split('\r\n').length + csv('--what', 'timbang', '--place', 'PSY002').trim().split('\r\n').length, 4);
  assert.equal(csv('--what', 'timbang', '--place', '19.06.02').trim().split('\r\n').length, 1);
  assert.match(csv('--what', 'timbang', '--sep', ';'), /^\uFEFF"NIK";"Nama Anak"/);
});

test('what a spreadsheet would carry out is a text; a number stays one', () => {
  const [head, row] = csv('--what', 'tajam').slice(1).split('\r\n');
  assert.equal(head, '"\'=1+1","B","C","D","E","F","G"');
  assert.equal(row, '"\'=HYPERLINK(1)","\'+62812","\'@x","-1.5","-2","a ""b"" c","\'-x"');
  assert.equal(csv('--what', 'tajam', '--sink', 'kabupaten'), csv('--what', 'tajam'));
});

test('it helps, and says what is wrong', async () => {
  const help = g.ctl('export', 'csv', '--help');
  assert.match(help, /Example: kentongan ctl export csv --month 2026-11 --what timbang/);
  assert.match(help, /^ {2}timbang +Penimbangan balita/m);
  assert.match(await refused('csv', '--what', 'timbang'), /error: --month/);
  assert.match(await refused('csv', '--month', '2026-11', '--what', 'apa'), /error: --what/);
  assert.match(await refused('csv', '--month', "2026-1'", '--what', 'timbang'), /error: --month/);
  assert.match(await refused('csv', '--month', '2026-11', '--what', 'timbang', '--place', "x'"), /error: --place/);
  assert.match(await refused('csv', '--month', '2026-11', '--what', 'salah'), /error: sqlite: no such column/);
  assert.match(await refused('csv', '--month', '2026-11', '--what', 'salah', '--sink', 'kabupaten'), /error: postgres: .*42703|error: postgres/);
});
