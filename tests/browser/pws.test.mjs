// pws.test.mjs - the picture of the district: matrix, map, the sheet of the lokakarya mini, a finding to the pustu.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Gateway, account, axeSource, launch, openPage, session, shots } from './browser.mjs';
import { bidan, binary, zone } from '../system/lib.mjs';

let gateway, browser, admin, page;
const now = new Date(Date.now() + 3600000 * zone.offset);
const month = now.getUTCMonth() + 1;
const nameOf = (y, m) => `${y}-${String(m).padStart(2, '0')}`;
const here = nameOf(now.getUTCFullYear(), month);
const last = month > 1 ? nameOf(now.getUTCFullYear(), month - 1) : nameOf(now.getUTCFullYear() - 1, 12);

// This month, last month, the year so far, of a sasaran of 100.
const cakupan = { '19.06.01.2004': [5, 4, 100], '19.06.01.2001': [2, 6, 95], '19.06.01.2002': [9, 3, 3], '19.06.01.2003': [1, 1, 1] };
// Less is better: 2 of 100 is good, 40 and no fewer than last month is poor.
const putus = { '19.06.01.2004': [1, 1, 2], '19.06.01.2003': [20, 20, 40] };

before(async () => {
  gateway = await new Gateway().start();
  admin = account(gateway, 'dewi', 'admin');
  browser = await launch();
  page = await openPage(browser, gateway, admin, { viewport: { width: 1280, height: 900 } });
  const rows = (id, figures) => Object.entries(figures).map(([place, [n, before, sum]]) =>
    `INSERT INTO indicator_value VALUES ('${id}', '${place}', '${here}', ${n}, 100, ${sum}, 100, '${now.toISOString()}');` +
    `INSERT INTO indicator_value VALUES ('${id}', '${place}', '${last}', ${before}, 100, 0, 100, '${now.toISOString()}');`).join('');
  gateway.change("DELETE FROM indicator; DELETE FROM indicator_value; DELETE FROM indicator_due;" +
    "INSERT INTO indicator VALUES ('uji', '2', 'Cakupan uji', 80, 'higher', 'A', 'uji', 1, 'year', 1);" +
    "INSERT INTO indicator VALUES ('putus', '2', 'Putus uji', 5, 'lower', 'B', 'uji', 1, 'month', 2);" +
    "INSERT INTO indicator VALUES ('hampa', '2', 'Tanpa sasaran', 5, 'higher', 'B', 'uji', 1, 'month', 3);" + rows('uji', cakupan) + rows('putus', putus));
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
});

const wide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const axe = async () => {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  return violations.filter((v) => /serious|critical/.test(v.impact)).map((v) => `${v.id} ${v.nodes[0].html.slice(0, 120)}`);
};

test('the matrix has each village and indicator with what was computed by hand, and no column that nobody has a sasaran for', async () => {
  for (let thread = 0; thread < 3; thread++) {
    await page.goto('/pws/matriks');
    assert.equal(await page.locator('.said', { hasText: 'Sebagian data' }).count(), 0, 'the first question of a thread is read whole, too');
  }
  assert.deepEqual(await page.locator('thead th').allInnerTexts(), ['Desa', 'Cakupan uji', 'Putus uji']);
  const line = async (name) => (await page.locator('tbody tr', { hasText: name }).first().locator('td').allInnerTexts()).map((t) => t.replace(/\s+/g, ' ').trim());
  assert.deepEqual(await line('Kelubi'), ['baik 100%', 'baik 2%']);
  assert.deepEqual(await line('Lalang Jaya'), ['kurang 95%', '–']);
  assert.deepEqual(await line('Kurnia Jaya'), ['cukup 3%', '–']);
  assert.deepEqual(await line('Padang'), ['jelek 1%', 'jelek 40%']);
  assert.deepEqual(await axe(), []);
  await page.screenshot({ path: path.join(shots, 'matriks-light-1280.png'), fullPage: true });
  const rows = JSON.parse((await (await session(gateway, admin)).get('/pws/matriks.json')).body).rows;
  const padang = rows.find((r) => r.kode === '19.06.01.2003' && r.indikator === 'putus');
  assert.deepEqual([padang.kumulatif, padang.sasaran, padang.persen, padang.status, padang.arah], [40, 100, 40, 'jelek', '–']);
  assert.match((await (await session(gateway, admin)).get('/pws/matriks.csv')).body, /"19\.06\.01\.2003","Padang","putus"/);
});

