// emergency.mjs - an emergency while everything else is too much: limits, and a queue of answers.
import http from 'node:http';
import { attack, bidan, form, kader, request, secondKader, sleep, waitFor } from './lib.mjs';

await attack('an E1 SMS in a flood at ten times per_provider', { patch: (y) => y.replace('per_provider: 0', 'per_provider: 60') }, async (g) => {
  let [over, n] = [false, 0];
  const flood = Array.from({ length: 8 }, async () => {
    while (!over) {
      await request('POST', `${g.url}/sms/emulator`, { body: form({ id: `f-${n++}`, from: `+62812${3000000 + n}`, text: 'x' }), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }).catch(() => {});
      await sleep(10);
    }
  });
  await sleep(3000);
  const began = Date.now();
  let refused = 0;
  while ((await g.sms(kader, 'RUJUK#Bu Wati#28th#perdarahan', 'e1-limit')).status !== 200 && Date.now() - began < 30000) (refused++, await sleep(100));
  await g.nextSms(bidan, /perdarahan/, 30000);
  over = true;
  await Promise.all(flood);
  return { refused, told_after_ms: Date.now() - began };
});

await attack('a RUJUK after an exhausted per_sender', { patch: (y) => y.replace('per_sender: 0', 'per_sender: 10') }, async (g) => {
  for (let i = 0; i < 12; i++) await g.sms(kader, 'BANTUAN', `p-${i}`);
  const began = Date.now();
  let refused = 0;
  while ((await g.sms(kader, 'RUJUK#Bu Tini#28th#perdarahan', 'e1-sender')).status !== 200 && Date.now() - began < 30000) (refused++, await sleep(100));
  return { refused, taken_after_ms: Date.now() - began };
});

{
  const seen = [];
  const kannel = http.createServer((req, res) => {
    let body = '';
    req.on('data', (d) => (body += d)).on('end', () => (seen.push({ body, at: Date.now() }), res.writeHead(202).end('0: Accepted for delivery')));
  });
  await new Promise((done) => kannel.listen(0, '127.0.0.1', done));
  await attack('E1 behind 600 answers at rate 10', { patch: (y) => y.replace('127.0.0.1:13013', `127.0.0.1:${kannel.address().port}`).replace('{dialect: kannel,', '{dialect: kannel, rate: 10,') }, async (g) => {
    const send = (from, text, id) => request('GET', `${g.url}/sms/kannel?${form({ id, from, to: '98120', text })}`);
    for (let i = 0; i < 600; i += 20) await Promise.all(Array.from({ length: 20 }, (_, k) => send(secondKader, `FORMAT TIMBANG`, `q-${i + k}`)));
    const began = Date.now();
    await send(kader, 'RUJUK#Bu Sari#28th#perdarahan', 'e1-queue');
    const told = await waitFor('it leaves', () => seen.find((s) => s.body.includes('Sari') && s.body.includes('TERIMA')), 70000);
    return { left_after_ms: told.at - began };
  });
  kannel.close();
}
process.exit(0);
