// peer-ussd.mjs - what an office would build from npm: the nine-step weighing by ussd-menu-builder, its session and
// its record in Redis by ioredis.  At the emulator's door, so that the same load program can ask it.
//
//   node peer-ussd.mjs REDIS_SOCKET      prints its port
//
// It checks numbers as a careful author would, and no more: no people, no growth, no names, no repeats.
import http from 'node:http';
import { createRequire } from 'node:module';
import { root } from '../system/lib.mjs';

const require = createRequire(`${root}/tests/package.json`);
const UssdMenu = require('ussd-menu-builder');
const Redis = require('ioredis');

const redis = new Redis({ path: process.argv[2], enableAutoPipelining: true });
const life = 900; // seconds, as ours
const key = (session) => `ussd:${session}`;
const number = (text, min, max) => {
  const n = Number(text.replace(',', '.'));
  return n >= min && n <= max;
};

// One a request: the package keeps the request in the menu itself.  `hubtel` is its way for a telco that sends the
// last input only: it keeps the route in the session.
function makeMenu() {
  const menu = new UssdMenu({ provider: 'hubtel' });
  menu.sessionConfig({
    start: () => Promise.resolve(),
    get: (id, k) => redis.hget(key(id), k),
    set: (id, k, v) => redis.multi().hset(key(id), k, v).expire(key(id), life).exec(),
    end: (id) => redis.del(key(id)),
  });
  const ask = (name, text, next) => menu.state(name, { run: () => menu.con(text), next });
  menu.startState({ run: () => menu.con('Kentongan\n1 Timbang\n2 Ibu hamil\n3 Kasus\n4 Rujuk\n5 Lainnya'), next: { 1: 'timbang' } });
  ask('timbang', 'Timbang balita\n1 Anak baru\n2 Nomor anak\n0 Kembali', { 1: 'nama' });
  ask('nama', 'Nama anak\n0 Kembali', { "*^[A-Za-z' .]{1,40}$": 'jk' });
  ask('jk', 'Jenis kelamin\n1 Laki-laki\n2 Perempuan\n0 Kembali', { '*^[12]$': 'umur' });
  const between = (min, max, next, self) => ({ '*.*': (done) => done(number(menu.val, min, max) ? next : self) });
  ask('umur', 'Umur (bulan), contoh 14', between(0, 71, 'bb', 'umur'));
  ask('bb', 'Berat badan (kg), contoh 9,2', between(1, 35, 'tb', 'bb'));
  ask('tb', 'Tinggi atau panjang (cm), 0 = tidak diukur', between(0, 130, 'echo', 'tb'));
  const given = () => menu.session.get('route').then((route) => route.split('*').slice(2));
  menu.state('echo', {
    run: () => given().then(([nama, jk, umur, bb, tb]) => menu.con(`${nama} ${'LP'[jk - 1]} ${umur}bl BB ${bb} TB ${tb}\n1 Kirim 0 Kembali`)),
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
    const page = await makeMenu().run({ SessionId: q.get('session'), Mobile: q.get('from').slice(1), ServiceCode: q.get('code'), Type: text ? 'Response' : 'Initiation', Message: text });
    res.setHeader('Content-Type', 'text/plain');
    const body = `${page.Type === 'Release' ? 'END' : 'CON'} ${page.Message}`;
    res.setHeader('Content-Length', Buffer.byteLength(body));
    res.end(body);
  });
});
server.keepAliveTimeout = 60000;
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
