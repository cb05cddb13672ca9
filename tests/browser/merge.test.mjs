// merge.test.mjs - one child noted twice becomes one, and two again; a DAFTAR is refused.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import path from 'node:path';
import { Gateway, account, launch, openPage, session, shots } from './browser.mjs';
import { kader, nomorOf, secondKader, waitFor } from '../system/lib.mjs';

let gateway, browser, page, admin, A, B;
const person = (name) => waitFor(`${name} is stored`, () => gateway.query(`SELECT * FROM person WHERE nama = '${name}'`)[0]);

before(async () => {
  gateway = await new Gateway().start();
  admin = account(gateway, 'dewi', 'admin');
  browser = await launch();
  page = await openPage(browser, gateway, admin);
  await gateway.say(kader, 'TIMBANG#Siti Rahma#P#14bl#9,2#76');
  await gateway.say(secondKader, 'TIMBANG#Rohmawati#P#14bl#9,3#76');
  [A, B] = [await person('Siti Rahma'), await person('Rohmawati')];
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
});

test('two numbers of one child are compared and merged; the old number leads to the new one, and its reports follow', async () => {
  await page.goto(`/anak/${B.nomor}`);
  await page.getByRole('link', { name: `Bandingkan ${A.nomor}` }).click();
  const both = page.locator('table', { has: page.getByRole('columnheader', { name: 'NIK' }) });
  assert.match(await both.innerText(), new RegExp(`${B.nomor}.*R•••.*${A.nomor}.*S••• R•••`, 's'));
  await page.screenshot({ path: path.join(shots, 'anak-banding-light.png'), fullPage: true });
  await page.getByLabel('Alasan', { exact: true }).fill('satu buku KIA');
  page.once('dialog', (d) => (assert.match(d.message(), new RegExp(`Gabungkan ${B.nomor} ke ${A.nomor}`)), d.accept()));
  await page.getByRole('button', { name: `Gabungkan ${B.nomor} ke ${A.nomor}` }).click();
  await page.getByText(`${B.nomor} dan ${A.nomor} satu anak.`).waitFor();
  await waitFor('the row of the district follows', () => gateway.query(`SELECT 1 AS y FROM person WHERE nomor = '${B.nomor}' AND merged_into = '${A.id}'`).length === 1);
  await page.goto(`/anak/${A.nomor}`);
  assert.equal(await page.locator('svg circle.titik').count(), 2, 'both weighings stand on one curve');
  assert.match(await page.locator('main').innerText(), new RegExp(`Satu anak dengan nomor ${B.nomor}`));
  await page.screenshot({ path: path.join(shots, 'anak-gabung-light.png'), fullPage: true });
  await page.goto(`/anak/${B.nomor}`);
  await page.getByText('Nomor ini satu anak dengan').waitFor();
  assert.match(await gateway.say(kader, `IMUNISASI ${B.nomor} mr1`), new RegExp(`Siti Rahma.*${A.nomor}`));
  await waitFor('the report is of the child that stays', () => gateway.query(`SELECT 1 AS y FROM record WHERE form = 'imunisasi' AND person_id = '${A.id}'`).length === 1);
});

test('what counts persons counts one', async () => {
  await waitFor('the figures are counted', () => gateway.query("SELECT n FROM indicator_value WHERE indicator = 'ds' AND place = '19.06.01.2004' AND n > 0").length > 0);
  await waitFor('D of the month is one child', () => gateway.query("SELECT n FROM indicator_value WHERE indicator = 'ds' AND place = '19.06.01.2004' ORDER BY month DESC LIMIT 1")[0].n === 1);
  assert.equal(gateway.query('SELECT count(DISTINCT person_id) AS n FROM v_timbang')[0].n, 1);
});

