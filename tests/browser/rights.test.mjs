// rights.test.mjs - a person asks for her data and to be forgotten, and an admin does it by keyboard alone.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import path from 'node:path';
import { Gateway, account, launch, openPage, shots } from './browser.mjs';
import { bidan, kader, nomorOf, waitFor } from '../system/lib.mjs';

let gateway, browser, page, child;

before(async () => {
  gateway = await new Gateway().start();
  browser = await launch();
  page = await openPage(browser, gateway, account(gateway, 'dewi', 'admin'));
  child = /No anak (\d+)/i.exec(await gateway.say(kader, 'TIMBANG Kunarpadewi P 14bl 9,2 76'))[1];
  await waitFor('she is stored', () => gateway.query('SELECT 1 AS y FROM person').length === 1);
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

const fill = async (label, text) => {
  await page.getByLabel(label).last().focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.type(text);
};

test('a copy is a file with all of it, and the reason is noted', async () => {
  await page.goto(`/anak/${child}`);
  await page.getByRole('link', { name: `Data pribadi ${child}` }).press('Enter');
  await page.waitForURL(/\/hak\?siapa=/);
  await page.locator('form', { hasText: 'Unduh salinan' }).getByLabel('Alasan').fill('surat ibunya');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Unduh salinan' }).press('Enter')]);
  const held = JSON.parse(fs.readFileSync(await file.path(), 'utf8'));
  assert.deepEqual([held.person[0].nama, held.records.length], ['Kunarpadewi', 1]);
  await page.goto('/hak');
  assert.match(await page.locator('tbody tr').first().innerText(), new RegExp(`salinan diambil.*${child}.*surat ibunya`, 's'));
});

test('while a referral is open she is not forgotten, and the page says what to do', async () => {
  const nomor = nomorOf(await gateway.say(kader, 'RUJUK Kunarpadewi 14bl sesak'));
  await waitFor('it stands', () => gateway.query(`SELECT 1 AS y FROM referral_event WHERE nomor = '${nomor}'`).length === 1);
  page.once('dialog', (d) => d.accept());
  await page.goto(`/hak?siapa=${child}`);
  await fill('Nomor itu sekali lagi', child);
  await fill('Alasan', 'surat ibunya');
  await page.getByRole('button', { name: 'Lupakan' }).press('Enter');
  await page.getByText(`Tutup dahulu dengan SELESAI atau BATAL: ${nomor}`).waitFor();
  await gateway.say(bidan, `TERIMA ${nomor}`);
  await gateway.say(bidan, `SELESAI ${nomor}`);
  await waitFor('it is over', () => gateway.query(`SELECT 1 AS y FROM referral_event WHERE nomor = '${nomor}' AND event = 'selesai'`).length === 1);
});

test('she is forgotten after a question, and what is left to do is said', async () => {
  const asked = new Promise((done) => page.once('dialog', (d) => (done(d.message()), d.accept())));
  await page.goto(`/hak?siapa=${child}`);
  await fill('Nomor itu sekali lagi', child);
  await fill('Alasan', 'surat ibunya');
  await page.getByRole('button', { name: 'Lupakan' }).press('Enter');
  assert.match(await asked, /Tidak dapat dibatalkan/);
  await page.getByText('Dilupakan.').waitFor();
  await page.screenshot({ path: path.join(shots, 'hak-isi-light.png'), fullPage: true });
  assert.match(await page.locator('main').innerText(), /Laporan dan catatan orang yang dihapus: \d+.*Cadangan lama/s);
  await waitFor('she is gone', () => gateway.query('SELECT 1 AS y FROM person').length === 0);
  assert.equal((await page.goto(`/anak/${child}`)).status(), 404);
  await page.goto('/pesan');
  assert.doesNotMatch(await page.locator('main').innerText(), /K•••/);
});

test('the browser complained of nothing', () => assert.deepEqual(page.complaints.filter((c) => !/404/.test(c)), []));
