// safe.test.mjs - what the console refuses, and that nothing that was typed becomes anything but text.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Gateway, account, launch, openPage, session } from './browser.mjs';
import { kader, request, form, waitFor } from '../system/lib.mjs';

let gateway, browser, admin, officer, viewer, elsewhere, acts;
const canary = { name: 'Kunarpadewi', number: '+6281355550001' };

const pages = ['/', '/pesan', '/parkir', '/rujukan', '/sinyal', '/pws', '/desa/19.06.01.2004', '/kelengkapan', '/orang', '/tempat',
  '/kirim', '/sistem', '/akun', '/audit', '/sandi', '/keluar', '/anak/1010', '/ibu/1029', '/tidak-ada'];

before(async () => {
  gateway = await new Gateway().start();
  admin = account(gateway, 'dewi', 'admin');
  officer = account(gateway, 'nur', 'officer', '19.06.01');
  viewer = account(gateway, 'baca', 'viewer');
  elsewhere = account(gateway, 'jauh', 'officer', '19.06.05');
  browser = await launch();
  await gateway.say(kader, `TIMBANG ${canary.name} P 14bl 9,2 76`);
  await gateway.say(kader, `RUJUK ${canary.name} 30th perdarahan`);
  await gateway.say(kader, 'KASUS campak Rumaisha P 5th');
  // Names that are words of the forms, too: nothing of these becomes a record.
  await gateway.say(kader, 'TIMBANG Bulan Kuning P');
  await gateway.say(kader, 'halo bu\nBUMIL Melati Mawar 99 150/95');
  await gateway.say(canary.number, `DAFTAR ${canary.name}#PSY002`);
  await waitFor('the records are stored', () => gateway.query('SELECT count(*) AS n FROM record')[0]?.n >= 3);
  await waitFor('the log has them', () => gateway.log("SELECT count(*) AS n FROM message_in WHERE kind = 'sms'")[0]?.n >= 4);
  const of = (table) => gateway.query(`SELECT nomor FROM ${table}`)[0].nomor;
  const admins = await session(gateway, admin);
  const siapa = /href="\/orang\/(P-[0-9A-F]{4}-[0-9a-f]{6})"/.exec((await admins.get('/orang')).body)[1];
  acts = [['/parkir', { apa: 'ulang', antre: 'inbound', id: '1-1' }], [`/rujukan/${of('referral_event')}`, { apa: 'TERIMA' }],
    [`/sinyal/${of('alert_event')}`, { apa: 'BENAR' }], ['/orang', { csv: '+6281277770009,kader,Ani,PSY001,id,yes,no', apa: 'simpan' }],
    [`/orang/${siapa}`, { apa: 'berhenti', alasan: 'uji' }], ['/buka', { kembali: '/pesan/1', alasan: 'ingin tahu' }],
    ['/akun', { apa: 'tambah', nama: 'baru', peran: 'admin' }]];
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
});

const state = () => JSON.stringify([gateway.query('SELECT count(*) AS n FROM referral_event'), gateway.query('SELECT count(*) AS n FROM alert_event'),
  gateway.ctl('user', 'list'), gateway.ctl('people', 'export').length]);

test('without a session there is the way in and nothing else', async () => {
  for (const p of pages) {
    const r = await request('GET', gateway.staff + p);
    assert.equal(r.status, 303, p);
    assert.equal(r.headers.location, '/masuk');
    assert.equal(r.body, '');
    if (p === '/') continue;
    for (const as of ['.json', '.csv']) assert.equal((await request('GET', gateway.staff + p + as)).status, 401, p + as);
  }
  assert.equal((await request('GET', `${gateway.staff}/arus`)).status, 401);
  const before = state();
  for (const [p, f] of acts)
    assert.ok([303, 401, 403].includes((await request('POST', gateway.staff + p, { body: form(f), headers: { Origin: gateway.staff, 'Content-Type': 'application/x-www-form-urlencoded' } })).status), p);
  assert.equal(state(), before);
  for (const p of ['/livez', '/readyz', '/metrics', '/version']) assert.equal((await request('GET', gateway.staff + p)).status, 200);
});

