// kannel.mjs - Debian's Kannel for tests and bench: bearerbox and smsbox from one configuration.
import fs from 'node:fs';
import path from 'node:path';
import { Hopeless, freePort, portOpen, start, waitFor } from './lib.mjs';

// Groups as Kannel writes them: {group: 'smsc', …}, a blank line between.
const conf = (groups) =>
  groups.map((g) => Object.entries(g).map(([key, value]) => `${key} = ${typeof value === 'string' && /[/?& ]/.test(value) ? `"${value}"` : value}\n`).join('')).join('\n');

export class Kannel {
  // In `folder`; `smsc` is the smsc group without its first line, `service` the sms-service, `core` adds to the core group.
  constructor(folder, { smsc, service, core = {}, sendsms }) {
    this.file = path.join(folder, 'kannel.conf');
    Object.assign(this, { smsc, service, core, sendsms });
  }

  async start() {
    const [admin, smsbox, sendsms] = await Promise.all(Array.from({ length: 3 }, freePort));
    this.sendsms ??= sendsms;
    fs.writeFileSync(
      this.file,
      conf([
        { group: 'core', 'admin-port': admin, 'admin-password': 'x', 'smsbox-port': smsbox, 'box-allow-ip': '127.0.0.1', 'log-level': 1, 'dlr-storage': 'internal', ...this.core },
        { group: 'smsc', ...this.smsc },
        { group: 'smsbox', 'bearerbox-host': '127.0.0.1', 'sendsms-port': this.sendsms, 'global-sender': 98120, 'log-level': 1 },
        { group: 'sendsms-user', username: 'u', password: 'p', 'max-messages': 3 },
        { group: 'sms-service', keyword: 'default', 'catch-all': 'true', ...this.service },
      ]),
    );
    this.bearerbox = start('bearerbox', ['-v', '4', this.file]);
    await waitFor('bearerbox listens', async () => {
      if (this.bearerbox.how) throw new Hopeless(this.bearerbox.err);
      return portOpen(smsbox);
    });
    this.smsbox = start('smsbox', ['-v', '4', this.file]);
    await waitFor('smsbox listens', () => portOpen(this.sendsms));
    return this;
  }

  get pids() {
    return [this.bearerbox.pid, this.smsbox.pid];
  }

  async stop() {
    for (const c of [this.smsbox, this.bearerbox]) {
      if (!c || c.how) continue;
      c.kill('SIGTERM');
      await Promise.race([c.ended, new Promise((done) => setTimeout(done, 3000).unref())]);
      if (!c.how) c.kill('SIGKILL');
    }
  }
}
