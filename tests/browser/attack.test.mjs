// attack.test.mjs - what somebody tries who types what no form asks for: search syntax, paths, methods, weights, two clicks at
// once, an act without its reason, an account wider than one's own, a session that is over.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Gateway, account, session } from './browser.mjs';
import { form, kader, request, waitFor } from '../system/lib.mjs';

let g, A, O, AA, V, child, sig, ref;
const raw = /<script>alert|<img src=x/;
const type = { 'Content-Type': 'application/x-www-form-urlencoded' };

before(async () => {
  g = await new Gateway().start();
  A = await session(g, account(g, 'dewi', 'admin'));
  O = await session(g, account(g, 'nur', 'officer', '19.06.01'));
  AA = await session(g, account(g, 'aad', 'admin', '19.06.01'));
  V = await session(g, account(g, 'baca', 'viewer'));
  for (const t of ['TIMBANG Kunarpadewi P 14bl 9,2 76', 'BUMIL Maimunah 28 150/95 perdarahan', 'KASUS campak Rumaisha P 5th', 'TIMBANG =cmd|calc P 14bl 9,2 76', 'halo <script>alert(1)</script> "\'><img src=x onerror=1>', 'TIMBANG \u202eiraM P 14bl 9,2 76', `TIMBANG ${'A'.repeat(3000)}`, "KASUS diare 3 '; DROP TABLE record;--"]) await g.sms(kader, t);
  await waitFor('stored', () => g.query('SELECT count(*) AS n FROM record')[0]?.n >= 3 && g.query('SELECT 1 AS y FROM alert_event').length && g.log("SELECT count(*) AS n FROM message_in WHERE kind='sms'")[0].n >= 8);
  child = g.query('SELECT nomor FROM person')[0].nomor;
  sig = g.query('SELECT nomor FROM alert_event')[0].nomor;
  ref = g.query('SELECT nomor FROM referral_event')[0].nomor;
});
after(() => g?.stop());

// All that went wrong at once.
const trying = (name, run) =>
  test(name, { timeout: 120000 }, async () => {
    const bad = [];
    await run((what, good, extra = '') => good || bad.push(`${what} ${String(extra).slice(0, 200)}`));
    assert.deepEqual(bad, []);
  });

trying('what is looked for, and every parameter, is text', async (ok) => {
  for (const q of ['"', '*', 'NEAR(a b)', 'text:abc', 'a AND', "'; DROP TABLE message_in;--", '%00', '%ff%fe', 'a'.repeat(10000), '<script>alert(1)</script>', '-', '^', '{', '\u202e', '=cmd', '%', '_', '\\', '🚑'])
    { const r = await A.get(`/pesan?cari=${q.startsWith('%') && q.length > 1 ? q : encodeURIComponent(q)}`); ok(`search ${q.slice(0, 12)}`, r.status === 200 && !raw.test(r.body), r.status); }
  for (const p of ['/pesan?before=garbage', '/pesan?before=2026-11.-5', '/pesan?before=9999-99.99999999999999999999', '/pws?bulan=0000-00', '/pws?bulan=9999-99', '/pws?indikator=%3Cscript%3Ealert(1)%3C/script%3E', '/pws/matriks?bulan=2026-13', '/pws/lokmin?klaster=%27', '/pesan?_dari=%2B6281200000001', '/pesan?desa=A&desa=B', '/pesan?bahasa=%3Cscript%3E', '/orang?cari=%25', '/orang?peran=%27%20OR%201%3D1', '/tempat?tingkat=%22', '/rujukan?nomor=%27', '/sinyal?putusan=%27', '/kelengkapan?bulan=-1', '/kata?kata=%3Cscript%3Ealert(1)%3C/script%3E&nilai=penyakit/diare', '/kata?kata=a&nilai=../../etc/passwd', '/hak?siapa=%22%3E%3Cscript%3Ealert(1)%3C/script%3E', '/audit?tindakan=%3Cscript%3Ealert(1)', '/audit?before=-1', '/parkir?antre=../../x', '/parkir?cari=%3Cimg%20src%3Dx%3E'])
    { const r = await A.get(p); ok(`param ${p}`, [200, 404].includes(r.status) && !raw.test(r.body) && !/<img src=x/.test(r.body), r.status + r.body.slice(0, 100)); }
});

