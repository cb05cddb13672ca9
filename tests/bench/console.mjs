// console.mjs - the console before MESSAGES messages (1,000,000): weight of its pages, first view, each search and filter,
// 50 watchers while messages come in.  `make bench ONLY=console`; MESSAGES=100000 for a first look.
//
// The messages are written into the log's own file of the month, as the gateway made it, while it does not run.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import zlib from 'node:zlib';
import { Gateway, account, launch, openPage, session } from '../browser/browser.mjs';
import { kader, request, waitFor } from '../system/lib.mjs';

const many = Number(process.env.MESSAGES ?? 1000000);
const rounds = Number(process.env.ASKED ?? 40);
const flood = Number(process.env.FLOOD ?? 8000);
const watchers = 50;

// --- the generator ---

// Texts of the forms that kader send, from all people of the sample; one in a thousand is an emergency, one in two
// thousand says a word that hardly anybody does.
const fill = (people, month) => `
PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;
CREATE TEMP TABLE who (n INTEGER PRIMARY KEY, msisdn TEXT);
INSERT INTO who (msisdn) VALUES ${people.map((p) => `('${p}')`).join(',')};
CREATE TEMP TABLE first AS SELECT coalesce((SELECT max(id) FROM message_in), 0) AS id;
CREATE TEMP TABLE made AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${many})
 SELECT n, abs(random()) AS r, abs(random()) AS q FROM c;
INSERT INTO message_in (id, uuid, at_ms, kind, provider, provider_id, sender, recipient, text, reason, screen, understood)
 SELECT (SELECT id FROM first) + n, lower(hex(randomblob(4))) || '-' || printf('%04x', r % 65536) || '-5000-8000-' || printf('%012x', n),
  strftime('%s', '${month}-01') * 1000 + n, CASE WHEN r % 5 = 0 THEN 'ussd' ELSE 'sms' END, CASE r % 10 WHEN 0 THEN 'kannel' WHEN 1 THEN 'at' ELSE 'emulator' END,
  'b-' || n, (SELECT msisdn FROM who WHERE who.n = 1 + q % ${people.length}), '98120',
  CASE WHEN r % 2000 = 7 THEN 'KASUS leptospirosis ' || (1 + q % 3) WHEN r % 1000 = 9 THEN 'BUMIL Ana' || (q % 9999) || ' 28 120/80 perdarahan'
   WHEN r % 4 = 0 THEN 'KASUS diare ' || (1 + q % 4) WHEN r % 7 = 0 THEN 'LANSIA Karto' || (q % 9999) || ' L 70th 140/90 110'
   ELSE 'TIMBANG Siti' || (q % 99999) || ' P ' || (r % 60) || 'bl ' || (3 + r % 15) || ',' || (q % 10) || ' ' || (50 + r % 60) END,
  CASE WHEN q % 500 = 3 THEN 'unknown_keyword' WHEN q % 20 = 1 THEN 'confirm' WHEN q % 30 = 1 THEN 'rejected' ELSE 'accepted' END, NULL,
  '[{"v":1,"row":"record","nomor":"' || (1000000 + n) || '","form":"' || CASE WHEN r % 2000 = 7 THEN 'kasus' WHEN r % 1000 = 9 THEN 'bumil' WHEN r % 4 = 0 THEN 'kasus' WHEN r % 7 = 0 THEN 'lansia' ELSE 'timbang' END || '"}]'
 FROM made;
INSERT INTO message_form SELECT json_extract(understood, '$[0].form'), id FROM message_in WHERE id > (SELECT id FROM first);
INSERT INTO message_nomor SELECT 1000000 + n, (SELECT id FROM first) + n FROM made;
INSERT INTO message_sms (uuid, cause, at_ms, recipient, class, nomor, text, provider, lane)
 SELECT i.uuid || '-a', i.id, i.at_ms, i.sender, 'answer', 1000000 + i.id - (SELECT id FROM first), 'Diterima ' || i.id, i.provider, 0 FROM message_in AS i WHERE i.id > (SELECT id FROM first);
INSERT INTO message_sms (uuid, cause, at_ms, recipient, class, nomor, text, provider, lane)
 SELECT i.uuid || '-e', i.id, i.at_ms, '+6281200000002', 'emergency', 1000000 + i.id - (SELECT id FROM first), 'DARURAT', i.provider, 0
 FROM message_in AS i JOIN made AS m ON m.n = i.id - (SELECT id FROM first) WHERE m.r % 1000 = 9;
INSERT INTO message_sent SELECT uuid, 'sent', NULL, provider, 1, at_ms FROM message_sms WHERE cause > (SELECT id FROM first);
INSERT INTO message_in_text (rowid, text) SELECT id, text FROM message_in WHERE id > (SELECT id FROM first);
PRAGMA wal_checkpoint(TRUNCATE);
`;

