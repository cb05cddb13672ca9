// first.test.mjs - what a new user sees: reports by SMS and USSD, a referral taken, an emergency, an alert.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Gateway, bidan, kader, kades, newName, nomorOf, request, waitFor, zone } from './lib.mjs';

let g;
before(async () => {
  g = new Gateway();
  await g.start();
});
after(async () => {
  const how = await g.stop();
  assert.deepEqual(how, { code: 0, signal: null });
  assert.doesNotMatch(g.process.err + g.process.out, /"level":"error"/, 'nothing went wrong unseen');
});

test('health, version and metrics are there', async () => {
  assert.deepEqual(JSON.parse((await request('GET', `${g.staff}/readyz`)).body), { status: 'ok' });
  assert.equal((await request('GET', `${g.staff}/livez`)).status, 200);
  assert.match((await request('GET', `${g.staff}/version`)).body, /"version"/);
  assert.match(g.ctl('show', 'status'), /health\s+ok/);
});

test('a weighing by SMS is answered within a second and is in the district database', async () => {
  const from = Date.now();
  const reply = await g.say(kader, 'TIMBANG Siti Aminah P 14bl 9,2 76', 'first-1');
  assert.ok(Date.now() - from < 1000, 'answered within a second');
  const nomor = nomorOf(reply);
  const [row] = await waitFor('the row', () => {
    const rows = g.query("SELECT * FROM record WHERE message_id = 'first-1'");
    return rows.length && rows;
  });
  assert.equal(row.nomor, nomor);
  assert.equal(row.form, 'timbang');
  assert.equal(row.klaster, '2');
  assert.equal(row.version, 1);
  assert.equal(row.reporter, kader);
  assert.equal(row.role, 'kader');
  assert.equal(row.place, '19.06.01.2004');
  assert.equal(row.posyandu, 'PSY001');
  assert.equal(row.status, 'valid');
  assert.equal(row.provider, 'emulator');
  assert.match(row.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+]\d\d:\d\d$/);
  assert.ok(row.at.endsWith(`+0${zone.offset}:00`), row.at);
  const fields = JSON.parse(row.fields);
  assert.equal(fields.nama, 'Siti Aminah');
  assert.equal(fields.bb, 9.2);
  assert.equal(fields.tb, 76);
  assert.equal(g.query("SELECT bb FROM v_timbang WHERE nama = 'Siti Aminah'")[0].bb, 9.2);
  const [person] = g.query("SELECT * FROM person WHERE nama = 'Siti Aminah'");
  assert.equal(person.id, row.person_id);
  assert.equal(person.jk, 'P');
});

test('a weighing by USSD is in the district database likewise', async () => {
  const session = 'first-ussd';
  let page = await g.ussd(session, kader, '');
  assert.match(page.body, /^CON /);
  for (const answer of ['1', '1', 'Budi Santoso', '1', '20', '10,4', '80', '1']) {
    assert.match(page.body, /^CON /, `before ${answer}: ${page.body}`);
    page = await g.ussd(session, kader, answer);
  }
  assert.match(page.body, /^END /);
  const [row] = await waitFor('the row', () => {
    const rows = g.query("SELECT * FROM v_timbang WHERE nama = 'Budi Santoso'");
    return rows.length && rows;
  });
  assert.equal(row.jk, 'L');
  assert.equal(row.umur, '20bl');
  assert.equal(row.bb, 10.4);
  assert.equal(row.tb, 80);
});

test('a referral is taken by the bidan and the kader hears of it', async () => {
  const reply = await g.say(kader, 'RUJUK Ana 28 bengkak kaki', 'first-rujuk');
  const nomor = nomorOf(reply);
  const asked = await g.nextSms(bidan, new RegExp(`RUJUK ${nomor}`));
  assert.match(asked.text, new RegExp(`TERIMA ${nomor}`));
  await g.sms(bidan, `TERIMA ${nomor}`, 'first-terima');
  await g.nextSms(kader, new RegExp(`${nomor}(?=[^]*(terima|diterima))`, 'i'));
  const events = await waitFor('both events', () => {
    const rows = g.query(`SELECT event, who FROM referral_event WHERE nomor = '${nomor}' ORDER BY at, event`);
    return rows.some((r) => r.event === 'terima') && rows;
  });
  assert.ok(events.some((r) => r.event === 'sent'));
  assert.equal(events.find((r) => r.event === 'terima').who, bidan);
});

test('bleeding without an age reaches the bidan within two seconds while the kader is asked', async () => {
  const from = Date.now();
  await g.sms(kader, 'RUJUK Bu Wati perdarahan', 'first-e1');
  const alarm = await g.nextSms(bidan, /BELUM LENGKAP/);
  assert.ok(Date.now() - from < 2000, 'within two seconds');
  assert.match(alarm.text, /perdarahan/i);
  await g.nextSms(kader, /umur/i);
});

test('enough cases of diarrhoea are a signal to staff; once they say BENAR the phone of the village head rings, once', async () => {
  for (let i = 0; i < 6; i++) await g.sms(kader, `KASUS DIARE ${newName()} P ${20 + i}`, `first-kasus-${i}`);
  await waitFor('the cases', () => g.query("SELECT count(*) AS n FROM record WHERE form = 'kasus'")[0].n >= 6);
  const signal = nomorOf((await g.nextSms(bidan, /SINYAL.*diare/i)).text);
  assert.equal((await g.inbox(kades)).filter((sms) => /diare/i.test(sms.text)).length, 0);
  await g.sms(bidan, `BENAR ${signal}`, 'first-benar');
  const alert = await g.nextSms(kades, /diare/i);
  assert.doesNotMatch(alert.text, /08\d\d|\+62/);
  const nomor = nomorOf(alert.text);
  await g.sms(kades, `OK ${nomor}`, 'first-ok');
  await waitFor('the answer of the head', () =>
    g.query(`SELECT 1 FROM alert_event WHERE nomor = '${nomor}' AND event = 'ok'`).length);
  assert.equal((await g.inbox(kades)).filter((sms) => sms.text.includes(`Balas OK ${nomor}`)).length, 1);
});
