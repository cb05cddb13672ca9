// parked.test.mjs - what waits for people: counted before it is repeated, put right, and the words that it taught.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import path from 'node:path';
import { Gateway, account, axeSource, launch, openPage, session, shots } from './browser.mjs';
import { kader, waitFor } from '../system/lib.mjs';

let gateway, browser, page, admin;
const park = (text, id) => gateway.redis('xadd', '{19.06}parked:inbound', '*', 'b',
  JSON.stringify({ v: 1, kind: 'sms', op: 0, provider: 'emulator', provider_id: id, from: kader, from_is_msisdn: true, to: '98120', text, received_ms: Date.now() }),
  'reason', 'parked_error', 'a', '0', 'f', String(Date.now()), 'at', String(Date.now()));
const cases = (disease) => gateway.query(`SELECT count(*) AS n FROM record WHERE fields LIKE '%${disease}%'`)[0]?.n ?? 0;
const axe = async () => {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  return violations.filter((v) => /serious|critical/.test(v.impact)).map((v) => `${v.id} ${v.nodes[0].html.slice(0, 120)}`);
};

before(async () => {
  gateway = await new Gateway().start();
  admin = account(gateway, 'dewi', 'admin');
  browser = await launch();
  page = await openPage(browser, gateway, admin);
  for (const t of ['KASUS zakmur 2', 'KASUS zakmur 1', 'KASUS malaria 3']) await gateway.say(kader, t);
  park('KASUS malaria 2', 'p-1');
  park('KASUS malaria 4', 'p-2');
  park('KASUS dengu Zubaidah 3', 'p-3');
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
});

test('what fits is counted before it is repeated, and nothing is when the count is another by then', async () => {
  await page.goto('/parkir');
  await page.getByRole('button', { name: 'Ulangi 3 pesan' }).waitFor();
  await page.getByLabel('Cari teks').fill('malaria');
  await page.getByLabel('Cari teks').press('Enter');
  await page.getByRole('button', { name: 'Ulangi 2 pesan' }).waitFor();
  assert.deepEqual(await axe(), []);
  await page.screenshot({ path: path.join(shots, 'parkir-cari-light.png'), fullPage: true });
  const stale = await browser.newContext({ baseURL: gateway.staff });
  park('KASUS malaria 5', 'p-4');
  page.once('dialog', (d) => (assert.equal(d.message(), 'Ulangi 2 pesan?'), d.accept()));
  await page.getByRole('button', { name: 'Ulangi 2 pesan' }).click();
  await page.getByText('jumlah yang cocok kini 3').waitFor();
  assert.equal(cases('malaria'), 1);
  await stale.close();
  await page.goto('/parkir');
  await page.getByRole('link', { name: 'Pesan masuk', exact: true }).waitFor();
  await page.goto('/parkir?cari=malaria');
  page.once('dialog', (d) => d.accept());
  await page.getByRole('button', { name: 'Ulangi 3 pesan' }).click();
  await page.getByText('Diulangi: 3').waitFor();
  await waitFor('they were carried out', () => cases('malaria') === 4);
});

test('a parked text is put right, once a reason was given to see it, and carried out as that', async () => {
  await page.goto('/parkir');
  assert.doesNotMatch(await page.locator('main').innerText(), /Zubaidah/);
  assert.equal(await page.getByRole('button', { name: 'Kerjakan dengan teks ini' }).count(), 0);
  await page.getByLabel('Alasan membuka nama dan nomor').fill('membetulkan salah ketik');
  await page.getByRole('button', { name: 'Buka', exact: true }).click();
  const text = page.getByLabel('Teks yang dibetulkan');
  assert.equal(await text.inputValue(), 'KASUS dengu Zubaidah 3');
  await page.screenshot({ path: path.join(shots, 'parkir-ubah-light.png'), fullPage: true });
  await text.fill('KASUS dengue 3');
  await page.getByRole('button', { name: 'Kerjakan dengan teks ini' }).click();
  await page.getByText('Dikerjakan dengan teks baru: 1').waitFor();
  await waitFor('it is a record', () => cases('dengue') === 1);
  await gateway.nextSms(kader, /Diterima \d+.*dengue/i);
  assert.equal(Number(gateway.redis('xlen', '{19.06}parked:inbound')), 0);
  const lines = JSON.parse((await (await session(gateway, admin)).get('/audit.json')).body).rows;
  assert.deepEqual(lines.filter((l) => l.act.startsWith('parkir_ubah')).map((l) => [l.who, l.outcome]), [['dewi', 'ok']]);
});

test('a word that nobody knew shows which past messages it would have read, and the row that teaches it', async () => {
  await page.goto('/kata');
  await page.getByLabel('Kata yang diketik kader').fill('zakmur');
  await page.getByLabel('Artinya').selectOption('penyakit/diare');
  await page.getByRole('button', { name: 'Lihat akibatnya' }).click();
  await page.getByText('Terbaca lain: 2 pesan').waitFor();
  const rows = await page.locator('tbody tr').allInnerTexts();
  assert.equal(rows.length, 2);
  for (const r of rows) assert.match(r, /KASUS z••• [12].*ditolak kasus invalid:penyakit.*diterima kasus/s);
  assert.match(await page.locator('main').innerText(), /- \{code: diare, …, words: \[…, zakmur\]\}/);
  assert.match(await page.locator('main').innerText(), /forms\/lists\/penyakit\.yaml/);
  assert.deepEqual(await axe(), []);
  await page.screenshot({ path: path.join(shots, 'kata-light.png'), fullPage: true });
  await page.getByLabel('Kata yang diketik kader').fill('tidak ada yang begini');
  await page.getByRole('button', { name: 'Lihat akibatnya' }).click();
  await page.getByText('Tidak ada pesan lama yang akan terbaca lain.').waitFor();
});

test('the browser complained of nothing', () => assert.deepEqual(page.complaints, []));