test('an act without the token, with a wrong one, from elsewhere or from nowhere is refused and noted', async () => {
  const s = await session(gateway, admin);
  const before = state();
  for (const [p, f] of acts) {
    assert.equal((await s.post(p, { ...f, token: '' })).status, 403, `${p} without token`);
    assert.equal((await s.post(p, { ...f, token: '0'.repeat(64) })).status, 403, `${p} wrong token`);
    assert.equal((await s.post(p, f, { Origin: 'http://evil.example' })).status, 403, `${p} foreign origin`);
    assert.equal((await s.post(p, f, { Origin: 'null' })).status, 403, `${p} null origin`);
    assert.equal((await s.post(p, f, { Origin: '' })).status, 403, `${p} no origin`);
    assert.equal((await s.post(p, f, { 'Sec-Fetch-Site': 'cross-site' })).status, 403, `${p} cross-site`);
  }
  assert.equal((await s.get('/arus', { Origin: 'http://evil.example' })).status, 403);
  assert.equal(state(), before);
  assert.match((await s.get('/audit')).body, /asal/);
});

test('a viewer sees and does nothing', async () => {
  const s = await session(gateway, viewer);
  const before = state();
  for (const [p, f] of acts) assert.equal((await s.post(p, f)).status, 403, p);
  for (const p of ['/akun', '/audit', '/akun.csv', '/audit.json']) assert.equal((await s.get(p)).status, 403, p);
  assert.equal(state(), before);
  assert.doesNotMatch((await s.get('/orang')).body, /name="apa"/);
});

test('an officer of another area sees nothing of this one, and cannot act in it', async () => {
  const s = await session(gateway, elsewhere);
  const before = state();
  for (const p of ['/', '/pesan', '/rujukan', '/sinyal', '/orang', '/tempat', '/kelengkapan', '/pesan.csv', '/pesan.json', '/rujukan.csv', '/orang.csv']) {
    const r = await s.get(p);
    assert.equal(r.status, 200, p);
    assert.doesNotMatch(r.body, /Kelubi|PSY001|K•••|campak/, p);
  }
  const message = gateway.log("SELECT uuid FROM message_in WHERE kind = 'sms' ORDER BY id")[0].uuid;
  const child = gateway.query('SELECT nomor FROM person')[0].nomor, signal = gateway.query('SELECT nomor FROM alert_event')[0].nomor;
  for (const p of [`/pesan/${message}`, `/anak/${child}`, `/sinyal/${signal}`, '/desa/19.06.01.2004', `/anak/${child}.json`])
    assert.equal((await s.get(p)).status, 403, p);
  for (const [p, f] of acts) assert.equal((await s.post(p, f)).status === 303, p === '/buka', p);
  assert.equal(state(), before);
  assert.match((await (await session(gateway, admin)).get('/audit')).body, /wilayah/);
});

test('an officer of the area acts in it', async () => {
  const s = await session(gateway, officer);
  const [p, f] = acts[2];
  assert.equal((await s.post(p, f)).status, 303);
  await waitFor('the verdict is stored', () => gateway.query("SELECT 1 AS y FROM alert_event WHERE event = 'benar'").length === 1);
  assert.match((await s.get('/pesan')).body, /K•••/);
});

// Addresses and titles that a browser sees on the way through the pages.
async function everyTitle() {
  const page = await openPage(browser, gateway, admin);
  const seen = [];
  for (const p of pages) {
    await page.goto(p);
    seen.push({ url: page.url(), title: await page.title() });
    for (const a of await page.locator('a[href]').evaluateAll((all) => all.map((x) => x.href))) seen.push({ url: a, title: '' });
  }
  await page.context().close();
  return seen;
}

test('a name and a number stand in no page, log line, metric or address until they are shown', async () => {
  const s = await session(gateway, admin);
  const ids = JSON.parse((await s.get('/pesan.json')).body).rows.map((r) => `/pesan/${r.id}`);
  const child = gateway.query('SELECT nomor FROM person')[0].nomor;
  const siapa = /href="(\/orang\/P-[^"]+)"/.exec((await s.get(ids[0])).body)?.[1] ?? '/orang';
  for (const p of [...pages, ...ids, ...ids.map((i) => `${i}.json`), ...ids.map((i) => `${i}.csv`), siapa, `${siapa}.json`, `/sinyal/${gateway.query('SELECT nomor FROM alert_event')[0].nomor}.json`, `/anak/${child}`, '/pesan.csv', '/pesan.json', `/pesan?cari=${canary.name}`, '/rujukan.csv', '/parkir.csv', `/anak/${child}.json`]) {
    const { body } = await s.get(p);
    const typed = body.replaceAll(`value="${canary.name}"`, '').replaceAll(`cari=${canary.name}`, '');
    assert.doesNotMatch(typed, new RegExp(`${canary.name}|${canary.number.slice(1)}|0${canary.number.slice(3)}`, 'i'), p);
  }
  for (const p of ['/pesan', '/pesan.csv', '/pesan.json', ...ids])
    assert.doesNotMatch((await s.get(p)).body, /Bulan Kuning|Melati Mawar/, `${p}: a name that is a word of the forms is a name all the same`);
  for (const { url, title } of await everyTitle()) assert.doesNotMatch(decodeURIComponent(url) + title, new RegExp(`${canary.name}|${canary.number.slice(1)}`));
  assert.doesNotMatch(gateway.process.err + (await gateway.metrics()) + (await s.get('/audit.json')).body, new RegExp(`${canary.name}|${canary.number.slice(1)}`));
  assert.doesNotMatch((await s.get('/orang')).body, /href="\/orang\/[^"]*\d{9,}/);
});

