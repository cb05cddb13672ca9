// crawl.test.mjs - every route of the console (gateway/console/routes.c), asked by those who may not: without a session,
// as a viewer, from another area, without a token, from a foreign page.  A route that has no sample below fails.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fs from 'node:fs';
import path from 'node:path';
import { Gateway, account, session } from './browser.mjs';
import { form, kader, request, root, waitFor } from '../system/lib.mjs';

const source = fs.readFileSync(path.join(root, 'gateway/console/routes.c'), 'utf8');
const routes = [...source.matchAll(/\{ "(\/[^"]*)", ACCOUNT_(\w+),?((?:[^{}])*)\}/g)].map(([, at, least, rest]) => ({
  at, least, page: /\.(page|get)/.test(rest), act: /\.act = /.test(rest), guard: /\.guard = /.test(rest), actLeast: /\.act_least = ACCOUNT_(\w+)/.exec(rest)?.[1],
}));

let gateway, people, samples, others;

before(async () => {
  gateway = await new Gateway().start();
  people = {};
  for (const [name, role, area] of [['dewi', 'admin'], ['nur', 'officer', '19.06.01'], ['baca', 'viewer'], ['jauh', 'officer', '19.06.05']])
    people[name] = await session(gateway, account(gateway, name, role, area));
  await gateway.say(kader, 'TIMBANG Kunarpadewi P 14bl 9,2 76');
  await gateway.say(kader, 'TIMBANG Sulastri P 15bl 9,2 76');
  await gateway.say(kader, 'BUMIL Maimunah 28 150/95 perdarahan');
  await gateway.say(kader, 'KASUS campak Rumaisha P 5th');
  await gateway.say('+6281355550001', 'DAFTAR Kunarpadewi#PSY002');
  await waitFor('all is stored', () => gateway.query('SELECT count(*) AS n FROM person')[0]?.n >= 2 && gateway.query('SELECT 1 AS y FROM alert_event').length > 0 &&
    gateway.query('SELECT 1 AS y FROM referral_event').length > 0);
  await waitFor('the log has them', () => gateway.log("SELECT 1 AS y FROM message_in WHERE text LIKE 'DAFTAR%'").length > 0);
  const one = (sql) => Object.values(gateway.query(sql)[0])[0];
  const [child, second] = gateway.query('SELECT nomor FROM person ORDER BY nomor').map((r) => r.nomor);
  const daftar = gateway.log("SELECT n.nomor FROM message_nomor AS n JOIN message_in AS i ON i.id = n.message WHERE i.text LIKE 'DAFTAR%'")[0].nomor;
  const siapa = /href="\/orang\/(P-[0-9A-F]{4}-[0-9a-f]{6})"/.exec((await people.dewi.get('/orang?tempat=PSY001')).body)[1];
  const bidanOf = /href="\/orang\/(P-[0-9A-F]{4}-[0-9a-f]{6})"/.exec((await people.dewi.get('/orang?peran=bidan')).body)[1];
  // Route → an address of it that lies in 19.06.01, and what its act is asked with.
  samples = {
    '/': ['/'], '/pesan': ['/pesan', { cari: 'x' }], '/pesan/:id': [`/pesan/${gateway.log('SELECT uuid FROM message_in ORDER BY id LIMIT 1')[0].uuid}`],
    '/parkir': ['/parkir', { apa: 'ulang', antre: 'inbound', id: '1-1' }], '/kata': ['/kata?kata=bocor&nilai=penyakit/diare'],
    '/rekam/:nomor': [`/rekam/${one("SELECT nomor FROM record WHERE status = 'valid' AND form = 'bumil'")}?siapa=${bidanOf}&dari=x`, {}],
    '/rujukan': ['/rujukan'], '/rujukan/:nomor': [`/rujukan/${one('SELECT nomor FROM referral_event')}`, { apa: 'TERIMA' }],
    '/sinyal': ['/sinyal'], '/sinyal/:nomor': [`/sinyal/${one('SELECT nomor FROM alert_event')}`, { apa: 'BENAR' }],
    '/pws': ['/pws'], '/pws/matriks': ['/pws/matriks'], '/pws/lokmin': ['/pws/lokmin'], '/desa/:kode': ['/desa/19.06.01.2004'],
    '/desa/:kode/temuan': ['/desa/19.06.01.2004/temuan?indikator=ds', {}], '/kelengkapan': ['/kelengkapan'],
    '/orang': ['/orang', { csv: '+6281277770009,kader,Ani,PSY001,id,yes,no', apa: 'simpan' }], '/orang/:siapa': [`/orang/${siapa}`, { apa: 'berhenti', alasan: 'uji coba' }],
    '/daftar/:nomor': [`/daftar/${daftar}`, { apa: 'tolak' }], '/tempat': ['/tempat'],
    '/anak/:nomor': [`/anak/${child}?ke=${second}`, { apa: 'gabung', alasan: 'uji coba' }], '/ibu/:nomor': [`/ibu/${one("SELECT nomor FROM record WHERE form = 'bumil'")}`, { apa: 'pisah', alasan: 'uji coba' }],
    '/kirim': ['/kirim'], '/sistem': ['/sistem'], '/akun': ['/akun', { apa: 'tambah', nama: 'baru', peran: 'admin' }], '/audit': ['/audit'], '/insiden': ['/insiden', { apa: 'catat', alasan: 'uji coba saja' }],
    '/hak': ['/hak', { apa: 'lupakan', siapa: child, ulang: child, alasan: 'uji coba saja' }],
    '/sandi': ['/sandi', { lama: 'x', baru: 'y', ulang: 'z' }], '/buka': ['/buka', { kembali: '/pesan/1', alasan: 'ingin tahu' }], '/keluar': ['/keluar', {}], '/arus': ['/arus'],
  };
  others = routes.filter((r) => /:/.test(r.at) && r.page).map((r) => samples[r.at][0]);
});

