// smsc.mjs - node-smpp as the SMSC of a test: what we bind to, what it sends us, what it got.
import smpp from 'smpp';
import { PATIENCE, waitFor } from './lib.mjs';

const gsm = (text) => Buffer.from(text, 'latin1'); // the letters that tests use have the same octets in both
const ucs2 = (text) => Buffer.from(text, 'utf16le').swap16();

export class Smsc {
  constructor({ password = 'p' } = {}) {
    this.password = password;
    this.sessions = []; // bound ones
    this.submits = []; // {pdu, text, udh, to, at}
    this.unbinds = 0;
    this.enquiries = 0;
    this.ids = 0;
    this.answer = () => ({}); // what submit_sm_resp says: fields, or null for silence
    this.known = new Set();
  }

  async start(port = 0) {
    this.server = smpp.createServer((session) => this.serve(session));
    await new Promise((done) => this.server.listen(port, '127.0.0.1', done));
    this.port = this.server.address().port;
    return this;
  }

  serve(session) {
    this.known.add(session);
    session.on('error', () => {});
    session.on('close', () => {
      this.known.delete(session);
      this.sessions = this.sessions.filter((s) => s !== session);
    });
    for (const bind of ['bind_transceiver', 'bind_transmitter', 'bind_receiver'])
      session.on(bind, (pdu) => {
        session.bind = pdu;
        if (pdu.password !== this.password) return session.send(pdu.response({ command_status: smpp.ESME_RINVPASWD }));
        session.send(pdu.response({ system_id: 'SMSC' }));
        this.sessions.push(session);
      });
    session.on('enquire_link', (pdu) => {
      this.enquiries++;
      session.send(pdu.response());
    });
    session.on('unbind', (pdu) => {
      this.unbinds++;
      session.send(pdu.response());
      session.close();
    });
    session.on('submit_sm', (pdu) => this.submitted(session, pdu));
  }

  submitted(session, pdu) {
    const body = pdu.message_payload ?? pdu.short_message;
    const s = {
      pdu,
      session,
      text: String(body.message ?? body),
      udh: pdu.short_message?.udh?.[0],
      to: pdu.destination_addr,
      at: Date.now(),
      id: (++this.ids).toString(16).padStart(8, '0'),
    };
    const answer = this.answer(s, session);
    this.submits.push(s);
    if (answer) session.send(pdu.response({ message_id: s.id, ...answer }));
  }

  bound(n = 1) {
    return waitFor(`${n} bound`, () => this.sessions.length >= n && this.sessions);
  }

  // One that receives.
  get session() {
    return this.sessions.find((s) => s.bind.command !== 'bind_transmitter');
  }

  // A deliver_sm; resolves to the response.
  deliver(from, text, fields = {}, session = this.session) {
    return new Promise((done, failed) => {
      const dead = () => failed(new Error('closed before its response'));
      const sent = session?.deliver_sm(
        { source_addr_ton: 1, source_addr_npi: 1, source_addr: from.replace('+', ''), destination_addr: '98120', data_coding: 0, short_message: Buffer.isBuffer(text) ? text : gsm(text), ...fields },
        (resp) => {
          session.off('close', dead);
          done(resp);
        },
      );
      if (!sent) failed(new Error('not bound'));
      session?.setMaxListeners(100).once('close', dead);
    });
  }

  // Octets that node-smpp would not write; resolves to the answer that has this sequence number.
  raw(bytes, sequence) {
    const session = this.session;
    return new Promise((done, failed) => {
      const dead = () => failed(new Error('closed before its answer'));
      const listen = (pdu) => {
        if (pdu.sequence_number !== sequence || !(pdu.command_id & 0x80000000)) return;
        session.off('pdu', listen);
        session.off('close', dead);
        done(pdu);
      };
      session.setMaxListeners(100).on('pdu', listen);
      session.once('close', dead);
      session.socket.write(bytes);
    });
  }

  // The octets of a deliver_sm; `length` lies about the text's, `tlvs` are [tag, value, length] and may lie too.
  static deliverSm(from, text, { sequence = 1, esm = 0, length = text.length, tlvs = [], tail = Buffer.alloc(0) } = {}) {
    const c = (s) => Buffer.from(`${s}\0`, 'latin1');
    const params = tlvs.map(([tag, value, n = value.length]) => Buffer.concat([Buffer.from([tag >> 8, tag & 255, n >> 8, n & 255]), Buffer.from(value)]));
    const body = Buffer.concat([
      c(''), Buffer.from([1, 1]), c(from.replace('+', '')), Buffer.from([0, 1]), c('98120'),
      Buffer.from([esm, 0, 0]), c(''), c(''), Buffer.from([0, 0, 0, 0, length]), Buffer.isBuffer(text) ? text : gsm(text), ...params, tail,
    ]);
    const head = Buffer.alloc(16);
    [16 + body.length, 5, 0, sequence].forEach((v, i) => head.writeUInt32BE(v, i * 4));
    return Buffer.concat([head, body]);
  }

  // The parts of a text, as an SMS with a header, or with SAR fields.
  static parts(text, size, { ref = 42, sar = false, coding = 0 } = {}) {
    const pieces = [];
    for (let i = 0; i < text.length; i += size) pieces.push(text.slice(i, i + size));
    return pieces.map((piece, i) => {
      const message = coding === 8 ? ucs2(piece) : gsm(piece);
      if (sar)
        return { text: message, fields: { data_coding: coding, sar_msg_ref_num: ref, sar_total_segments: pieces.length, sar_segment_seqnum: i + 1 } };
      return { text: Buffer.concat([Buffer.from([5, 0, 3, ref, pieces.length, i + 1]), message]), fields: { data_coding: coding, esm_class: 0x40 } };
    });
  }

  // The next SMS to this phone that nobody has looked at; long ones put together.
  async sms(to, fits = /./, ms = PATIENCE) {
    return waitFor(
      `an SMS like ${fits}`,
      () => {
        const mine = this.submits.filter((s) => !s.seen && s.to === to.replace('+', '') && s.pdu.service_type !== 'USSD');
        for (const s of mine) {
          const parts = s.udh ? mine.filter((o) => o.udh && o.udh[3] === s.udh[3]).sort((a, b) => a.udh[5] - b.udh[5]) : [s];
          const text = parts.map((p) => p.text).join('');
          if ((s.udh && parts.length < s.udh[4]) || !fits.test(text)) continue;
          for (const p of parts) p.seen = true;
          return { text, parts };
        }
        return null;
      },
      ms,
    );
  }

  // The next USSD page to this phone.
  async page(to, ms = PATIENCE) {
    const s = await waitFor('a page', () => this.submits.find((o) => !o.seen && o.to === to.replace('+', '') && o.pdu.service_type === 'USSD'), ms);
    s.seen = true;
    return s;
  }

  // Dies as a crash does.
  kill() {
    for (const s of this.known) s.socket?.destroy?.() ?? s.destroy();
    this.sessions = [];
    return new Promise((done) => this.server.close(done));
  }
}

export { smpp, gsm, ucs2 };
