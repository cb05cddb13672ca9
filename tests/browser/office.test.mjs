// office.test.mjs - a working day of the district office over the console's addresses: what it reads there and what it does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Gateway, account, session } from './browser.mjs';
import { kader, nomorOf, waitFor } from '../system/lib.mjs';

let g, admin, officer;

before(async () => {
  g = await new Gateway().start();
  admin = await session(g, account(g, 'dewi', 'admin'));
  officer = await session(g, account(g, 'nur', 'officer'));
});
after(async () => {
  assert.deepEqual(await g.stop(), { code: 0, signal: null });
});

const rows = async (path) => JSON.parse((await admin.get(path)).body).rows;
const quiet = () => waitFor('the log has it', () => /^log_waiting +0$/m.test(g.ctl('show', 'queues')));

test('after somebody was forgotten the console still finds and lists', async () => {
  const nomor = /Diterima (\d+)/.exec(await g.say(kader, 'LANSIA Suratman L 70th 120/80 110'))[1];
  await g.say(kader, 'TIMBANG Melati P 14bl 9,2 76');
  await g.say('+6281299990001', 'DAFTAR Kartini#PSY002');
  await quiet();
  assert.equal((await rows('/pesan.json?cari=TIMBANG')).length, 1);
  for (let i = 0; i < 4; i++) await admin.get('/orang'); // both connections have seen the file
  g.ctl('forget', nomor, '--reason', 'surat 3 Desember');
  for (let i = 0; i < 4; i++) {
    const found = JSON.parse((await admin.get('/pesan.json?cari=TIMBANG')).body);
    assert.deepEqual([found.rows.length, found.away ?? false], [1, false]);
    for (const page of ['/orang', '/']) assert.match((await admin.get(page)).body, /value="setuju"/, page);
  }
});

test('what cannot be read is not said to be none', async () => {
  // A month of the log that is no database.
  const fs = await import('node:fs'), path = await import('node:path');
  const broken = path.join(g.folder, 'var/log/2019-01.db');
  fs.writeFileSync(broken, 'no database at all, whatever its name says\n'.repeat(50));
  const page = (await admin.get('/pesan?cari=zzzzzz')).body;
  fs.rmSync(broken);
  assert.match(page, /tidak dapat dibaca/);
  assert.doesNotMatch(page, /Tidak ada pesan yang cocok/);
});

test('a step of a referral is the act of the account, for somebody of the place that has her', async () => {
  const nomor = nomorOf(await g.say(kader, 'RUJUK Tarmizi 30th perdarahan ke rsud'));
  await quiet();
  const page = await waitFor('it stands there', async () => {
    const { body } = await officer.get(`/rujukan?nomor=${nomor}`);
    return /Ahmad/.test(body) && body;
  });
  const ahmad = /<option value="(P-[0-9A-Fa-f-]+)">Ahmad[^<]*RSUD/.exec(page)[1];
  const terima = () => g.query(`SELECT who, role, place, words FROM referral_event WHERE nomor = '${nomor}' AND event = 'terima'`);

  await officer.post(`/rujukan/${nomor}`, { apa: 'TERIMA' });
  assert.match((await officer.get('/rujukan')).body, /Pilih dahulu siapa di tempat itu/);
  await officer.post(`/rujukan/${nomor}`, { apa: 'TERIMA', siapa: 'P-0000' });
  assert.deepEqual(terima(), []);

  await officer.post(`/rujukan/${nomor}`, { apa: 'TERIMA', siapa: ahmad, kata: 'kamar siap' });
  const [row] = await waitFor('it is noted', () => terima().length && terima());
  assert.deepEqual([row.who, row.role, row.place], ['akun:nur', 'dinkes', 'RS01']);
  assert.match(row.words, /^Ahmad .*: kamar siap$/);
  assert.match((await g.nextSms(kader, /diterima RSUD/)).text, /Ahmad.*kata Dinkes/);
  assert.match((await g.nextSms('+6281200000004', /mencatat/)).text, /Dinkes \(nur\) mencatat Anda terima/);
  await waitFor('the page says whose act it is', async () => /akun nur/.test((await officer.get(`/rujukan?nomor=${nomor}`)).body));
  assert.match((await admin.get('/audit')).body, new RegExp(`TERIMA ${nomor}`));
});