after(() => gateway?.stop());

const raw = { 'Content-Type': 'application/x-www-form-urlencoded' };
const state = () => JSON.stringify([gateway.query('SELECT count(*) AS n FROM referral_event'), gateway.query('SELECT count(*) AS n FROM alert_event'), gateway.query('SELECT * FROM person'),
  gateway.log("SELECT count(*) AS n FROM message_in WHERE kind = 'staff'"), gateway.ctl('user', 'list'), gateway.ctl('people', 'export')]);
const acts = () => routes.filter((r) => r.act && !['/sandi', '/keluar', '/pesan'].includes(r.at));

test('every route has its sample, and no sample is of a route that is gone', () => {
  assert.ok(routes.length > 20);
  assert.deepEqual(Object.keys(samples).sort(), routes.map((r) => r.at).sort());
  for (const r of routes) assert.equal(samples[r.at].length > 1, r.act, `${r.at}: an act, and what it is asked with`);
  // The table is what the parser above takes it for: as many rows as there are.
  assert.equal(routes.length, source.match(/^ {4}\{ "/gm).length);
});

test('without a session every address leads to the way in', async () => {
  const before = state();
  for (const { at, act } of routes) {
    const [p, fields] = samples[at];
    const bare = p.split('?')[0];
    const get = await request('GET', gateway.staff + p);
    assert.deepEqual([get.status, get.body.length < 10], [at === '/arus' ? 401 : 303, true], p);
    if (bare !== '/') for (const as of ['.json', '.csv']) assert.equal((await request('GET', gateway.staff + bare + as)).status, 401, bare + as);
    const post = await request('POST', gateway.staff + p, { body: form(fields ?? {}), headers: { ...raw, Origin: gateway.staff } });
    assert.ok([303, 401, 403].includes(post.status), `POST ${p} ${act}`);
    if (post.status === 303) assert.equal(post.headers.location, '/masuk');
  }
  assert.equal(state(), before);
});

test('an act without its token, with another, or from a foreign page is refused, whoever asks', async () => {
  const before = state();
  for (const { at } of routes) {
    const [p, fields = {}] = samples[at];
    assert.equal((await people.dewi.post(p, { ...fields, token: '' })).status, 403, `${p} without token`);
    assert.equal((await people.dewi.post(p, { ...fields, token: people.nur.token })).status, 403, `${p} another's token`);
    for (const Origin of ['http://evil.example', 'null', '', gateway.staff.replace('http', 'ftp')])
      assert.equal((await people.dewi.post(p, fields, { Origin })).status, 403, `${p} from ${Origin}`);
    assert.equal((await people.dewi.post(p, fields, { 'Sec-Fetch-Site': 'cross-site' })).status, 403, `${p} cross-site`);
  }
  assert.equal(state(), before);
});

test('a role that is too small neither sees nor acts', async () => {
  const before = state();
  const rank = { VIEWER: 1, OFFICER: 2, ADMIN: 3 };
  for (const [name, mine] of [['baca', 1], ['nur', 2]])
    for (const r of routes) {
      const [p, fields] = samples[r.at];
      if (rank[r.least] > mine) assert.equal((await people[name].get(p)).status, 403, `${name} sees ${p}`);
      if (r.act && rank[r.actLeast] > mine) assert.equal((await people[name].post(p, fields)).status, 403, `${name} acts on ${p}`);
    }
  assert.equal(state(), before);
});

test('another area sees none of it, in no shape, and acts on nothing', async () => {
  const before = state();
  for (const p of others) {
    const [bare, query] = p.split('?');
    for (const as of ['', '.json', '.csv']) assert.equal((await people.jauh.get(`${bare}${as}${query ? `?${query}` : ''}`)).status, 403, bare + as);
  }
  for (const r of routes.filter((x) => x.page && !/:/.test(x.at) && !['/arus', '/keluar', '/sandi', '/buka', '/akun', '/audit', '/insiden', '/hak'].includes(x.at)))
    for (const as of ['', '.json', '.csv']) {
      const [bare, query] = samples[r.at][0].split('?');
      if (bare === '/' && as) continue;
      const got = await people.jauh.get(`${bare}${as}${query ? `?${query}` : ''}`);
      assert.equal(got.status, 200, bare + as);
      assert.doesNotMatch(got.body, /Kelubi|PSY001|K•••|Kunarpa/, bare + as);
    }
  for (const r of acts().filter((x) => !['/buka', '/orang'].includes(x.at))) assert.equal((await people.jauh.post(...samples[r.at])).status, 403, r.at);
  assert.equal((await people.jauh.post(...samples['/orang'])).status, 422);
  assert.equal(state(), before);
  assert.match((await people.dewi.get('/audit')).body, /wilayah/);
});

test('every link and form of every page is of a route', async () => {
  const patterns = routes.map((r) => new RegExp(`^${r.at.replace(/:[a-z]+/g, '[^/]+')}$`));
  const seen = new Set(), wait = Object.values(samples).map(([p]) => p).filter((p) => !/^\/(arus|buka|daftar|rujukan\/|rekam|keluar)|temuan/.test(p));
  while (wait.length) {
    const p = wait.shift();
    if (seen.has(p) || seen.size > 150) continue;
    seen.add(p);
    const { status, body } = await people.dewi.get(p);
    assert.equal(status, 200, p);
    for (const [, to] of body.matchAll(/(?:href|action)="(\/[^"]*)"/g)) {
      const bare = to.replaceAll('&amp;', '&').split(/[?#]/)[0];
      if (/^\/(aset\/|livez|readyz|metrics|version)/.test(bare) || /\.(csv|json)$/.test(bare)) continue;
      assert.ok(patterns.some((x) => x.test(decodeURIComponent(bare))), `${p} leads to ${to}`);
      if (/^\/(pesan|desa|anak|sinyal)\//.test(bare) && !/temuan/.test(bare) && wait.length < 40 && !seen.has(bare)) wait.push(bare);
    }
  }
});
