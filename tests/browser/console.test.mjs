// console.test.mjs - what district staff do in the console, in a browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import path from 'node:path';
import { Gateway, account, axeSource, launch, openPage, session, shots } from './browser.mjs';
import { bidan, kader, kades, nomorOf, request, form, waitFor, zone } from '../system/lib.mjs';

let gateway, browser, admin, officer, page;

before(async () => {
  gateway = await new Gateway().start();
  admin = account(gateway, 'dewi', 'admin');
  officer = account(gateway, 'nur', 'officer', '19.06.01');
  browser = await launch();
  page = await openPage(browser, gateway, admin);
  for (const t of ['TIMBANG Zubaidah P 14bl 9,2 76', 'BUMIL Maimunah 28 150/95 perdarahan', 'RUJUK Tarmizi 30th perdarahan',
    'KASUS campak Rumaisha P 5th', 'KEJADIAN keracunan 6 dusun Air', 'TIMBANG Fatimatuz P 14', 'LANSIA Suratman L 70th 180/100 250'])
    await gateway.say(kader, t);
  await waitFor('the records are stored', () => gateway.query('SELECT count(*) AS n FROM record')[0]?.n >= 5);
  await waitFor('the log has them', () => gateway.log("SELECT count(*) AS n FROM message_in WHERE kind = 'sms'")[0]?.n >= 7);
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
});

const flash = () => page.locator('.said').allInnerTexts();

test('the first page says what waits, and its password is to be changed', async () => {
  await page.goto('/');
  await assert.doesNotReject(page.getByText('Rujukan belum diterima').waitFor());
  assert.match((await flash()).join(' '), /hanya untuk awal/);
  assert.match(await page.locator('main').innerText(), /E1.*\d{4}.*perdarahan/);
});

test('a line appears within a second of its SMS, and the pause holds it back', async () => {
  await page.goto('/pesan');
  await page.locator('#langsung [role=status]', { hasText: 'Langsung' }).waitFor();
  const at = Date.now();
  await gateway.sms(kader, 'KASUS diare 2');
  await page.locator('tr.arus-baru', { hasText: 'KASUS diare 2' }).waitFor({ timeout: 3000 });
  assert.ok(Date.now() - at < 1000, `${Date.now() - at} ms`);
  await page.getByRole('button', { name: 'Jeda' }).click();
  await gateway.sms(kader, 'KASUS diare 3');
  await page.locator('#langsung [role=status]', { hasText: '+1' }).waitFor();
  assert.equal(await page.locator('tr', { hasText: 'KASUS diare 3' }).count(), 0);
  await page.getByRole('button', { name: 'Lanjutkan' }).click();
  await page.locator('tr', { hasText: 'KASUS diare 3' }).waitFor();
});

test('a message is found by a word, and its page says how each word was read', async () => {
  await page.goto('/pesan');
  await page.keyboard.press('/');
  await page.keyboard.type('zubaidah');
  await page.keyboard.press('Enter');
  await page.waitForURL(/cari=zubaidah/);
  await page.locator('tbody tr').first().waitFor();
  assert.equal(await page.locator('tbody tr').count(), 1);
  await page.keyboard.press('j');
  await page.keyboard.press('o');
  await page.waitForURL(/\/pesan\/[0-9a-f-]{36}/);
  const labels = await page.locator('.pesan b i').allInnerTexts();
  assert.deepEqual(labels, ['Timbang balita', 'nama', 'jk', 'umur', 'bb', 'tb']);
  const whole = await page.locator('main').innerText();
  assert.match(whole, /Z•••/);
  assert.doesNotMatch(whole, /Zubaidah|\+62812/);
  assert.match(whole, /Diterima \d{4}/);
});

test('what somebody sent is found by who sent it', async () => {
  const [{ nomor }] = gateway.query("SELECT nomor FROM record WHERE form = 'lansia'");
  await page.goto(`/pesan?cari=${encodeURIComponent(kader)}`);
  await page.locator('tbody tr', { hasText: 'BUMIL' }).waitFor();
  assert.equal(await page.locator('tbody tr', { hasText: 'TIMBANG' }).count(), 2);
  await page.goto(`/pesan?cari=${encodeURIComponent(bidan)}`);
  assert.equal(await page.locator('tbody tr', { hasText: 'TIMBANG' }).count(), 0);
  const people = page.locator('tbody tr', { has: page.locator('a[href^="/orang/"]') });
  await page.goto('/orang?tempat=PSY001&peran=kader');
  const all = await people.count();
  const reported = people.filter({ has: page.locator('td[data-k]', { hasNotText: '–' }) });
  assert.equal(await reported.count(), 1);
  await page.goto('/orang?tempat=PSY001&peran=kader&diam=1');
  assert.equal(await people.count(), all - 1);
  await page.goto('/orang?tempat=PSY001&peran=kader');
  await reported.locator('a').first().click();
  await page.waitForURL(/\/orang\/P-/);
  const hers = await page.locator('main').innerText();
  assert.ok(hers.includes(nomor), hers);
  assert.match(hers, /LANSIA/);
});

