// contract.test.mjs - what programs rely on, seen from outside: the answers of each door byte for byte, rows of
// the district database, health, what must not be in logs and metrics, what is left after SIGTERM.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Gateway, binary, bidan, form, kader, nomorOf, request, waitFor } from './lib.mjs';

let g;
const secret = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'kentongan-token-')), 'token');
before(async () => {
  fs.writeFileSync(secret, 'rahasia\n', { mode: 0o600 });
  g = await new Gateway({
    patch: (yaml) =>
      yaml.replace(/^providers:$/m, `providers:\n  jauh: {dialect: kannel, allow: [192.0.2.1], sms_via: emulator}\n  rahasia: {dialect: kannel, allow: [127.0.0.1], token_file: ${secret}, sms_via: emulator}`),
  }).start();
});
after(() => g.stop());

const formType = { 'Content-Type': 'application/x-www-form-urlencoded' };
const json = { 'Content-Type': 'application/json' };
const post = (where, body, headers = formType) => request('POST', `${g.url}${where}`, { body, headers });
const get = (where) => request('GET', `${g.url}${where}`);
const seen = (r, status, body, type) => {
  assert.equal(r.status, status, r.body);
  if (body instanceof RegExp) assert.match(r.body, body);
  else assert.equal(r.body, body);
  if (type) assert.match(r.headers['content-type'] ?? '', type);
};