test('what is typed appears as text: markup, SQL, formulas, a hundred thousand letters', async () => {
  const texts = ['TIMBANG <script>alert(1)</script> P 14', '"><img src=x onerror=alert(1)>', "KASUS diare '; DROP TABLE message_in; --",
    "<svg/onload=alert(1)> {{umum.sandi}} {{>kepala}}", '=cmd|\'/C calc\'!A0', '@SUM(1+1)', '+1+1', '-2+3'];
  for (const t of texts) await gateway.sms(kader, t);
  await gateway.ussd('s1', kader, '', '*123#');
  await gateway.ussd('s1', kader, '<b>4</b>', '*123#');
  await gateway.sms(kader, `x${'<'.repeat(20000)}`);
  await waitFor('the log has them', () => gateway.log("SELECT count(*) AS n FROM message_in WHERE kind = 'sms'")[0].n >= 13);
  const page = await openPage(browser, gateway, admin);
  let alerts = 0;
  page.on('dialog', (d) => (alerts++, d.dismiss()));
  for (const p of ['/pesan', '/pesan?cari=%22%3E%3Cimg+src%3Dx%3E', "/pesan?desa=';--", '/pesan?before=%27.1', '/orang?cari=%25%27', '/', '/pws?indikator=<script>&bulan=<b>', '/pesan?hasil=<script>alert(1)</script>']) {
    await page.goto(p);
    assert.equal(await page.locator('main script:not([src]), main img, main svg[onload]').count(), 0, p);
  }
  for (const { id } of JSON.parse((await (await session(gateway, admin)).get('/pesan.json')).body).rows.slice(0, 10)) {
    await page.goto(`/pesan/${id}`);
    assert.equal(await page.locator('main script, main img').count(), 0);
  }
  assert.equal(alerts, 0);
  assert.deepEqual(page.complaints, []);
  const csv = (await (await session(gateway, admin)).get('/pesan.csv')).body;
  assert.ok(csv.startsWith('\uFEFF'));
  for (const cell of csv.split('\r\n').flatMap((l) => l.split('","'))) assert.doesNotMatch(cell.replace(/^"/, ''), /^[=+@]/);
  assert.match((await (await session(gateway, admin)).get('/pesan.csv?sep=%3B')).body, /"id";"waktu"/);
  const s = await session(gateway, admin);
  assert.ok([400, 413, 422].includes((await s.post('/orang', { csv: `${'x'.repeat(100000)},"`, apa: 'lihat' })).status));
  assert.equal((await s.get('/')).status, 200);
});

test('a session ends with its account, its password, and by leaving', async () => {
  const gone = account(gateway, 'pergi', 'viewer');
  const s = await session(gateway, gone);
  gateway.ctl('user', 'reset', 'pergi');
  assert.equal((await s.get('/')).status, 303);
  const again = await session(gateway, viewer);
  assert.equal((await again.post('/keluar', {})).status, 303);
  assert.equal((await again.get('/pesan')).status, 303);
});

test('the cookie is for the server alone, the pages for nobody else to keep or frame, and assets stay', async () => {
  const r = await request('POST', `${gateway.staff}/masuk`, { body: form({ nama: viewer.name, sandi: viewer.password }), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
  assert.match(r.headers['set-cookie'][0], /^kentongan=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/);
  const page = await request('GET', `${gateway.staff}/masuk`);
  assert.equal(page.headers['cache-control'], 'no-store');
  assert.match(page.headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'/);
  assert.doesNotMatch(page.headers['content-security-policy'], /unsafe/);
  for (const [, asset] of page.body.matchAll(/"(\/aset\/[^"]+)"/g)) {
    const a = await request('GET', gateway.staff + asset);
    assert.equal(a.status, 200);
    assert.match(a.headers['cache-control'], /immutable/);
  }
});