test('names and numbers are shown for a reason, and the reason is noted', async () => {
  await page.getByLabel('Alasan membuka nama dan nomor').fill('telepon balik ibu');
  await page.getByRole('button', { name: 'Buka', exact: true }).click();
  await page.getByText('Zubaidah').first().waitFor();
  assert.match(await page.locator('main').innerText(), /\+6281200000001/);
  await page.goto('/audit');
  assert.match(await page.locator('tbody').innerText(), /buka.*telepon balik ibu/s);
});

test('a signal is verified by keyboard alone, and the head of the village hears of it', async () => {
  await page.goto('/sinyal');
  await page.locator('tr', { hasText: 'campak' }).getByRole('link').first().focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/sinyal\/\d+/);
  assert.match(await page.locator('main').innerText(), /7 hari: 1 kasus\. Biasa 0,0 seminggu.*Aturan penyakit ini: 1 kasus/s);
  await page.getByRole('button', { name: /^Benar/ }).focus();
  await page.keyboard.press('Enter');
  await waitFor('the verdict stands on its page', async () => {
    await page.goto(page.url());
    return page.locator('.st-benar').count();
  });
  assert.match((await gateway.nextSms(kades, /campak/i)).text, /campak/i);
});

test('the page of a signal says what other rules would have said, and has its curve beside the list', async () => {
  await page.goto('/sinyal');
  await page.locator('tr', { hasText: 'campak' }).getByRole('link').first().click();
  await page.getByText('Apa kata aturan lain').click();
  const rules = await page.locator('details table tr').allInnerTexts();
  assert.equal(rules.length, 6);
  assert.match(rules[1], /Petugas.*1,0.*memanggil/s);
  assert.match(rules[3], /SKDR mentah.*0,0.*memanggil/s);
  const [curve, list] = await page.locator('.berdampingan > section').evaluateAll((all) => all.map((s) => s.getBoundingClientRect().left));
  assert.ok(list > curve + 300, 'side by side');
});

test('a breach is noted, its clock of 3 x 24 hours runs, and the notification ends it; reveals stand by themselves', async () => {
  await page.goto('/insiden');
  await page.getByLabel('Kejadian').fill('HP petugas hilang di Manggar');
  await page.getByRole('button', { name: 'Catat insiden' }).click();
  assert.match(await page.locator('tbody tr').first().innerText(), /HP petugas hilang.*dewi.*tenggat.*[23] hari lagi/s);
  await page.screenshot({ path: path.join(shots, 'insiden-isi-light.png'), fullPage: true });
  await page.getByLabel('Kepada siapa, bagaimana').fill('surat kepada 12 orang dan lembaga');
  await page.getByRole('button', { name: 'Catat pemberitahuan' }).click();
  await page.getByText('sudah diberitahukan').waitFor();
  await page.goto('/audit?tindakan=buka');
  const lines = await page.locator('tbody tr').allInnerTexts();
  assert.ok(lines.length >= 1 && lines.every((l) => /buka/.test(l)));
});

test('a DAFTAR is approved, and she may report', async () => {
  await gateway.say('+6281299990001', 'DAFTAR Kartini#PSY002');
  await waitFor('it is asked', async () => {
    await page.goto('/orang');
    return (await page.getByRole('button', { name: 'Setujui' }).count()) === 1;
  });
  await page.locator('li', { hasText: 'K•••' }).getByRole('button', { name: 'Setujui' }).click();
  await page.waitForLoadState();
  await waitFor('she is known', async () => /Diterima \d+/.test(await gateway.say('+6281299990001', 'KASUS diare 1')));
});

test('people are imported after a preview of what changes', async () => {
  await page.goto('/orang');
  await page.getByText('Impor dari CSV').click();
  await page.locator('#csv').fill('msisdn,role,name,place,language,active,leader\n+6281277770001,kader,Halimah,PSY001,id,yes,no\n+6281277770002,kader,Juminten,PSY404,id,yes,no\n');
  await page.getByRole('button', { name: 'Lihat perubahannya' }).click();
  await page.getByRole('alert').first().waitFor();
  await page.goBack();
  await page.locator('details').first().evaluate((d) => (d.open = true));
  await page.locator('#csv').fill('+6281277770001,kader,Halimah,PSY001,id,yes,no\n');
  await page.getByRole('button', { name: 'Lihat perubahannya' }).click();
  await page.getByText('1 baru, 0 berubah, 0 sama.').waitFor();
  await page.getByRole('button', { name: 'Simpan 1 orang' }).click();
  await page.getByText('Impor tersimpan.').waitFor();
  await waitFor('she may report', async () => /Diterima \d+/.test(await gateway.say('+6281277770001', 'KASUS diare 1')));
});