trying('paths, methods and weights that no page has', async (ok) => {
  for (const p of ['/desa/..%2f..%2fetc%2fpasswd', '/aset/../../var/accounts.json', '/aset/%2e%2e/%2e%2e/kentongan.yaml', '/anak/99999999999999999999', `/anak/${child}'`, '/pesan/not-a-uuid', '/pesan/%27%20OR%201%3D1', '/orang/P-0000-000000', '/sinyal/0', `/${'a'.repeat(4000)}`])
    { const r = await A.get(p); ok(`path ${p.slice(0, 40)}`, [404, 303, 400].includes(r.status), r.status); }
  for (const m of ['PUT', 'DELETE', 'OPTIONS', 'PATCH', 'HEAD', 'TRACE']) { const r = await request(m, g.staff + '/orang', { headers: { Cookie: A.Cookie }, fresh: true }).catch((e) => ({ status: e.message })); ok(`method ${m}`, r.status !== 200 || m === 'HEAD', r.status); }
  { const r = await request('GET', `${g.staff}/pesan?cari=${'x'.repeat(100000)}`, { headers: { Cookie: A.Cookie }, fresh: true }).catch((e) => ({ status: e.message })); ok('url 100 kB', r.status !== 200, r.status); }
  { const r = await request('POST', `${g.staff}/orang`, { body: 'csv=' + 'x'.repeat(12e6), headers: { ...type, Cookie: A.Cookie, Origin: g.staff }, fresh: true }).catch((e) => ({ status: e.message })); ok('body 12 MB', r.status !== 200 && r.status !== 303, r.status); }
  { const r = await request('POST', `${g.staff}/hak`, { body: '--x\r\nContent-Disposition: form-data; name="token"\r\n\r\nabc\r\n--x--', headers: { 'Content-Type': 'multipart/form-data; boundary=x', Cookie: A.Cookie, Origin: g.staff }, fresh: true }); ok('multipart', r.status === 403, r.status); }
});

trying('a copy and forgetting ask for a number, twice, a reason, and an admin of everything', async (ok) => {
  ok('hak of an area admin', (await AA.get('/hak')).status === 403); ok('hak act of area admin', (await AA.post('/hak', { apa: 'salinan', siapa: child, alasan: 'coba coba' })).status === 403);
  ok('hak officer', (await O.get('/hak')).status === 403);
  for (const f of [{ siapa: `${child}' OR 1=1` }, { siapa: `${child} --by x` }, { siapa: child, alasan: 'a' }, { siapa: child, alasan: 'abc\ndef --reason x' }, { siapa: '' }, { siapa: child, ulang: '1' }, { siapa: '<script>' }])
    { const r = await A.post('/hak', { apa: 'lupakan', ulang: f.siapa, alasan: 'permintaan ibu', ...f }); ok(`hak ${JSON.stringify(f)}`, r.status === 303 && g.query(`SELECT 1 AS y FROM person WHERE nomor = '${child}'`).length === 1, r.status); }
  { const r = await A.post('/hak', { apa: 'salinan', siapa: child, alasan: 'permintaan ibu' }); ok('copy is JSON', r.status === 200 && JSON.parse(r.body).person[0].nama === 'Kunarpadewi' && /attachment/.test(r.headers['content-disposition'] ?? '') && /no-store/.test(r.headers['cache-control'] ?? ''), r.status + JSON.stringify(r.headers)); }
});

trying('nobody is led away', async (ok) => {
  for (const k of ['//evil.example', 'https://evil.example', 'javascript:alert(1)', '/\\evil.example', '/ok\r\nSet-Cookie: a=b', '\\\\evil']) { const r = await A.post('/buka', { kembali: k, alasan: 'ingin tahu' }); ok(`kembali ${k}`, !/evil|javascript/.test(r.headers.location ?? '') || /^\/[^/\\]/.test(r.headers.location), r.headers.location); ok('no header', !/a=b/.test(JSON.stringify(r.headers['set-cookie'] ?? ''))); }
});

trying('two clicks are one act, and none goes without its reason', async (ok) => {
  const twice = (s, p, f) => Promise.all([s.post(p, f), s.post(p, f)]);
  await twice(O, `/sinyal/${sig}`, { apa: 'BENAR' }); await waitFor('benar', () => g.query(`SELECT count(*) AS n FROM alert_event WHERE nomor='${sig}' AND event='benar'`)[0].n >= 1); ok('benar once', g.query(`SELECT count(*) AS n FROM alert_event WHERE nomor='${sig}' AND event='benar'`)[0].n === 1);
  const siapa = /<option value="(P-[0-9A-Fa-f-]+)">/.exec((await O.get(`/rujukan?nomor=${ref}`)).body)[1];
  await twice(O, `/rujukan/${ref}`, { apa: 'TERIMA', siapa }); await waitFor('terima', () => g.query(`SELECT count(*) AS n FROM referral_event WHERE nomor='${ref}' AND event='terima'`)[0].n >= 1); ok('terima once', g.query(`SELECT count(*) AS n FROM referral_event WHERE nomor='${ref}' AND event='terima'`)[0].n === 1);
  await twice(A, '/akun', { apa: 'tambah', nama: 'ganda', peran: 'viewer' }); ok('one account', g.ctl('user', 'list').match(/ganda/g)?.length === 1, g.ctl('user', 'list'));
  { const p = /href="\/orang\/(P-[0-9A-F]{4}-[0-9a-f]{6})"/.exec((await A.get('/orang?tempat=PSY002')).body)[1]; await A.post(`/orang/${p}`, { apa: 'berhenti', alasan: '' }); ok('retire without reason', !/PSY002[^\n]*,no,/.test(g.ctl('people', 'export')), g.ctl('people', 'export').match(/.*PSY002.*/)?.[0]); }
  { const second = g.query('SELECT nomor FROM person ORDER BY nomor DESC')[0].nomor; await A.post(`/anak/${child}?ke=${second}`, { apa: 'gabung', alasan: '' }); ok('merge without reason', !g.query(`SELECT merged_into AS m FROM person WHERE nomor='${child}'`)[0].m); }
  { const r = await A.post('/buka', { kembali: '/pesan', alasan: ' ' }); ok('reveal without reason', r.status === 303); }
});