test('a name that is a place\'s word too is masked wherever a referral is told', async () => {
  const viewer = await session(g, account(g, 'tamu', 'viewer'));
  for (const text of ['RUJUK Pak Jaya 55th nyeri dada', 'RUJUK Melati 20th demam', 'rujuk Bu Padang 40th demam tinggi']) await g.say(kader, text);
  await quiet();
  await waitFor('all stand there', async () => (await rows('/rujukan.json')).filter((r) => /55th|20th|40th/.test(r.kata)).length === 3);
  for (const page of ['/', '/rujukan', '/rujukan.csv', '/rujukan.json', '/desa/19.06.01.2004']) {
    const { body } = await viewer.get(page);
    assert.match(body, /(Pak )?J•••/, page);
    for (const name of ['Jaya 55th', 'Melati 20th', 'Padang 40th']) assert.ok(!body.includes(name), `${page}: ${name}`);
    assert.match(body, /nyeri dada/, page); // what is wrong with them stays
  }
  const [{ nomor }] = g.query("SELECT nomor FROM referral_event WHERE words LIKE 'Melati%'");
  const { body } = await viewer.get(`/rujukan?nomor=${nomor}`);
  assert.doesNotMatch(body, /Melati 20th/);
});

test('a sheet has dates and times of the district', async () => {
  for (const page of ['/rujukan.csv', '/pesan.csv', '/audit.csv', '/sinyal.csv']) {
    const { body } = await admin.get(page);
    assert.doesNotMatch(body, /\b1[0-9]{12}\b/, page);
    if (page !== '/sinyal.csv') assert.match(body, /\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\b/, page);
  }
});

test('a child is as old on her curve as was reported', async () => {
  const child = /No anak (\d+)/i.exec(await g.say(kader, 'TIMBANG Fatimah P 14bl 9,2 76'))[1];
  await waitFor('she is stored', () => g.query(`SELECT 1 FROM person WHERE nomor = '${child}'`).length);
  assert.match((await admin.get(`/anak/${child}`)).body, /<title>14 bl:/);
});

test('a DAFTAR that the office refuses says whom to call', async () => {
  const nomor = g.log("SELECT nomor FROM message_sms WHERE recipient = '+6281299990001' AND nomor <> ''")[0].nomor;
  await officer.post(`/daftar/${nomor}`, { apa: 'tolak' });
  assert.match((await g.nextSms('+6281299990001', /belum disetujui/)).text, /hubungi 08\d+, DAFTAR lagi/);
});

test('the page of a signal counts what its list has, and explains the rule of its disease; a posyandu is told with its village', async () => {
  for (const n of [9, 6]) await g.say(kader, `KASUS diare ${n}`);
  await g.say(kader, 'KASUS campak Rumaisha P 5th');
  const list = await waitFor('both are signals', async () => {
    const all = await rows('/sinyal.json');
    return all.some((r) => r.penyakit === 'campak') && all.some((r) => r.penyakit === 'diare') && all;
  });
  for (const r of list) assert.equal(typeof r.kasus, 'number', JSON.stringify(r));
  const diare = list.find((r) => r.penyakit === 'diare').nomor, campak = list.find((r) => r.penyakit === 'campak').nomor;
  await waitFor('all are stored', () => g.query("SELECT 1 FROM record WHERE fields LIKE '%\"jumlah\":6%'").length);
  assert.match((await admin.get(`/sinyal/${diare}`)).body, /7 hari: 15 kasus/);
  assert.match((await admin.get(`/sinyal/${campak}`)).body, /Aturan penyakit ini: 1 kasus sudah memanggil petugas/);
  assert.match((await admin.get('/rujukan')).body, /Posyandu Melati, Kelubi/);
});

test('somebody is found by the pseudonym that the page shows, and no result is said in a word of the program', async () => {
  const all = await rows('/pesan.json');
  const { pengirim } = all.find((r) => /^KASUS campak/.test(r.teks));
  assert.match(pengirim, /^P-[0-9A-F]{4}$/);
  const found = await rows(`/pesan.json?cari=${pengirim}`);
  assert.ok(found.length > 2 && found.every((r) => r.pengirim === pengirim), JSON.stringify(found.map((r) => r.pengirim)));
  assert.doesNotMatch((await admin.get('/sistem')).body, /<td>(busy|emergency|bad_\w+|jam kosong)<|"redis"/);
});