async function filled(gateway) {
  const file = path.join(gateway.folder, 'var', gateway.logFile);
  const people = gateway.people;
  const sql = fill(people, path.basename(file, '.db'));
  const from = Date.now();
  execFileSync('sqlite3', [file], { input: sql, maxBuffer: 1 << 28 });
  console.log(`  ${many} messages written in ${((Date.now() - from) / 1000).toFixed(0)} s, ${(fs.statSync(file).size / 1048576).toFixed(0)} MB`);
}

// --- measuring ---

const at = (list, p) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor((list.length * p) / 100))];
const gz = (body) => zlib.gzipSync(body, { level: 9 }).length;

async function weights(gateway, s) {
  const assets = new Map();
  const asked = (body) => [...body.matchAll(/"(\/aset\/[^"]+)"/g)].map((m) => m[1]);
  const weigh = async (urls) => {
    for (const u of urls) if (!assets.has(u)) assets.set(u, Number((await request('GET', gateway.staff + u)).headers['content-length']));
  };
  const login = (await request('GET', `${gateway.staff}/masuk`)).body, first = (await s.get('/')).body;
  await weigh([...asked(login), ...asked(first)]);
  const begin = gz(login) + gz(first) + [...assets.values()].reduce((a, b) => a + b, 0);
  let html = 0;
  for (const p of ['/pesan', '/parkir', '/kata', '/rujukan', '/sinyal', '/pws', '/pws/matriks', '/pws/lokmin', '/kelengkapan', '/orang', '/tempat', '/kirim', '/sistem', '/akun', '/audit', '/sandi']) {
    const { body } = await s.get(p);
    await weigh(asked(body));
    html += gz(body);
  }
  const all = [...assets.values()].reduce((a, b) => a + b, 0);
  console.log(`  login and first page ${(begin / 1024).toFixed(1)} kB gzipped (at most 40); all assets ${(all / 1024).toFixed(1)} kB, with 16 pages full of rows ${((all + html) / 1024).toFixed(1)} kB (at most 120)`);
}

async function ask(s, name, paths, most) {
  const ms = [];
  for (let i = 0; i < rounds; i++) {
    const from = process.hrtime.bigint();
    const { status } = await s.get(typeof paths === 'function' ? paths(i) : paths);
    if (status !== 200) throw new Error(`${name} answered ${status}`);
    ms.push(Number(process.hrtime.bigint() - from) / 1e6);
  }
  console.log(`  ${name.padEnd(44)} p50 ${at(ms, 50).toFixed(1).padStart(7)} ms  p99 ${at(ms, 99).toFixed(1).padStart(7)} ms  (at most ${most})`);
}

async function searches(gateway, who, s) {
  console.log(` as ${who}`);
  const ids = gateway.log("SELECT uuid FROM message_in WHERE sender = '+6281200000001' ORDER BY id DESC LIMIT 100").map((r) => r.uuid);
  await ask(s, 'newest 50', '/pesan', 50);
  await ask(s, 'an older page', (i) => `/pesan?before=${path.basename(gateway.logFile, '.db')}.${Math.floor(many / 2) + i}`, 50);
  await ask(s, 'a common word', '/pesan?cari=timbang', 50);
  await ask(s, 'a rare word', '/pesan?cari=leptospirosis', 50);
  await ask(s, 'the beginning of a name', (i) => `/pesan?cari=siti${100 + i}`, 50);
  await ask(s, 'a number', (i) => `/pesan?cari=${1000000 + 7 * i + 1}`, 50);
  await ask(s, 'a telephone', '/pesan?cari=081200000001', 50);
  for (const [name, q] of [['village', 'desa=19.06.01.2004'], ['kecamatan', 'desa=19.06.01'], ['common form', 'form=timbang'], ['rare form', 'form=bumil'], ['no such form', 'form=skrining'], ['common result', 'hasil=accepted'],
    ['rare result', 'hasil=unknown_keyword'], ['result that nothing has', 'hasil=draft_expired'], ['provider', 'provider=at'], ['E1', 'urgensi=E1']]) await ask(s, `filter: ${name}`, `/pesan?${q}`, 50);
  for (const q of ['desa=19.06.01.2004&form=bumil', 'form=kasus&hasil=unknown_keyword&provider=at', 'desa=19.06.01&urgensi=E1', 'cari=leptospirosis&desa=19.06.01.2004&hasil=confirm', 'desa=19.06.01.2004&hasil=draft_expired'])
    await ask(s, `rare: ${q}`, `/pesan?${q}`, 200);
  await ask(s, 'one message', (i) => `/pesan/${ids[i % ids.length]}`, 100);
  for (const [p, most] of [['/', 300], ['/orang', 300], ['/orang?diam=1', 300], ['/pws', 300], ['/pws/matriks', 300], ['/desa/19.06.01.2004', 300], ['/kelengkapan', 300], ['/rujukan', 300], ['/sinyal', 300]]) await ask(s, p, p, most);
}