trying('the way in', async (ok) => {
  for (const [nama, sandi] of [['<script>alert(1)</script>', 'x'], ['dewi', 'x'.repeat(1e6)], ['dewi\0', 'x'], ["' OR 1=1--", 'x'], ['../../x', 'y']]) { const r = await request('POST', `${g.staff}/masuk`, { body: form({ nama, sandi }), headers: { ...type, Origin: g.staff }, fresh: true }).catch((e) => ({ status: e.message, body: '' })); ok(`login ${nama.slice(0, 10)}`, r.status !== 303 && !raw.test(r.body), r.status); }
  { const fix = 'kentongan=' + 'a'.repeat(64); const acc = account(g, 'rot', 'viewer'); const r = await request('POST', `${g.staff}/masuk`, { body: form({ nama: 'rot', sandi: acc.password }), headers: { ...type, Origin: g.staff, Cookie: fix } }); ok('rotated', r.status === 303 && !r.headers['set-cookie'].join().includes('aaaaaaaa'), r.status);
    const c = r.headers['set-cookie'].find((x) => x.startsWith('kentongan=')); ok('cookie flags', /HttpOnly/.test(c) && /SameSite=Strict/.test(c)); }
});

trying('a session that is over acts on nothing', async (ok) => {
  { const acc = account(g, 'sela', 'officer'); const s = await session(g, acc); await s.post('/keluar', {}); const r = await s.post(`/sinyal/${sig}`, { apa: 'BUKAN' }); ok('act after logout', r.status === 303 && r.headers.location === '/masuk', r.status); const b = await s.get('/'); ok('back after logout', b.status === 303); }
  { const r = await A.get('/'); ok('no-store', /no-store/.test(r.headers['cache-control'] ?? ''), r.headers['cache-control']); }
});

trying('an account is none wider than who makes it', async (ok) => {
  for (const f of [{ nama: 'x'.repeat(100), peran: 'admin' }, { nama: '../a', peran: 'admin' }, { nama: 'abc', peran: 'root' }, { nama: 'abd', peran: 'viewer', wilayah: '99.99' }, { nama: '', peran: 'viewer' }]) { const before = g.ctl('user', 'list'); await A.post('/akun', { apa: 'tambah', ...f }); ok(`account ${JSON.stringify(f).slice(0, 40)}`, g.ctl('user', 'list') === before); }
  await A.post('/akun', { apa: 'hapus', nama: 'dewi' }); ok('own account stays', /dewi/.test(g.ctl('user', 'list')));
  { const before = g.ctl('user', 'list'); await AA.post('/akun', { apa: 'tambah', nama: 'luas', peran: 'admin', wilayah: '' }); ok('area admin makes a wide admin', g.ctl('user', 'list') === before, 'ESCALATION'); await AA.post('/akun', { apa: 'ulang', nama: 'dewi' }); ok('area admin resets a wide admin', (await A.get('/akun')).status === 200 , 'ESCALATION reset'); }
  ok('viewer import', (await V.post('/orang', { csv: 'x', apa: 'simpan' })).status === 403);
});

trying('formulas and markup in what kader send', async (ok) => {
  { const c = (await A.get('/pesan.csv')).body; ok('csv formula', !/(^|[,;])"?[=+@]/m.test(c.replace(/^\uFEFF/, '')), c.match(/(^|[,;])"?[=+@].{0,30}/m)?.[0]); }
  { const r = await A.get('/pesan'); ok('xss list', !raw.test(r.body)); }
});

test('it lives, and no question went wrong', async () => {
  assert.equal((await request('GET', `${g.staff}/livez`)).status, 200);
  assert.doesNotMatch(g.process.err, /console_query/);
});