test('the map shows each village of the operator with its figure and status, and leads to it', async () => {
  await page.goto('/pws?indikator=uji');
  const villages = JSON.parse(fs.readFileSync(path.join(gateway.folder, 'config/desa.geojson'))).features.length;
  assert.equal(await page.locator('svg .daerah').count(), villages);
  assert.equal(await page.locator('svg .daerah.d-baik').count(), 1);
  assert.equal(await page.locator('svg .daerah.d-jelek').count(), 1);
  assert.equal(await page.locator('svg a[href*="19.06.01.2003"] title').textContent(), 'Padang: 1% jelek');
  assert.deepEqual(await axe(), []);
  await page.screenshot({ path: path.join(shots, 'peta-light-1280.png'), fullPage: true });
  await page.locator('svg a[href*="19.06.01.2003"]').focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/desa\/19\.06\.01\.2003/);
});

test('the sheet of the lokakarya mini begins with the worst village, and prints with room to write', async () => {
  await page.goto('/pws/lokmin');
  const villages = await page.locator('tbody tr td:first-child a').allInnerTexts();
  assert.deepEqual(villages.slice(0, 3), ['Padang', 'Lalang Jaya', 'Kurnia Jaya']);
  assert.match(await page.locator('tbody tr').first().innerText(), /2 jelek.*jelek Cakupan uji 1% \(1\/100\) –.*jelek Putus uji 40% \(40\/100\) –/s);
  assert.deepEqual(await axe(), []);
  await page.screenshot({ path: path.join(shots, 'lokmin-light-1280.png'), fullPage: true });
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.getByRole('columnheader', { name: 'Rencana' }).isVisible(), true);
  assert.equal(await page.locator('tbody button').first().isVisible(), false);
  await page.screenshot({ path: path.join(shots, 'lokmin-print.png'), fullPage: true });
  await page.emulateMedia({ media: 'screen' });
});

test('a finding goes to the pustu as an SMS, and the audit says who sent it', async () => {
  gateway.change(`UPDATE indicator_value SET n_year = 30, n = 1 WHERE indicator = 'uji' AND place = '19.06.01.2004' AND month = '${here}'`);
  await page.goto('/pws/lokmin');
  page.once('dialog', (d) => d.accept());
  await page.locator('tbody tr', { hasText: 'Kelubi' }).first().getByRole('button', { name: 'Kirim ke pustu' }).first().click();
  await page.getByText(/Terkirim ke \d+ petugas/).waitFor();
  const sms = (await gateway.nextSms(bidan, /^PWS Kelubi/)).text;
  assert.equal(sms, `PWS Kelubi ${here}: Cakupan uji 30% (30 dari 100), target ${Math.round((80 * month) / 12)}%. Mohon dibahas dan ditindaklanjuti.`);
  await page.goto('/audit');
  assert.match(await page.locator('tbody tr').first().innerText(), /dewi.*temuan.*19\.06\.01\.2004 uji/s);
});

test('at 390 pixels in the dark nothing is wider than the screen', async () => {
  const small = await openPage(browser, gateway, admin, { colorScheme: 'dark', viewport: { width: 390, height: 844 } });
  [page, small.before] = [small, page];
  for (const url of ['/pws/matriks', '/pws/lokmin', '/pws?indikator=uji']) {
    await page.goto(url);
    assert.equal(await wide(), 0, url);
    assert.deepEqual(await axe(), [], url);
    await page.screenshot({ path: path.join(shots, `${url.replace(/\W+/g, '-').slice(1)}-dark-390.png`), fullPage: true });
  }
  page = small.before;
  assert.deepEqual([...small.complaints, ...page.complaints], []);
});

test('a map that cannot be read is a fault of `check`, with its place and what to do', async () => {
  const file = path.join(gateway.folder, 'config/desa.geojson');
  const good = fs.readFileSync(file, 'utf8');
  const check = (text) => {
    fs.writeFileSync(file, text);
    const { stderr } = spawnSync(binary, ['check', '-c', gateway.config], { encoding: 'utf8' });
    return stderr;
  };
  assert.match(check('{"type":"Feature"}'), /desa\.geojson.*no GeoJSON FeatureCollection/);
  assert.match(check('{"features":[{"properties":{"kode":"19.06.01.2004"},"geometry":{"type":"Polygon","coordinates":[[[1,2],["<b>",3]]]}}]}'), /feature 1: a ring has at least four positions/);
  assert.match(check('{"features":[]}'), /no village in it/);
  assert.match(check(good.replace('19.06.01.2004', '99.99')), /99\.99 is no place of places\.csv/);
  fs.writeFileSync(file, good);
});