test('they are two again, for a reason that the audit keeps, and each has its own weighing', async () => {
  await page.goto(`/anak/${B.nomor}`);
  await page.getByLabel('Alasan', { exact: true }).fill('ternyata sepupu');
  await page.getByRole('button', { name: 'Pisahkan lagi' }).click();
  await page.getByText(`${B.nomor} dan ${A.nomor} dua anak lagi.`).waitFor();
  await waitFor('the district has it', () => gateway.query(`SELECT 1 AS y FROM person WHERE nomor = '${B.nomor}' AND coalesce(merged_into, '') = ''`).length === 1);
  for (const child of [A, B]) {
    await page.goto(`/anak/${child.nomor}`);
    assert.equal(await page.locator('svg circle.titik').count(), 1);
  }
  const lines = JSON.parse((await (await session(gateway, admin)).get('/audit.json')).body).rows;
  assert.deepEqual(lines.filter((l) => ['gabung', 'pisah'].includes(l.act)).map((l) => [l.act, l.of, l.why, l.outcome]),
    [['pisah', `${B.nomor} ${A.nomor}`, 'ternyata sepupu', 'ok'], ['gabung', `${B.nomor} ${A.nomor}`, 'satu buku KIA', 'ok']]);
});

test('an officer of another area can merge neither', async () => {
  const s = await session(gateway, account(gateway, 'jauh', 'officer', '19.06.05'));
  assert.equal((await s.post(`/anak/${B.nomor}?ke=${A.nomor}`, { apa: 'gabung', alasan: 'uji' })).status, 403);
  assert.equal((await s.post(`/anak/${B.nomor}`, { apa: 'gabung', alasan: 'uji' })).status, 404);
});

test('a DAFTAR is refused, and she is told kindly', async () => {
  await gateway.say('+6281299990001', 'DAFTAR Kartini#PSY002');
  await waitFor('it is asked', async () => {
    await page.goto('/orang');
    return (await page.getByRole('button', { name: 'Tolak' }).count()) === 1;
  });
  page.once('dialog', (d) => d.accept());
  await page.getByRole('button', { name: 'Tolak' }).click();
  const sms = (await gateway.nextSms('+6281299990001', /maaf|belum/i)).text;
  assert.ok(sms.length <= 160);
  await waitFor('nobody waits any more', async () => {
    await page.goto('/orang');
    return (await page.getByRole('button', { name: 'Tolak' }).count()) === 0;
  });
});

test('a mother in two spellings is made one, by correcting her name, and parted again', async () => {
  await gateway.say(kader, 'BUMIL Maimunah 28 110/70 lila 24');
  const wrong = nomorOf(await gateway.say(kader, 'BUMIL Maemunah 29 110/70 lila 24'));
  await waitFor('both are stored', () => gateway.query("SELECT count(*) AS n FROM record WHERE form = 'bumil'")[0].n === 2);
  await page.goto(`/ibu/${wrong}`);
  assert.equal(await page.locator('tbody tr').count(), 1);
  await page.getByRole('link', { name: /^Bandingkan/ }).first().click();
  page.once('dialog', (d) => d.accept());
  const form = page.locator('form', { hasText: 'Gabungkan ke' });
  await form.getByLabel('Alasan').fill('salah ejaan');
  await form.getByRole('button').click();
  await page.getByText('Nama dibetulkan di laporan: 1').waitFor();
  await waitFor('one name', () => gateway.query("SELECT DISTINCT json_extract(fields, '$.nama') AS nama FROM record WHERE form = 'bumil'").length === 1);
  await page.goto(page.url().split('?')[0]);
  assert.equal(await page.locator('tbody tr').count(), 2);
  await page.screenshot({ path: path.join(shots, 'ibu-gabung-light.png'), fullPage: true });
  await page.getByText(`${wrong} dahulu dilaporkan sebagai M•••`).waitFor();
  await page.locator('.said').getByLabel('Alasan').fill('ternyata dua orang');
  await page.getByRole('button', { name: `Kembalikan nama ${wrong}` }).click();
  await waitFor('two names', () => gateway.query("SELECT DISTINCT json_extract(fields, '$.nama') AS nama FROM record WHERE form = 'bumil'").length === 2);
  const lines = JSON.parse((await (await session(gateway, admin)).get('/audit.json')).body).rows;
  assert.deepEqual(lines.filter((l) => l.act.startsWith('ibu_')).map((l) => [l.act, l.why, l.outcome]), [['ibu_pisah', 'ternyata dua orang', 'ok'], ['ibu_gabung', 'salah ejaan', 'ok']]);
  const far = await session(gateway, account(gateway, 'sangatjauh', 'officer', '19.06.05'));
  assert.equal((await far.post(`/ibu/${wrong}?ke=${wrong}`, { apa: 'gabung', alasan: 'coba' })).status, 403);
});

test('the browser complained of nothing', () => assert.deepEqual(page.complaints, []));
