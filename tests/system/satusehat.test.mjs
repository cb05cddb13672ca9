// satusehat.test.mjs - the ministry's platform: a FHIR server that nobody here wrote, behind a gate that refuses by the
// ministry's RuleNumbers.  Each record waits in a stage for what it lacks; what lacks nothing is taken, once.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { Gateway, bidan, kader, newName, nomorOf, waitFor } from './lib.mjs';
import { Gate, faultOf } from './satusehat-gate.mjs';

let gate, g;
const file = (name, text, mode) => fs.writeFileSync(path.join(g.folder, 'config', name), text, { mode });
const HEAD = 'place,organization,location,client_id,client_secret_file\n';
const facilities = (rows) => file('facilities.csv', HEAD + rows);
const NAKES = 'msisdn,nik,ihs\n+6281200000002,1906014501900001,N10001\n';

before(async () => {
  gate = await new Gate().start();
  gate.clients.klien1 = { secret: 'rahasia puskesmas satu', organizations: ['ORG-PSY001', 'ORG-PST001'] };
  for (const k of ['Practitioner/N10001', 'Organization/ORG-PSY001', 'Location/LOK-1', 'Organization/ORG-PST001', 'Location/LOK-2']) gate.known.add(k);
  g = new Gateway({
    patch: (yaml) => yaml.replace(/^ {2}lokal:.*$/m, (l) => `${l}\n  kemkes: {kind: fhir, profile: satusehat, url: "${gate.url}/fhir-r4/v1", token_url: "${gate.url}/oauth2/v1/accesstoken"}`),
  });
  file('rahasia1', 'rahasia puskesmas satu\n', 0o600);
  file('nakes.csv', 'msisdn,nik,ihs\n');
  facilities('');
  await g.start();
});
after(async () => {
  await g.stop();
  await gate.stop();
});

// 16 digits that agree with sex and birth.
let serial = 100;
const nik = (sex, born) => `190601${String(born.getUTCDate() + (sex === 'P' ? 40 : 0)).padStart(2, '0')}${String(born.getUTCMonth() + 1).padStart(2, '0')}${String(born.getUTCFullYear()).slice(2)}${serial++}0`.slice(0, 16);
const ago = (months) => new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() - months, 3));
const stages = () => g.ctl('show', 'stages');
const inStage = (stage, n) => waitFor(`${n} in ${stage}`, () => new RegExp(`kemkes +${stage} +${n} `).test(stages())).catch((e) => assert.fail(`${e.message}\n${stages()}`));
const observation = (n) => waitFor(`an Observation of ${n}`, async () => (await gate.all('Observation')).find((o) => o.valueQuantity?.value === n)).catch((e) => assert.fail(`${e.message}\n${stages()}${g.ctl('sink', 'kemkes', 'list', 'refused')}${JSON.stringify(gate.faults)}`));
// A signal may reach the midwife meanwhile: the answer is the SMS that says so.
const cek = async (nomor) => {
  const said = new RegExp(`${nomor} .*sudah diperiksa`);
  await g.sms(bidan, `CEK ${nomor}`);
  await waitFor(`the answer to CEK ${nomor}`, async () => (await g.inbox(bidan)).some((m) => said.test(m.text)));
};
const checked = async (text) => {
  const nomor = nomorOf(await g.say(kader, text));
  assert.ok(nomor, text);
  await cek(nomor);
  return nomor;
};