test('a parked message is replayed from its page', async () => {
  gateway.redis('xadd', '{19.06}parked:inbound', '*', 'b',
    JSON.stringify({ v: 1, kind: 'sms', op: 0, provider: 'emulator', provider_id: 'parked-1', from: kader, from_is_msisdn: true, to: '98120', text: 'KASUS malaria 2', received_ms: Date.now() }),
    'reason', 'parked_error', 'a', '0', 'f', String(Date.now()), 'at', String(Date.now()));
  await page.goto('/parkir');
  await page.locator('tr', { hasText: 'KASUS malaria 2' }).getByRole('button', { name: 'Ulangi' }).click();
  await page.getByText('Diulangi: 1').waitFor();
  await waitFor('it was carried out', () => gateway.query("SELECT count(*) AS n FROM record WHERE fields LIKE '%malaria%'")[0].n === 1);
});

test('a referral is taken for a facility that telephoned', async () => {
  await page.goto('/rujukan');
  const row = page.locator('tr', { hasText: 'T••• 30th perdarahan' });
  const nomor = nomorOf(await row.getByRole('link').first().innerText());
  await row.locator('select[name=apa]').selectOption('TERIMA');
  await row.locator('select[name=siapa]').selectOption({ label: 'Nur Marlina (contoh), Pustu Kelubi' });
  await row.getByRole('button', { name: 'Catat' }).click();
  await waitFor('it stands in the district', () => gateway.query(`SELECT 1 AS y FROM referral_event WHERE nomor = '${nomor}' AND event = 'terima'`).length === 1);
});

test('a record is validated for a nakes of its puskesmas', async () => {
  const of = gateway.log("SELECT m.uuid, n.nomor FROM message_in AS m JOIN message_nomor AS n ON n.message = m.id WHERE m.kind = 'sms' AND m.text LIKE 'TIMBANG%'")
    .find(({ nomor }) => gateway.query(`SELECT 1 AS y FROM record WHERE nomor = '${nomor}' AND status = 'valid'`).length);
  await page.goto(`/pesan/${of.uuid}`);
  await page.getByRole('button', { name: 'Sahkan (CEK) sebagai' }).first().click();
  await waitFor('it is checked', () => gateway.query(`SELECT status FROM record WHERE nomor = '${of.nomor}'`)[0].status === 'checked');
  assert.equal(new URL(page.url()).pathname, `/pesan/${of.uuid}`);
  await page.reload();
  assert.equal(await page.getByText('diperiksa').count() > 0, true);
  assert.equal(await page.getByRole('button', { name: 'Sahkan (CEK) sebagai' }).count(), 0);
});

test('the curve of a child has the WHO lines and her weight', async () => {
  const child = gateway.query('SELECT nomor FROM person')[0].nomor;
  await page.goto(`/anak/${child}`);
  assert.equal(await page.locator('svg path.sd').count(), 7);
  assert.equal(await page.locator('svg circle.titik').count(), 1);
});

test('the PWS chart and its table are those computed by hand', async () => {
  const now = new Date(Date.now() + 3600000 * zone.offset), month = now.getUTCMonth() + 1, year = now.getUTCFullYear();
  const name = (y, m) => `${y}-${String(m).padStart(2, '0')}`;
  const [here, last] = [name(year, month), month > 1 ? name(year, month - 1) : name(year - 1, 12)];
  const rows = { '19.06.01.2004': [5, 4, 100], '19.06.01.2001': [2, 6, 95], '19.06.01.2002': [9, 3, 3], '19.06.01.2003': [1, 1, 1] };
  // What is counted anew would take these rows with it.
  await waitFor('nothing waits to be counted', () => gateway.query('SELECT 1 AS y FROM indicator_due LIMIT 1').length === 0);
  gateway.change(`INSERT INTO indicator VALUES ('uji', '2', 'Cakupan uji', 80, 'higher', 'A', 'uji', 1, 'year', 1);` +
    Object.entries(rows).map(([place, [n, before, sum]]) =>
      `INSERT INTO indicator_value VALUES ('uji', '${place}', '${here}', ${n}, 100, ${sum}, 100, '${now.toISOString()}');` +
      `INSERT INTO indicator_value VALUES ('uji', '${place}', '${last}', ${before}, 100, 0, 100, '${now.toISOString()}');`).join(''));
  await page.goto('/pws?indikator=uji');
  const cells = await page.locator('tbody tr').evaluateAll((all) => all.slice(0, 4).map((tr) => [...tr.cells].slice(2).map((c) => c.innerText.trim())));
  assert.deepEqual(cells, [['100%', '100/100', '5', '4', '↑', '● baik'], ['95%', '95/100', '2', '6', '↓', '◐ kurang'],
    ['3%', '3/100', '9', '3', '↑', '◐ cukup'], ['1%', '1/100', '1', '1', '–', '✕ jelek']].map((r) => [...r.slice(0, 5), r[5].slice(2)]));
  const chart = page.locator('svg.bagan');
  const [base, line] = [Number(await chart.locator('line.kisi').getAttribute('y1')), Number(await chart.locator('line.target').getAttribute('y1'))];
  const heights = await chart.locator('rect').evaluateAll((all) => all.map((b) => Number(b.getAttribute('height'))));
  const full = heights[0];
  assert.deepEqual(heights.slice(0, 4).map((h) => Math.round((h / full) * 100)), [100, 95, 3, 1]);
  assert.ok(Math.abs((base - line) / full - (0.8 * month) / 12) < 0.02, 'the line is the target of this month');
  await page.screenshot({ path: path.join(shots, 'pws-uji-light.png'), fullPage: true });
  const csv = (await (await session(gateway, admin)).get('/pws.csv?indikator=uji&sep=%3B')).body;
  assert.match(csv, /"19\.06\.01\.2004";"Kelubi";"5";"4";"100";"100"/);
});

