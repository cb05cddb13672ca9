// fhir.test.mjs - records as FHIR R4: a server that nobody here wrote takes one bundle of every form, twice gives no
// second resource, only what was checked goes, a referral's Task follows it, tokens are fetched once and renewed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { Gateway, bidan, kader, nomorOf, waitFor } from './lib.mjs';
import { FhirServer } from './fhir-server.mjs';

let fhir, g;

before(async () => {
  fhir = await new FhirServer({ token: true }).start();
  g = new Gateway({
    patch: (yaml) => yaml.replace(/^sinks:.*$/m, `sinks:\n  kemkes: {kind: fhir, url: "${fhir.url}/fhir", token_url: "${fhir.url}/token", client_id: kami, client_secret_file: rahasia, organization: ORG1}`),
  });
  fs.writeFileSync(path.join(g.folder, 'config/rahasia'), 'sangat rahasia sekali\n', { mode: 0o600 });
  await g.start();
});
after(async () => {
  await g.stop();
  await fhir.stop();
});

const checked = async (text) => {
  const nomor = nomorOf(await g.say(kader, text));
  assert.ok(nomor, text);
  await g.sms(bidan, `CEK ${nomor}`);
  await g.nextSms(bidan, new RegExp(`Laporan ${nomor} .*sudah diperiksa`)); // a signal may come in between
  return nomor;
};
const find = (type, fits) => waitFor(`a ${type}`, async () => (await fhir.all(type)).find(fits));

