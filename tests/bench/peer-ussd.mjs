// peer-ussd.mjs - what an office would build from npm: the nine-step weighing by ussd-menu-builder, its session and
// its record in Redis by ioredis.  At the emulator's door, so that the same load program can ask it.
//
//   node peer-ussd.mjs REDIS_SOCKET hubtel|africasTalking      prints its port
//
// It checks numbers as a careful author would, and no more: no people, no growth, no names, no repeats.
import http from 'node:http';
import { createRequire } from 'node:module';
import { root } from '../system/lib.mjs';

const require = createRequire(`${root}/tests/package.json`);
const UssdMenu = require('ussd-menu-builder');
const Redis = require('ioredis');

const [socket, provider] = process.argv.slice(2);
const redis = new Redis({ path: socket, enableAutoPipelining: true });
const life = 900; // seconds, as ours
const key = (session) => `ussd:${session}`;
const number = (text, min, max) => {
  const n = Number(text.replace(',', '.'));
  return n >= min && n <= max;
};

const values = ['nama', 'jk', 'umur', 'bb', 'tb'];

// One a request: the package keeps the request in the menu itself.  `hubtel` is its way for a telco that sends the
// last input only: it keeps the route in the session.  `africasTalking` sends all inputs each time: the session holds
// what the menu puts there, here each value.
function makeMenu() {
  const menu = new UssdMenu({ provider });
  menu.sessionConfig({
    start: () => Promise.resolve(),
    get: (id, k) => redis.hget(key(id), k),
    set: (id, k, v) => redis.multi().hset(key(id), k, v).expire(key(id), life).exec(),
    end: (id) => redis.del(key(id)),
  });
  // `said`: the value that was told on the page before.
  const keep = (said) => (said && provider === 'africasTalking' ? menu.session.set(said, menu.val) : Promise.resolve());
  const ask = (name, text, next, said) => menu.state(name, { run: () => keep(said).then(() => menu.con(text)), next });
  menu.startState({ run: () => menu.con('Kentongan\n1 Timbang\n2 Ibu hamil\n3 Kasus\n4 Rujuk\n5 Lainnya'), next: { 1: 'timbang' } });
  ask('timbang', 'Timbang balita\n1 Anak baru\n2 Nomor anak\n0 Kembali', { 1: 'nama' });
  ask('nama', 'Nama anak\n0 Kembali', { "*^[A-Za-z' .]{1,40}$": 'jk' });
  ask('jk', 'Jenis kelamin\n1 Laki-laki\n2 Perempuan\n0 Kembali', { '*^[12]$': 'umur' }, 'nama');
  const between = (min, max, next, self) => ({ '*.*': (done) => done(number(menu.val, min, max) ? next : self) });
  ask('umur', 'Umur (bulan), contoh 14', between(0, 71, 'bb', 'umur'), 'jk');
  ask('bb', 'Berat badan (kg), contoh 9,2', between(1, 35, 'tb', 'bb'), 'umur');
  ask('tb', 'Tinggi atau panjang (cm), 0 = tidak diukur', between(0, 130, 'echo', 'tb'), 'bb');
  const given = () => (provider === 'hubtel' ? menu.session.get('route').then((route) => route.split('*').slice(2)) : Promise.all(values.map((v) => menu.session.get(v))));
  menu.state('echo', {
    run: () => keep('tb').then(given).then(([nama, jk, umur, bb, tb]) => menu.con(`${nama} ${'LP'[jk - 1]} ${umur}bl BB ${bb} TB ${tb}\n1 Kirim 0 Kembali`)),
    next: { 1: 'kirim' },
  });
  menu.state('kirim', {
    run: async () => {
      const [nama, jk, umur, bb, tb] = await given();
      const nomor = await redis.incr('seq');
      await redis.xadd('records', '*', 'nomor', nomor, 'from', menu.args.phoneNumber, 'nama', nama, 'jk', jk, 'umur', umur, 'bb', bb, 'tb', tb);
      menu.end(`Diterima ${nomor}: ${nama} BB ${bb} TB ${tb}`);
    },
  });
  return menu;
}

const server = http.createServer((req, res) => {
  const parts = [];
  req.on('data', (d) => parts.push(d));
  req.on('end', async () => {
    const q = new URLSearchParams(Buffer.concat(parts).toString());
    const text = q.get('text');
    const page = await (provider === 'hubtel'
      ? makeMenu().run({ SessionId: q.get('session'), Mobile: q.get('from').slice(1), ServiceCode: q.get('code'), Type: text ? 'Response' : 'Initiation', Message: text }).then((p) => `${p.Type === 'Release' ? 'END' : 'CON'} ${p.Message}`)
      : makeMenu().run(Object.fromEntries(q)));
    res.setHeader('Content-Type', 'text/plain');
    res.setHeader('Content-Length', Buffer.byteLength(page));
    res.end(page);
  });
});
server.keepAliveTimeout = 60000;
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
