// ussd.test.mjs - a dialogue survives its telco: a repeated request, a gateway that dies in the middle, a dial with
// everything in it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Gateway, form, kader, request, secondKader, waitFor } from './lib.mjs';

let g;
before(async () => {
  g = new Gateway();
  await g.start();
});
after(async () => {
  await g.stop();
});

const rowsOf = (name) => g.query(`SELECT * FROM v_timbang WHERE nama = '${name}'`);

// Africa's Talking repeats all inputs of the session in `text`.
const at = (sessionId, phoneNumber, text) =>
  request('POST', `${g.url}/ussd/at`, {
    body: form({ sessionId, phoneNumber, networkCode: '62001', serviceCode: '*123#', text }),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });

test('a repeated request gets the same page, and the last one the same end', async () => {
  const inputs = ['1', '1', 'Rudi Hartono', '1', '20', '10,4', '80', '1'];
  let page = await at('at-1', kader, '');
  assert.match(page.body, /^CON /);
  for (let i = 1; i <= inputs.length; i++) {
    const text = inputs.slice(0, i).join('*');
    page = await at('at-1', kader, text);
    assert.equal((await at('at-1', kader, text)).body, page.body, `repeat of ${text}`);
  }
  assert.match(page.body, /^END /);
  await waitFor('the row', () => rowsOf('Rudi Hartono').length);
  assert.equal(rowsOf('Rudi Hartono').length, 1);
});

test('a dialogue goes on after the gateway was killed in the middle', async () => {
  await g.ussd('cut-1', secondKader, '');
  for (const input of ['1', '1', 'Wati Lestari', '2', '14']) await g.ussd('cut-1', secondKader, input);
  await g.kill();
  await g.start();
  let page = await g.ussd('cut-2', secondKader, '');
  assert.match(page.body, /1 Lanjut\n2 Mulai baru/);
  page = await g.ussd('cut-2', secondKader, '1');
  assert.match(page.body, /Berat/);
  for (const input of ['9,2', '76', '1']) page = await g.ussd('cut-2', secondKader, input);
  assert.match(page.body, /^END .*Wati Lestari/);
  await waitFor('the row', () => rowsOf('Wati Lestari').length === 1);
});

test('what is dialled along opens its page, and a stranger hears how to register', async () => {
  const page = await g.ussd('dial-1', secondKader, '', '*123*4*1#');
  assert.match(page.body, /^CON Nama/);
  const stranger = await g.ussd('dial-2', '+6289912345678', '');
  assert.match(stranger.body, /^END .*DAFTAR/);
});
