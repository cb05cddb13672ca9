// crowd.mjs - strangers at the door: idle and dripping connections, a siege from an address that is not allowed,
// few descriptors.
import { Gateway, attack, binary, cpuMs, crowd, form, kader, patience, port, rss, sleep, start, waitFor } from './lib.mjs';
import net from 'node:net';

const sms = (g, n) => `${g.url}/sms/kannel?${form({ id: `a-${n}`, from: kader, text: 'BANTUAN' })}`;

for (const [name, bytes] of [
  ['1,100 idle connections', ''],
  ['1,100 dripping connections', 'POST /sms/emulator HTTP/1.1\r\nContent-Le'],
])
  await attack(name, {}, async (g) => {
    const { leave } = await crowd(g.url, 1100, { bytes, from: '127.0.0.2' });
    const telco_ms = await patience(sms(g, bytes.length));
    leave();
    return { telco_ms };
  });

await attack('70 idle connections to the staff listener', {}, async (g) => {
  const { leave } = await crowd(g.staff, 70);
  const readyz_ms = await patience(`${g.staff}/readyz`, { most: 15000 });
  leave();
  return { readyz_ms };
});

// Nobody may call from 127.0.0.9: the emulator's door is gone from this configuration.
await attack('siege by an address that is not allowed', { alone: true, patch: (y) => y.replace(/^ {2}emulator:.*\n/m, '').replace('default_provider: emulator', 'default_provider: kannel') }, async (g) => {
  let [over, tries] = [false, 0];
  const besiege = async () => {
    while (!over) {
      await new Promise((done) => {
        const s = net.connect({ port: port(g.url), host: '127.0.0.1', localAddress: '127.0.0.9' });
        s.resume();
        s.on('error', () => {}).on('close', done).on('connect', () => s.write('POST /sms/kannel HTTP/1.1\r\n'));
        s.setTimeout(3000, () => s.destroy());
        tries++;
      });
    }
  };
  const all = Array.from({ length: 200 }, besiege);
  await sleep(1000);
  const waits = [];
  for (let i = 0; i < 10; i++) waits.push(await patience(sms(g, `s${i}`), { most: 10000 }));
  over = true;
  await Promise.all(all);
  return { telco_worst_ms: Math.max(...waits), tries };
});

await attack('1,020 idle connections at 1,024 descriptors', {}, async (first) => {
  const g = new Gateway();
  g.process = start('bash', ['-c', `ulimit -n 1024; exec ${binary} serve -c ${g.config}`]);
  await waitFor('it serves', () => {
    const [telco, staff] = [/telco\s+(http:\S+)/, /staff\s+(http:\S+?)\/?\s/].map((r) => r.exec(g.process.out)?.[1]);
    [g.url, g.staff] = [telco, staff];
    return telco && staff;
  }, 30000);
  const { leave } = await crowd(g.url, 1020);
  const [cpu, said] = [cpuMs(g.process.pid), g.process.err.length];
  await sleep(3000);
  const row = { cpu_percent: Math.round((cpuMs(g.process.pid) - cpu) / 30), log_kB_per_s: Math.round((g.process.err.length - said) / 3072), telco_ms: await patience(sms(g, 'd')), rss_MB: rss(g.process.pid) };
  leave();
  await g.stop();
  return row;
});
process.exit(0);