test('a weighing is nothing to the ministry until staff have checked it, then Patient, Encounter and Observations', async () => {
  const nomor = nomorOf(await g.say(kader, 'TIMBANG Sekar P 14bl 9,2 76'));
  await g.say(kader, 'RUJUK Bu Lastri 30th sesak'); // goes at once: so what came before it has passed
  await find('ServiceRequest', () => true);
  assert.equal((await fhir.all('Observation')).length, 0);
  await g.say(bidan, `CEK ${nomor}`);
  const weight = await find('Observation', (o) => o.code.coding[0].code === '29463-7');
  assert.deepEqual([weight.valueQuantity.value, weight.valueQuantity.unit, weight.status], [9.2, 'kg', 'final']);
  assert.match(weight.effectiveDateTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
  const [patient] = (await fhir.all('Patient')).filter((p) => p.name[0].text === 'Sekar');
  assert.equal(patient.gender, 'female');
  assert.match(patient.birthDate, /^\d{4}-\d\d$/);
  assert.equal(weight.subject.reference, `Patient/${patient.id}`);
  assert.equal((await fhir.all('Encounter')).filter((e) => e.subject.reference === `Patient/${patient.id}`)[0].class.code, 'AMB');
  const bundle = fhir.bundles.find((b) => JSON.stringify(b).includes('Sekar'));
  assert.equal(bundle.type, 'transaction');
  for (const e of bundle.entry) assert.match(e.request.ifNoneExist, /^identifier=urn:kentongan:ORG1\|/);
});

test('one bundle of every form that is sent is taken, without a complaint', async () => {
  await checked('BUMIL#Sri Wahyuni#30#120/80#60,5#25');
  await checked('NIFAS#Yanti#7#120/80');
  await checked('LAHIR#Mawar#L#kemarin#2750#48');
  await checked('REMAJA#Lala#P#14#45#150#23##110/70');
  await checked('DEWASA#Hasan#L#50#130/80#110#65#160');
  await checked('LANSIA#Mbah Ani#P#70#130/80##20');
  await checked('kasus tampek Rudi L 3th kmrn');
  await checked('imunisasi Dinda P 9bl campak 1');
  await checked('kunjungan Pak Ali tbc tidak patuh');
  await checked('wafat Nek Imah P 70 kemarin sakit tua');
  await find('Immunization', (i) => i.vaccineCode.coding[0].code === '04' && i.protocolApplied[0].doseNumberPositiveInt === 1);
  await find('Condition', (c) => c.code.coding[0].code === 'B05.9');
  await find('Observation', (o) => o.code.coding[0].code === '8339-4' && o.valueQuantity.value === 2750);
  await find('Observation', (o) => o.code.coding[0].code === '8480-6' && o.valueQuantity.value === 130);
  await find('Patient', (p) => p.name[0].text === 'By Ny Mawar');
  await find('Patient', (p) => p.name[0].text === 'Nek Imah' && p.deceasedDateTime);
  assert.deepEqual(fhir.complaints, []);
  // Every one of them a second time: not one resource more.
  const types = ['Patient', 'Encounter', 'Observation', 'Condition', 'Immunization', 'ServiceRequest'];
  const counts = async () => Promise.all(types.map(async (t) => (await fhir.all(t)).length));
  const before = await counts(), sent = [...fhir.bundles];
  assert.ok(sent.length >= 12 && before.every((n) => n > 0), `${sent.length} ${before}`);
  for (const bundle of sent) {
    const { status } = await fetch(`${fhir.url}/fhir`, { method: 'POST', headers: { Authorization: `Bearer ${fhir.valid}` }, body: JSON.stringify(bundle) });
    assert.equal(status, 200);
  }
  assert.deepEqual(await counts(), before);
});

test('what is sent twice is there once; a correction that is checked again takes its place', async () => {
  const nomor = await checked('TIMBANG Bagas L 20bl 10,4 82');
  const weightOf = (n) => fhir.all('Observation').then((all) => all.filter((o) => o.valueQuantity?.value === n));
  await waitFor('it is there', async () => (await weightOf(10.4)).length === 1);
  const again = fhir.bundles.find((b) => JSON.stringify(b).includes('Bagas'));
  const { status } = await fetch(`${fhir.url}/fhir`, { method: 'POST', headers: { Authorization: `Bearer ${fhir.valid}` }, body: JSON.stringify(again) });
  assert.equal(status, 200);
  assert.equal((await weightOf(10.4)).length, 1);
  await g.say(kader, `KOREKSI ${nomor} BB 10,6`);
  const withdrawn = await find('Observation', (o) => o.status === 'entered-in-error');
  assert.ok(withdrawn);
  await g.say(bidan, `CEK ${nomor}`);
  await waitFor('the new weight stands in its place', async () => (await weightOf(10.6)).some((o) => o.status === 'final' && o.id === withdrawn.id));
  assert.equal((await weightOf(10.4)).length, 0);
});

test('what a correction takes out of a list is there no more', async () => {
  const nomor = await checked('imunisasi Wulan P 9bl campak 1, bcg');
  const [patient] = await waitFor('the child', async () => { const all = (await fhir.all('Patient')).filter((p) => p.name[0].text === 'Wulan'); return all.length && all; });
  const valid = async () => (await fhir.all('Immunization')).filter((i) => i.patient.reference === `Patient/${patient.id}` && i.status === 'completed').map((i) => i.vaccineCode.coding[0].code).sort();
  await waitFor('both vaccines', async () => (await valid()).join() === '04,19');
  await g.say(kader, `KOREKSI ${nomor} vaksin campak 1`);
  await waitFor('none is valid meanwhile', async () => (await valid()).length === 0);
  await g.say(bidan, `CEK ${nomor}`);
  await waitFor('one vaccine', async () => (await valid()).join() === '04');
  assert.equal((await fhir.all('Immunization')).filter((i) => i.patient.reference === `Patient/${patient.id}` && i.status !== 'entered-in-error').length, 1);
});

test("a referral's Task follows TERIMA, HADIR and SELESAI", async () => {
  const answer = await g.say(kader, 'RUJUK Bu Murni 28th perdarahan');
  const nomor = nomorOf((await g.nextSms(bidan, /Murni/)).text);
  assert.ok(answer.includes(nomor) || nomor);
  const task = await find('Task', (t) => t.status === 'requested');
  for (const [word, status] of [['TERIMA', 'accepted'], ['HADIR', 'in-progress'], ['SELESAI', 'completed']]) {
    await g.say(bidan, `${word} ${nomor}`);
    await find('Task', (t) => t.status === status && t.focus.reference);
  }
  assert.ok(task);
});

test('the token is fetched once for all, and anew when it is refused', async () => {
  assert.equal(fhir.tokens.length, 1);
  assert.deepEqual(fhir.tokens[0], { grant_type: 'client_credentials', client_id: 'kami', client_secret: 'sangat rahasia sekali' });
  fhir.valid = 'another';
  await checked('TIMBANG Tirta L 30bl 12,1 90');
  await find('Patient', (p) => p.name[0].text === 'Tirta');
  assert.equal(fhir.tokens.length, 2);
  assert.doesNotMatch(g.process.err, /sangat rahasia|Tirta/);
});

test('what it will never take is parked with its fault and holds nothing up; when it is away all waits', async () => {
  fhir.answer = 422;
  await checked('TIMBANG Ditolak L 30bl 12,1 90');
  await waitFor('it is parked', () => /422, invalid at Bundle.entry\[0\]/.test(g.ctl('parked', 'sink:kemkes')));
  fhir.answer = 503;
  await checked('TIMBANG Menunggu L 30bl 12,1 90');
  await waitFor('the sink says so', () => /http 503/.test(g.ctl('show', 'sinks')));
  fhir.answer = null;
  await waitFor('it came', async () => (await fhir.all('Patient')).some((p) => p.name[0].text === 'Menunggu'), 60000);
});

test('after an outage the newest version stands, in whatever order they come back', async () => {
  fhir.answer = 503;
  const nomor = await checked('TIMBANG Urutan L 30bl 12,2 90');
  const shown = () => /^kemkes[^]*?(?=^\w|$(?![^]))/m.exec(g.ctl('show', 'sinks'))[0];
  await waitFor('the circuit opens', () => /circuit {3}open/.test(shown()));
  const weights = ['12,3', '12,4', '12,5', '12,6'];
  for (const w of weights) {
    await g.say(kader, `KOREKSI ${nomor} BB ${w}`);
    await g.sms(bidan, `CEK ${nomor}`);
  await g.nextSms(bidan, new RegExp(`Laporan ${nomor} .*sudah diperiksa`)); // a signal may come in between
  }
  fhir.answer = null;
  await waitFor('all of it went', () => /circuit {3}closed[^]*queue {5}0\n/.test(shown()), 90000);
  const [patient] = (await fhir.all('Patient')).filter((p) => p.name[0].text === 'Urutan');
  const mine = (await fhir.all('Observation')).filter((o) => o.subject.reference === `Patient/${patient.id}` && o.code.coding[0].code === '29463-7');
  assert.deepEqual(mine.map((o) => [o.valueQuantity.value, o.status]), [[12.6, 'final']]);
});

// Staff say at a screen that two numbers are one child (page_people): rows of people alone.
test('a child that is one with another is no longer active, says by whom it is replaced, and comes back', async () => {
  const put = (...rows) => g.redis('eval', "redis.call('XADD', KEYS[1], '*', 'b', ARGV[1])", '1', '{19.06}st:sink:kemkes', rows.map((r) => JSON.stringify(r)).join('\n'));
  const record = (n, person, nama) => ({ v: 1, row: 'record', version: 2, id: `00000000-0000-5000-8000-00000000000${n}`, nomor: `900${n}`, form: 'timbang', klaster: '2', at: '2026-11-21T09:00:00+07:00', received_at: '2026-11-21T09:00:00+07:00',
    reporter: '+6281200000001', role: 'kader', place: '19.06.01.2004', posyandu: 'PSY001', person_id: person, fields: { nama, jk: 'P', umur: '14bl', bb: 9.2 }, findings: [], status: 'checked', provider: 'emulator', message_id: `m-${n}` });
  const person = (id, into) => ({ v: 1, row: 'person', id, nomor: '9009', nama: 'Kembar', jk: 'P', tgl_lahir: '2025-09', posyandu: 'PSY001', ...(into ? { merged_into: into } : {}) });
  const one = async (nama) => (await fhir.all('Patient')).find((p) => p.name[0].text === nama);
  put(record(1, 'anak-satu', 'Melur'));
  put(record(2, 'anak-dua', 'Melor'));
  await waitFor('both are there', async () => (await one('Melur')) && (await one('Melor')));
  put(person('anak-satu', 'anak-dua'), person('anak-dua'));
  const gone = await waitFor('it is replaced', async () => { const p = await one('Melur'); return p.active === false && p; });
  assert.deepEqual(gone.link.map((l) => [l.type, l.other.identifier.value]), [['replaced-by', 'anak-dua']]);
  assert.equal(gone.birthDate, '2025-09', 'else it is what it was');
  assert.notEqual((await one('Melor')).active, false);
  put(person('tidak-dikenal', 'anak-dua')); // of whom nothing was checked: nothing is made
  put(person('anak-satu')); // taken back
  const back = await waitFor('it is back', async () => { const p = await one('Melur'); return p.active === true && p; });
  assert.equal(back.link, undefined);
  assert.equal((await fhir.all('Patient')).filter((p) => p.identifier.some((i) => i.value === 'tidak-dikenal')).length, 0);
  assert.deepEqual(fhir.complaints, []);
});