test('a weighing passes the stages one by one, each with who can solve it, and leaves when the last is solved', async () => {
  const answer = await g.say(kader, 'TIMBANG Sekar P 14bl 9,2 76');
  const nomor = nomorOf(answer), child = /[Nn]o anak (\d+)/.exec(answer)[1];
  await inStage('needs_check', 1);
  assert.match(stages(), /Belum diperiksa nakes\. bidan atau puskesmas: balas CEK/);
  await cek(nomor);
  await inStage('needs_nik', 1);
  assert.match(stages(), /kader atau bidan: /);
  await g.say(kader, `NIK ${child} ${nik('P', ago(14))}`);
  await inStage('needs_credentials', 1);
  facilities('PKM01,ORG-PKM01,,klien1,rahasia1\n');
  g.ctl('reload');
  await inStage('needs_location', 1);
  facilities('PKM01,ORG-PKM01,,klien1,rahasia1\nPSY001,ORG-PSY001,LOK-1,,\nPST001,ORG-PST001,LOK-2,,\n');
  g.ctl('reload');
  await inStage('needs_ihs', 1);
  assert.match(stages(), /admin dinkes: isi nik dan ihs di nakes.csv/);
  assert.equal(gate.tokens.length, 0);
  file('nakes.csv', NAKES);
  g.ctl('reload');
  const o = await observation(9.2);
  assert.equal(o.performer[0].reference, 'Practitioner/N10001');
  const [e] = await gate.all('Encounter');
  assert.equal(e.location[0].location.reference, 'Location/LOK-1');
  assert.equal(e.serviceProvider.reference, 'Organization/ORG-PSY001');
  const [p] = await gate.all('Patient');
  assert.deepEqual([p.name[0].text, p.gender, o.subject.reference], ['Sekar', 'female', `Patient/${p.id}`]);
  assert.match(p.birthDate, /^\d{4}-\d\d-03$/);
  await waitFor('nothing waits', () => /nothing waits in a stage/.test(stages()));
  assert.match(g.ctl('show', 'sinks'), /kemkes \(fhir\)[^]*platform {2}answers[^]*sent {6}1\n/);
  assert.deepEqual(gate.faults, []);
});

test('every form that the platform hears of is taken at the first attempt, by one token', async () => {
  const adult = (sex) => nik(sex, new Date(Date.UTC(1970, 4, 9)));
  await checked(`BUMIL#Sri Wahyuni#30#120/80#60,5#25#nik ${nik('P', new Date(Date.UTC(1996, 4, 9)))}`);
  await checked(`NIFAS#Yanti#7#120/80#nik ${nik('P', new Date(Date.UTC(1995, 4, 9)))}`);
  await checked(`LAHIR#Mawar#L#kemarin#2750#48#nik ${nik('P', new Date(Date.UTC(1994, 4, 9)))}`);
  await checked(`REMAJA#Lala#P#14#45#150#23##110/70#nik ${nik('P', ago(14 * 12 + 3))}`);
  await checked(`DEWASA#Hasan#L#56#130/80#110#65#160#nik ${adult('L')}`);
  await checked(`LANSIA#Mbah Ani#P#70#130/80##20#nik ${nik('P', ago(70 * 12 + 3))}`);
  await checked(`kasus tampek Rudi L 3th kmrn nik ${nik('L', ago(3 * 12 + 2))}`);
  await checked(`imunisasi Dinda P 9bl campak 1 nik ${nik('P', ago(9))}`);
  await checked(`kunjungan Pak Ali tbc tidak patuh nik ${adult('L')}`);
  await g.say(kader, 'RUJUK Bu Lastri 30th sesak'); // stays in the district
  await observation(2750);
  await waitFor('all', () => gate.bundles.length === 10).catch(() => assert.fail(`${gate.bundles.length}\n${stages()}${g.ctl('sink', 'kemkes', 'list', 'refused')}${JSON.stringify(gate.faults)}`));
  assert.deepEqual([gate.faults, gate.inner.complaints], [[], []]);
  const [v] = await gate.all('Immunization');
  assert.equal(v.performer[0].actor.reference, 'Organization/ORG-PSY001');
  assert.equal(v.performer[0].function.coding[0].code, 'EP');
  assert.deepEqual(v.reasonCode[0].coding.map((c) => c.code), ['IM-Dasar', 'IM-Ideal']);
  assert.deepEqual(v.vaccineCode.coding.map((c) => c.code), ['04', 'VG03']);
  assert.equal(v.lotNumber, undefined);
  assert.equal((await gate.all('Condition'))[0].code.coding[0].code, 'B05.9');
  assert.equal((await gate.all('ServiceRequest')).length, 0);
  const baby = (await gate.all('Patient')).find((p) => p.identifier[0].system.endsWith('/nik-ibu'));
  assert.match(baby.name[0].text, /Mawar/);
  assert.equal(gate.tokens.length, 1);
});