test('a list that Excel wrote with semicolons is read', async () => {
  const { body } = await officer.post('/orang', { apa: 'lihat', csv: 'msisdn;role;name;place;language;active;leader\n+6281277770001;kader;Halimah;PSY001;id;yes;no\n' });
  assert.match(body, /1 baru, 0 berubah, 0 sama/);
});

test('ctl says how a request is typed, and that a reason is too short', () => {
  for (const [what, example] of [['trace', 'trace 48217'], ['backup', 'backup /backup/'], ['forget', 'forget 48217 --reason']])
    assert.match(g.ctl(what, '--help'), new RegExp(`Example: kentongan ctl ${example}`));
  assert.throws(() => g.ctl('forget', '1010', '--reason', 'x'), /reason is too short/);
});

test('a port that changed is in force after a restart, and reload says so', async () => {
  const fs = await import('node:fs');
  const before = fs.readFileSync(g.config, 'utf8');
  fs.writeFileSync(g.config, before.replace(/^listen: .*$/m, 'listen: 127.0.0.1:7999'));
  assert.match(g.ctl('reload'), /after a restart/);
  fs.writeFileSync(g.config, before);
  await waitFor('it is as it was', () => /^reloaded/.test(g.ctl('reload')));
});

test('an area that was left out is asked for, and is no attempt', async () => {
  const own = await session(g, account(g, 'sari', 'admin', '19.06.01'));
  await own.post('/akun', { apa: 'tambah', nama: 'baru', peran: 'viewer', wilayah: '' });
  assert.match((await own.get('/akun')).body, /Isi wilayahnya/);
  assert.doesNotMatch(g.ctl('user', 'list'), /baru/);
  assert.doesNotMatch((await admin.get('/audit')).body, /wilayah<\/td>/);
});

test('what is done while Redis is away is not noted, and says so', async () => {
  const nomor = nomorOf(await g.say(kader, 'RUJUK Tarmini 31th perdarahan'));
  await quiet();
  const siapa = await waitFor('it stands there', async () => /<option value="(P-[0-9A-Fa-f-]+)">/.exec((await officer.get(`/rujukan?nomor=${nomor}`)).body)?.[1]);
  const pid = g.redisPid();
  process.kill(pid, 'SIGSTOP');
  try {
    await waitFor('it is noticed', async () => /"degraded"|redis/i.test((await admin.get('/sistem.json')).body));
    await officer.post(`/rujukan/${nomor}`, { apa: 'TERIMA', siapa });
    const { body } = await officer.get('/rujukan');
    assert.match(body, /Belum dicatat/);
    assert.doesNotMatch(body, /menyusul lewat SMS/);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});

test('a number that is looked for stands in no address, and finds what it would', async () => {
  for (const number of [kader, '0812 0000 0001', '3201234567890123']) {
    const to = (await admin.post('/pesan', { cari: number, desa: '', hasil: '' })).headers.location;
    assert.match(to, /^\/pesan\?cari=~[0-9a-f]{16}$/);
    const page = (await admin.get(to)).body;
    assert.ok(page.includes('name="cari" type="search" value="' + number.replace('+', '&#43;') + '"') || page.includes(`value="${number}"`), number);
    assert.ok(!/(href|action)="[^"]*(812|3201234567)/.test(page));
    assert.deepEqual(JSON.parse((await admin.get(to.replace('/pesan', '/pesan.json'))).body).rows, JSON.parse((await admin.get(`/pesan.json?cari=${encodeURIComponent(number)}`)).body).rows);
    assert.equal((await admin.post('/pesan', { cari: number })).headers.location, to);
    assert.ok(!(await officer.get(to)).body.includes(`value="${number}"`));
  }
  assert.equal((await admin.post('/pesan', { cari: 'batuk rejan', form: 'kasus' })).headers.location, '/pesan?cari=batuk%20rejan&form=kasus');
});

test('what is wrong with a list of people is said in the language of its reader', async () => {
  const list = '+6281277770001,kader,Halimah,PSY001,id,yes,no\nrumah,juru,,PSY001,id,mungkin,no\n';
  const { body } = await officer.post('/orang', { apa: 'lihat', csv: list });
  for (const said of ['nomor telepon tidak terbaca', 'peran adalah kader', 'nama terdiri dari', 'tulis yes atau no']) assert.ok(body.includes(`Orang ke 2: ${said}`), said);
  assert.ok(!/row:|telephone|role is one/.test(body));
});
