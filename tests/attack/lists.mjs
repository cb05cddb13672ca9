// lists.mjs - time: long lists of messages, many first parts of long SMS, reloads under load.
import { attack, binary, kader, request, rss, run, sleep, stall } from './lib.mjs';
import { Smsc } from '../system/smsc.mjs';

const json = { 'Content-Type': 'application/json' };
const infobip = { patch: (y) => y.replace(/^providers:$/m, 'providers:\n  ib: {dialect: infobip, allow: [127.0.0.1], sms_via: kannel}') };
const post = (g, items) => request('POST', `${g.url}/sms/ib`, { body: `{"results":[${items}]}`, headers: json, timeout: 60000 });

await attack('a JSON list of 21,000 empty items (63 kB)', infobip, async (g) => {
  const stall_ms = await stall(g, () => post(g, Array.from({ length: 21000 }, () => '{}').join(',')));
  return { stall_ms };
});

await attack('900 messages in one list', infobip, async (g) => {
  const stall_ms = await stall(g, () => post(g, Array.from({ length: 900 }, (_, i) => `{"messageId":"l${i}","from":"62812${8000000 + i}","text":"x"}`).join(',')));
  return { stall_ms };
});

const telko = (port) => ({ patch: (y) => y.replace(/^providers:$/m, `providers:\n  telko: {dialect: smpp, host: 127.0.0.1, port: ${port}, system_id: u, password: p, window: 100}`) });

{
  const smsc = await new Smsc().start();
  await attack('3,000 first parts of long SMS', telko(smsc.port), async (g) => {
    await smsc.bound();
    const before = rss(g.process.pid);
    let taken = 0;
    for (let i = 0; i < 3000; i += 50)
      await Promise.all(Array.from({ length: 50 }, (_, k) => smsc.deliver(kader, Buffer.concat([Buffer.from([5, 0, 3, (i + k) & 255, 2, 1]), Buffer.from('x'.repeat(140))]), { esm_class: 0x40, source_addr: `62812${7000000 + i + k}` }).then((r) => (taken += r.command_status === 0))));
    return { taken, rss_before_MB: before, rss_MB: rss(g.process.pid) };
  });
  await smsc.kill();
}

{
  const smsc = await new Smsc().start();
  await attack('an SMSC that floods and never reads', telko(smsc.port), async (g) => {
    await smsc.bound();
    const s = smsc.session.socket.socket ?? smsc.session.socket;
    const before = rss(g.process.pid);
    s.pause();
    let most = before;
    let sent = 0;
    const until = Date.now() + 8000;
    while (Date.now() < until && sent < 60000) {
      const batch = Buffer.concat(Array.from({ length: 200 }, () => Smsc.deliverSm(`+62812${6000000 + (sent % 5000)}`, 'x'.repeat(100), { sequence: 10 + sent++ })));
      if (!s.write(batch)) await Promise.race([new Promise((d) => s.once('drain', d)), sleep(200)]);
      await sleep(0); // the telco beside it is of this process
      most = Math.max(most, rss(g.process.pid));
    }
    return { sent, rss_before_MB: before, rss_most_MB: most };
  });
  await smsc.kill();
}

await attack('60 reloads under load', {}, async (g) => {
  const before = rss(g.process.pid);
  let [over, n] = [false, 0];
  const load = Array.from({ length: 4 }, async () => {
    while (!over) await g.sms(kader, 'STATUS 1041', `r-${n++}`).catch(() => {});
  });
  let most = before;
  for (let i = 0; i < 60; i++) {
    await run(binary, ['ctl', '-c', g.config, 'reload']);
    most = Math.max(most, rss(g.process.pid));
  }
  await sleep(4000);
  const under_load = rss(g.process.pid);
  over = true;
  await Promise.all(load);
  return { rss_before_MB: before, rss_most_MB: most, rss_under_load_MB: under_load, messages: n };
});
process.exit(0);