test('an answer that was lost makes no second resource: what is there is learnt, and a correction takes its place', async () => {
  const n = nik('L', ago(20)), before = (await gate.all('Encounter')).length;
  gate.lost = 1;
  const nomor = await checked(`TIMBANG Bagas L 20bl 10,4 82 nik ${n}`);
  const first = await observation(10.4);
  await waitFor('it is known to be there', () => /nothing waits/.test(stages()) && gate.faults.some(([rule]) => rule === 20002));
  assert.equal((await gate.all('Encounter')).length, before + 1);
  await g.say(kader, `KOREKSI ${nomor} BB 10,6`);
  await waitFor('withdrawn', async () => (await gate.all('Observation')).find((o) => o.id === first.id).status === 'entered-in-error');
  await cek(nomor);
  await waitFor('the new weight in its place', async () => {
    const o = (await gate.all('Observation')).find((x) => x.id === first.id);
    return o.status === 'final' && o.valueQuantity.value === 10.6;
  });
  assert.equal((await gate.all('Observation')).filter((o) => o.valueQuantity?.value === 10.4).length, 0);
});

test('what a correction takes out of a list is withdrawn', async () => {
  const nomor = await checked(`imunisasi Wulan P 9bl campak 1, bcg nik ${nik('P', ago(9))}`);
  const mine = (all) => all.filter((i) => i.identifier[0].value.startsWith(id)).map((i) => `${i.vaccineCode.coding[0].code} ${i.status}`).sort().join();
  const id = (await waitFor('the record', () => g.query(`SELECT id FROM record WHERE nomor = '${nomor}'`)[0])).id;
  const are = (what) => waitFor(what, async () => mine(await gate.all('Immunization')) === what).catch(async () => assert.fail(`${what}, but ${mine(await gate.all('Immunization'))}\n${stages()}${g.ctl('sink', 'kemkes', 'list', 'refused')}`));
  await are('04 completed,19 completed');
  await g.say(kader, `KOREKSI ${nomor} vaksin campak 1`);
  await are('04 entered-in-error,19 entered-in-error');
  await cek(nomor);
  await are('04 completed,19 entered-in-error');
});

test('each answer of the platform has its fate, and people are told what it means and what to do', async () => {
  const stage = { 20003: 'needs_credentials', 20004: 'needs_credentials', 10305: 'needs_lot', 10306: 'needs_lot', 10307: 'needs_lot', 10383: 'needs_ihs', 20007: 'ready' };
  const sent = async () => (await gate.all('Encounter')).length, before = await sent();
  gate.faults.length = 0;
  const rules = [20003, 20004, 20005, 20006, 20007, 20008, 20011, 20013, 20016, // 20013 beside 20012 only: nothing else was said
     20017, 20018, 20019, 20020, 20021, 10121, 10173, 10305, 10306, 10307, 10383, 10456];
  for (const rule of rules) {
    gate.rule = rule;
    await checked(`TIMBANG ${newName()} L 20bl 10,4 82 nik ${nik('L', ago(20))}`);
    const where = stage[rule] ?? 'refused';
    const listed = await waitFor(`rule ${rule} in ${where}`, () => {
      const t = g.ctl('sink', 'kemkes', 'list', where);
      return t.includes(`RuleNumber ${rule === 20013 ? 20012 : rule} at Bundle.entry[0]: `) && t;
    }).catch(() => assert.fail(`${rule}: ${stages()}${g.ctl('sink', 'kemkes', 'list', 'refused')}`));
    assert.match(listed, new RegExp(`RuleNumber ${rule === 20013 ? 20012 : rule} at Bundle.entry\\[0\\]: \\w.+; .+`));
    assert.doesNotMatch(listed, /TIMBANG|\+62|\d{16}/);
  }
  gate.rule = null;
  g.ctl('sink', 'kemkes', 'retry');
  // 20007: what it leans on may come later
  await waitFor('all but that one were sent', async () => (await sent()) === before + rules.length - 1);
  await inStage('ready', 1);
  assert.doesNotMatch(stages(), /refused|needs_/);
  assert.deepEqual(gate.faults, []);
});