test('the emulator says accepted with an id, then duplicate with the same id; form or JSON, POST or GET', async () => {
  const sms = { id: 'c-1', from: kader, to: '98120', text: 'BANTUAN' };
  const first = await post('/sms/emulator', form(sms));
  seen(first, 200, /^\{"status":"accepted","id":"[^"]+"\}\n?$/, /^application\/json/);
  const again = await post('/sms/emulator', JSON.stringify(sms), json);
  seen(again, 200, /^\{"status":"duplicate","id":"[^"]+"\}\n?$/, /^application\/json/);
  assert.equal(JSON.parse(again.body).id, JSON.parse(first.body).id);
  seen(await get(`/sms/emulator?${form({ ...sms, id: 'c-2' })}`), 200, /"accepted"/);
});

test('a message without an id is a new one once its answer was heard', async () => {
  const sms = form({ from: kader, to: '98120', text: 'STATUS 48217' });
  const [first, again] = [await post('/sms/emulator', sms), await post('/sms/emulator', sms)];
  seen(first, 200, /"accepted"/);
  seen(again, 200, /"accepted"/);
  assert.notEqual(JSON.parse(first.body).id, JSON.parse(again.body).id);
});

test('bad shapes, strange places and bodies over 64 KiB are refused with a reason', async () => {
  const error = /^\{"error":"[^"]+"\}\n?$/;
  seen(await post('/sms/emulator', form({ text: 'BANTUAN' })), 400, error, /^application\/json/);
  seen(await post('/sms/emulator', '{"from": ', json), 400, error);
  seen(await post('/sms/emulator', form({ from: kader, text: 'x'.repeat(70000) })), 413, error);
  assert.equal((await post('/sms/nobody', form({ from: kader, text: 'BANTUAN' }))).status, 404);
  assert.ok([401, 403].includes((await post('/sms/jauh', form({ from: kader, text: 'BANTUAN' }))).status));
  assert.ok([401, 403].includes((await post('/sms/rahasia', form({ from: kader, text: 'BANTUAN' }))).status));
  assert.ok([401, 403].includes((await post('/sms/rahasia/salah', form({ from: kader, text: 'BANTUAN' }))).status));
  seen(await post('/sms/rahasia/rahasia', form({ from: kader, to: '98120', text: 'BANTUAN', id: 'c-t' })), 200, '');
});

test('Kannel hears 200 text/plain and nothing, GET and POST, the first time and again', async () => {
  const q = form({ from: kader, to: '98120', text: 'BANTUAN', id: 'c-k' });
  seen(await get(`/sms/kannel?${q}`), 200, '', /^text\/plain/);
  seen(await post('/sms/kannel', q), 200, '', /^text\/plain/);
  assert.equal((await get('/sms/kannel')).status, 400);
  seen(await get('/dlr/kannel?uuid=nobody&id=nobody&type=1'), 200, '', /^text\/plain/);
});

test('whatever was said is ours: unknown sender, unknown word, broken UTF-8, NUL, nothing at all', async () => {
  seen(await post('/sms/emulator', form({ id: 'c-u', from: '+628990000009', text: 'halo' })), 200, /"accepted"/);
  seen(await post('/sms/emulator', form({ id: 'c-w', from: kader, text: 'xyzzy' })), 200, /"accepted"/);
  seen(await post('/sms/emulator', 'id=c-l&from=%2B6281200000001&text=TIMBANG%FF%FE+caf%E9'), 200, /"accepted"/);
  seen(await post('/sms/emulator', 'id=c-n&from=%2B6281200000001&text=BANT%00UAN'), 200, /"accepted"/);
  seen(await post('/sms/emulator', form({ id: 'c-e', from: kader, text: '' })), 200, /"accepted"/);
  assert.match((await g.nextSms(kader, /FORMAT TIMBANG/)).text, /FORMAT TIMBANG/);
});

test('USSD is always 200 text/plain, CON or END, and the same for the same request', async () => {
  const dial = await g.ussd('c-s', kader, '');
  seen(dial, 200, /^CON [^]*1 Timbang[^]*5 Lainnya/, /^text\/plain/);
  seen(await g.ussd('c-s', kader, ''), 200, dial.body);
  seen(await g.ussd('c-x', '+628990000009', ''), 200, /^END .*DAFTAR/, /^text\/plain/);
  seen(await post('/ussd/emulator', 'nonsense=1'), 200, /^END /, /^text\/plain/);
});

test('the inbox lists what came after, oldest first, and waits for one more', async () => {
  const all = await g.inbox(kader);
  assert.ok(all.length > 1);
  for (const [i, sms] of all.entries()) {
    assert.equal(sms.to, kader);
    assert.ok(sms.parts === 1 && sms.text.length <= 160 && !Number.isNaN(Date.parse(sms.at)));
    assert.ok(!i || all[i - 1].id < sms.id);
  }
  assert.deepEqual(await g.inbox(kader, all[0].id), all.slice(1));
  const last = all.at(-1).id;
  const waiting = g.inbox(kader, last, 10);
  await g.sms(kader, 'FORMAT kasus', 'c-f');
  assert.match((await waiting)[0].text, /^KASUS /);
});

test('a report is one record with the provider’s id verbatim, whose history grows with KOREKSI and BATAL', async () => {
  const nomor = nomorOf(await g.say(kader, 'LANSIA#Mbah Kontrak#L#70#130/80', 'c-Ω/7 x'));
  await g.sms(kader, `KOREKSI ${nomor} td 140/90`);
  await g.sms(kader, `BATAL ${nomor}`);
  const [r] = await waitFor('three versions', () => {
    const rows = g.query(`SELECT * FROM record WHERE nomor = '${nomor}' AND version = 3`);
    return rows.length && rows;
  });
  assert.match(r.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.match(r.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$/);
  assert.deepEqual(
    [r.form, r.klaster, r.status, r.reporter, r.role, r.place, r.posyandu, r.provider, r.message_id],
    ['lansia', '3', 'cancelled', kader, 'kader', '19.06.01.2004', 'PSY001', 'emulator', 'c-Ω/7 x'],
  );
  assert.deepEqual(JSON.parse(r.fields), { nama: 'Mbah Kontrak', jk: 'L', umur: '70th', td: '140/90' });
  const history = g.query(`SELECT id, version, status FROM record_history WHERE nomor = '${nomor}' ORDER BY version`);
  assert.deepEqual(history.map((h) => h.status), ['valid', 'corrected', 'cancelled']);
  assert.deepEqual(new Set(history.map((h) => h.id)), new Set([r.id]));
});

test('a referral’s events carry its number and its record’s id', async () => {
  const nomor = nomorOf(await g.say(kader, 'RUJUK Bu Kontrak 28 perdarahan'));
  assert.match((await g.nextSms(bidan, new RegExp(`^RUJUK ${nomor} `))).text, /E1 Bu Kontrak 28th perdarahan/);
  for (const word of ['TERIMA', 'HADIR', 'SELESAI']) await g.say(bidan, `${word} ${nomor}`);
  await waitFor('four events', () => g.query(`SELECT 1 FROM referral_event WHERE nomor = '${nomor}'`).length === 4);
  const [{ id }] = g.query(`SELECT id FROM record WHERE nomor = '${nomor}'`);
  const events = g.query(`SELECT event, "of", who, role, place FROM referral_event WHERE nomor = '${nomor}' ORDER BY rowid`);
  assert.deepEqual(events.map((e) => e.event), ['sent', 'terima', 'hadir', 'selesai']);
  assert.ok(events.every((e) => e.of === id));
  assert.deepEqual(events[1], { event: 'terima', of: id, who: bidan, role: 'bidan', place: 'PST001' });
});

test('health tells its state, and no name, number or text is in metrics, logs or ctl', async () => {
  seen(await request('GET', `${g.staff}/readyz`), 200, /^\{"status":"(ok|degraded)"\}\n?$/, /^application\/json/);
  assert.equal((await request('GET', `${g.staff}/livez`)).status, 200);
  const version = spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout.trim();
  assert.deepEqual(JSON.parse((await request('GET', `${g.staff}/version`)).body), { name: 'kentongan', version });
  assert.match(g.ctl('show', 'status'), new RegExp(`^version +${version}$`, 'm'));
  const metrics = await g.metrics();
  for (const line of metrics.split('\n')) assert.match(line, /^(#|$|kentongan_)/);
  const told = [metrics, g.process.err, ...['status', 'queues', 'sessions', 'reasons', 'config'].map((w) => g.ctl('show', w))].join('\n');
  for (const word of [/81200000001/, /Kontrak/i, /Kelubi/i, /perdarahan/i, /rahasia\n/]) assert.doesNotMatch(told, word);
  for (const line of g.process.err.trim().split('\n')) assert.doesNotThrow(() => JSON.parse(line), line);
});

test('without a login a page leads to one; data, and the login as data, are 401', async () => {
  for (const page of ['/', '/pesan', '/rujukan']) assert.equal((await request('GET', `${g.staff}${page}`)).status, 303, page);
  for (const data of ['/pesan.json', '/pesan.csv', '/masuk.json', '/masuk.csv', '/arus', '/none.json']) assert.equal((await request('GET', `${g.staff}${data}`)).status, 401, data);
  assert.equal((await request('GET', `${g.staff}/masuk`)).status, 200);
});

test('a table without rows is its header still', async () => {
  const sandi = g.ctl('user', 'add', 'kosong', '--role', 'viewer').trim().split('\n').pop();
  const Origin = g.staff;
  const login = await request('POST', `${g.staff}/masuk`, { body: form({ nama: 'kosong', sandi }), headers: { ...formType, Origin } });
  const Cookie = login.headers['set-cookie'].find((c) => c.startsWith('kentongan=')).split(';')[0];
  for (const table of ['/sinyal.csv', '/pesan.csv?cari=tidakada', '/orang.csv?cari=tidakada'])
    seen(await request('GET', `${g.staff}${table}`, { headers: { Cookie } }), 200, /^\uFEFF"[a-z_]+"(,"[a-z_]+")+\r\n/, /^text\/csv/);
});

test('a bad file changes nothing on SIGHUP; SIGTERM leaves nothing behind', async () => {
  const good = fs.readFileSync(g.config, 'utf8');
  fs.writeFileSync(g.config, `${good}\nlisten: 127.0.0.1:0\n`);
  const before = g.process.err.length;
  g.process.kill('SIGHUP');
  await waitFor('the fault in the log', () => /kentongan\.yaml:\d+:\d+/.test(g.process.err.slice(before)));
  fs.writeFileSync(g.config, good);
  assert.match(await g.say(kader, 'FORMAT timbang'), /^TIMBANG /);
  const redis = g.redisPid();
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
  assert.throws(() => process.kill(redis, 0));
  const left = fs.readdirSync(path.join(g.folder, 'var'), { recursive: true }).map(String);
  assert.deepEqual(left.filter((f) => /\.(sock|tmp|pid)$|-(wal|shm)$|temp-/.test(f)), []);
});

test('every command has its help, and check names the place of a fault', () => {
  const help = spawnSync(binary, ['--help'], { encoding: 'utf8' }).stdout;
  const commands = [...help.matchAll(/^ {2}([a-z]+) /gm)].map((m) => m[1]);
  for (const command of ['serve', 'check', 'parse', 'phone', 'ctl']) assert.ok(commands.includes(command), command);
  for (const command of commands) {
    const r = spawnSync(binary, [command, '--help'], { encoding: 'utf8' });
    assert.equal(r.status, 0, command);
    assert.match(r.stdout, new RegExp(`kentongan ${command}`));
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kentongan-check-'));
  const file = path.join(folder, 'kentongan.yaml');
  fs.writeFileSync(file, 'listen: 7080x\nnonsense: 1\nredis: {managed: maybe}\ndurability: lax\n');
  const r = spawnSync(binary, ['check', '-c', file], { encoding: 'utf8' });
  assert.notEqual(r.status, 0);
  for (const line of [1, 2, 3, 4]) assert.match(r.stdout + r.stderr, new RegExp(`^.*kentongan\\.yaml:${line}:\\d+: .+`, 'm'));
  fs.writeFileSync(file, 'listen: 127.0.0.1:7080\nstaff: 127.0.0.1:7080\n');
  assert.match(spawnSync(binary, ['check', '-c', file], { encoding: 'utf8' }).stderr, /kentongan\.yaml:2:\d+: "staff"/);
});