test('five wrong passwords lock the account for a while, also for the right one', async () => {
  const other = account(gateway, 'lupa', 'viewer');
  const tryIt = (sandi) => request('POST', `${gateway.staff}/masuk`, { body: form({ nama: 'lupa', sandi }), headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: gateway.staff } });
  for (let i = 0; i < 4; i++) assert.equal((await tryIt(`salah-${i}`)).status, 401);
  assert.equal((await tryIt('salah-5')).status, 429);
  const right = await tryIt(other.password);
  assert.equal(right.status, 429);
  assert.equal(right.headers['set-cookie'], undefined);
});

const pages = ['/', '/pesan', '/parkir', '/rujukan', '/sinyal', '/pws', '/desa/19.06.01.2004', '/kelengkapan', '/orang', '/tempat',
  '/kirim', '/sistem', '/akun', '/audit', '/insiden', '/hak', '/kata', '/pws/matriks', '/pws/lokmin', '/sandi', '/keluar', '/salah'];

async function everyPage() {
  const ids = (await (await session(gateway, admin)).get('/pesan.json')).body;
  return [...pages, `/pesan/${JSON.parse(ids).rows.at(-1).id}`, `/sinyal/${gateway.query('SELECT nomor FROM alert_event')[0].nomor}`,
    `/anak/${gateway.query('SELECT nomor FROM person')[0].nomor}`, `/ibu/${gateway.query("SELECT nomor FROM record WHERE form = 'bumil'")[0].nomor}`];
}

for (const [theme, width] of [['light', 1200], ['dark', 390]])
  test(`every page in the ${theme} theme at ${width} pixels: no complaint, no axe finding, nothing wider than the screen`, async () => {
    const p = await openPage(browser, gateway, admin, { colorScheme: theme, viewport: { width, height: 900 } });
    const found = [];
    for (const url of await everyPage()) {
      await p.goto(url);
      const name = url === '/' ? 'hari' : url.slice(1).replace(/[/.].*/, (s) => (s.length > 1 ? '-satu' : ''));
      await p.screenshot({ path: path.join(shots, `${name}-${theme}-${width}.png`), fullPage: true });
      const wide = await p.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) found.push(`${url}: ${wide} px wider than the screen`);
      await p.evaluate(axeSource);
      const { violations } = await p.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
      for (const v of violations.filter((x) => /serious|critical/.test(x.impact))) found.push(`${url}: ${v.id} ${v.nodes[0].html.slice(0, 160)}`);
    }
    await p.context().close();
    assert.deepEqual(found, []);
    assert.deepEqual(p.complaints.filter((c) => !/404/.test(c)), []);
  });

test('the log in page has no axe finding and is its own in English', async () => {
  const context = await browser.newContext({ baseURL: gateway.staff });
  const p = await context.newPage();
  await p.goto('/masuk');
  await p.screenshot({ path: path.join(shots, 'masuk-light.png') });
  await p.getByRole('link', { name: 'English' }).click();
  await p.getByRole('button', { name: 'Log in' }).waitFor();
  await p.evaluate(axeSource);
  const { violations } = await p.evaluate(() => axe.run(document));
  assert.deepEqual(violations.filter((x) => /serious|critical/.test(x.impact)).map((v) => v.id), []);
  await context.close();
});

test('in all of this the browser complained of nothing', () => {
  assert.deepEqual(page.complaints.filter((c) => !/422/.test(c)), []);
});