test('wrong credentials of one puskesmas are named; when the platform is away all waits, and is not lost', async () => {
  gate.clients.klien1.secret = 'another';
  gate.live.clear();
  await checked(`TIMBANG ${newName()} L 20bl 11,7 82 nik ${nik('L', ago(20))}`);
  await inStage('needs_credentials', 1);
  assert.match(g.ctl('sink', 'kemkes', 'list', 'needs_credentials'), /no token: http 401/);
  gate.clients.klien1.secret = 'rahasia puskesmas satu';
  gate.status = 503;
  g.ctl('reload');
  await waitFor('it says so', () => /platform {2}away[^]*http 503/.test(g.ctl('show', 'sinks')));
  assert.match(g.ctl('show', 'status'), /degraded/);
  gate.status = null;
  await observation(11.7);
  await waitFor('well again', () => /health\s+ok/.test(g.ctl('show', 'status')));
  assert.doesNotMatch(g.process.err, /rahasia|Sekar|\d{16}/);
});

test('the gate refuses each rule by its number: what passes it was looked at', async () => {
  const good = structuredClone(gate.bundles.find((b) => b.entry.some((e) => e.resource.resourceType === 'Immunization')));
  const weights = structuredClone(gate.bundles.find((b) => b.entry.some((e) => e.resource.resourceType === 'Observation')));
  const world = { organization: (r) => r.serviceProvider?.reference.replace('Organization/', '') ?? 'ORG-PSY001', known: new Set([...gate.known, ...(await gate.all('Patient')).map((p) => `Patient/${p.id}`)]), stored: () => false };
  const says = (bundle, change, more = {}) => {
    const b = structuredClone(bundle);
    change(b.entry, b);
    return faultOf(b, { ...world, ...more })?.[0];
  };
  assert.equal(says(good, () => {}), undefined);
  assert.equal(says(weights, () => {}), undefined);
  const of = (entries, type) => entries.find((e) => e.resource.resourceType === type).resource;
  const nakes = (v) => (v.performer[0].actor.reference = 'Practitioner/N10001');
  const rules = [
    [20002, good, () => {}, { stored: () => true }],
    [20004, good, () => {}, { organization: () => null }],
    [20005, good, (e, b) => (b.type = 'batch')],
    [20006, weights, (e) => (of(e, 'Observation').valueQuantity.value = '9.2')],
    [20006, weights, (e) => (of(e, 'Observation').effectiveDateTime = '2026-11-29T09:00:00+07:00')],
    [20007, weights, (e) => (of(e, 'Observation').subject.reference = 'Patient/nobody')],
    [20008, weights, (e) => (of(e, 'Observation').effectiveDateTime = '2021-11-29T09:00:00+00:00')],
    [20011, good, (e) => (e[1].resource = { resourceType: 'Bundle' })],
    [20016, good, (e) => (e[1].resource = { resourceType: 'Patient' })],
    [20017, good, (e) => delete e[1].fullUrl],
    [20018, good, (e) => (e[1].fullUrl = 'http://x')],
    [20019, good, (e) => (e[1].fullUrl = e[0].fullUrl)],
    [10121, good, (e) => delete e[0].resource.period.start],
    [10173, good, (e) => (e[0].resource.period.end = e[0].resource.period.start)],
    [10383, weights, (e) => (of(e, 'Observation').performer = [{ reference: 'Organization/ORG-PSY001' }])],
    [10305, good, (e) => (nakes(of(e, 'Immunization')), delete of(e, 'Immunization').location)],
    [10306, good, (e) => nakes(of(e, 'Immunization'))],
    [10307, good, (e) => (nakes(of(e, 'Immunization')), (of(e, 'Immunization').lotNumber = '1'))],
    [10456, good, (e) => (of(e, 'Immunization').protocolApplied[0].doseNumberPositiveInt = 0)],
  ];
  for (const [rule, bundle, change, more] of rules) assert.equal(says(bundle, change, more), rule);
});