// A browser that has nothing of ours yet, once the password was right: what lies before is argon2id, slow on purpose, and
// told by itself.
async function firstView(gateway, who) {
  const browser = await launch();
  const ms = [], login = [];
  const timing = () => { const n = performance.getEntriesByType('navigation')[0]; return [n.domContentLoadedEventEnd - n.startTime, n.redirectEnd - n.redirectStart]; };
  for (let i = 0; i < 5; i++) {
    const page = await openPage(browser, gateway, who);
    login.push((await page.evaluate(timing))[1]);
    const context = await browser.newContext({ baseURL: gateway.staff });
    await context.addCookies(await page.context().cookies());
    const fresh = await context.newPage();
    await fresh.goto('/');
    ms.push((await fresh.evaluate(timing))[0]);
    await context.close();
    await page.context().close();
  }
  await browser.close();
  console.log(`  first view in a browser: p50 ${at(ms, 50).toFixed(0)} ms (at most 300); the password is looked at in p50 ${at(login, 50).toFixed(0)} ms`);
}

// --- watchers ---

const memory = (pid) => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

async function rate(gateway) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  let next = 0;
  const from = Date.now();
  const one = async () => {
    while (next < flood) {
      const n = next++;
      await new Promise((done, failed) => {
        const body = `id=f-${from}-${n}&from=%2B62813${String(1000000 + (n % 2000))}&to=98120&text=KASUS+diare+1`;
        http.request(`${gateway.url}/sms/emulator`, { method: 'POST', agent, headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': body.length } }, (r) => (r.resume(), r.on('end', done))).on('error', failed).end(body);
      });
    }
  };
  await Promise.all(Array.from({ length: 64 }, one));
  agent.destroy();
  return (flood / (Date.now() - from)) * 1000;
}

async function watched(gateway, s) {
  const pid = gateway.process.pid, agent = new http.Agent({ keepAlive: false, maxSockets: watchers });
  await rate(gateway);
  const without = [], with_ = [];
  const before = memory(pid);
  let most = before, frames = 0;
  for (let round = 0; round < 3; round++) {
    without.push(await rate(gateway));
    const open = await Promise.all(Array.from({ length: watchers }, () => new Promise((done, failed) => {
      const req = http.get(`${gateway.staff}/arus`, { agent, headers: { Cookie: s.Cookie } }, (r) => (r.on('data', () => frames++), done(req)));
      req.on('error', failed);
    })));
    with_.push(await rate(gateway));
    most = Math.max(most, memory(pid));
    for (const req of open) (req.on('error', () => {}), req.destroy());
  }
  const [a, b] = [at(without, 50), at(with_, 50)];
  console.log(`  ${watchers} watchers: ${b.toFixed(0)} messages a second, without ${a.toFixed(0)}: ratio ${(b / a).toFixed(3)} (at least 0.97); memory +${(most - before).toFixed(1)} MB (at most 30); ${frames} pieces heard`);
}

export async function benchConsole() {
  console.log(`\nconsole: ${many} messages, ${rounds} times each`);
  const gateway = await new Gateway().start();
  gateway.people = gateway.ctl('people', 'export').trim().split('\n').slice(1).map((l) => l.split(',')[0]);
  const admin = account(gateway, 'dewi', 'admin'), officer = account(gateway, 'nur', 'officer', '19.06.01');
  await gateway.say(kader, 'TIMBANG Siti P 14bl 9,2 76');
  await waitFor('the log is there', () => gateway.log('SELECT 1 AS y FROM message_in').length > 0);
  await gateway.stop();
  await filled(gateway);
  await gateway.start();
  const [all, some] = [await session(gateway, admin), await session(gateway, officer)];
  await weights(gateway, all);
  await firstView(gateway, admin);
  await searches(gateway, 'an admin of the whole district', all);
  await searches(gateway, 'an officer of one kecamatan', some);
  await watched(gateway, all);
  await gateway.stop();
}
