// browser.mjs - a real browser before a real gateway: log in, look, act, as district staff do.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from '../node_modules/playwright-core/index.mjs';
import { Gateway, form, request, root } from '../system/lib.mjs';

export const shots = path.join(root, 'build/screenshots');
fs.mkdirSync(shots, { recursive: true });

export const axeSource = fs.readFileSync(path.join(root, 'tests/node_modules/axe-core/axe.min.js'), 'utf8');

// Debian's chromium; what it would say to the network it does not.
export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--no-first-run', '--no-default-browser-check'],
  });

const type = { 'Content-Type': 'application/x-www-form-urlencoded' };

// An account made as an operator does, with its first password.
export function account(gateway, name, role, area) {
  const out = gateway.ctl('user', 'add', name, '--role', role, ...(area ? ['--area', area] : []));
  return { name, password: out.trim().split('\n').pop() };
}

// A browser's requests without a browser: {get, post, token} with the session's cookie.
export async function session(gateway, { name, password }) {
  const r = await request('POST', `${gateway.staff}/masuk`, { body: form({ nama: name, sandi: password }), headers: { ...type, Origin: gateway.staff } });
  if (r.status !== 303) throw new Error(`login answered ${r.status}`);
  const Cookie = r.headers['set-cookie'].find((c) => c.startsWith('kentongan=')).split(';')[0];
  const get = (p, headers = {}) => request('GET', gateway.staff + p, { headers: { Cookie, ...headers } });
  const token = /name="token" value="([0-9a-f]+)"/.exec((await get('/')).body)[1];
  const post = (p, fields, headers = {}) =>
    request('POST', gateway.staff + p, { body: form({ token, ...fields }), headers: { ...type, Origin: gateway.staff, Cookie, ...headers } });
  return { get, post, token, Cookie };
}

// A page that is logged in; what the browser complains of stands in page.complaints.
export async function openPage(browser, gateway, { name, password }, options = {}) {
  const context = await browser.newContext({ baseURL: gateway.staff, locale: 'id-ID', ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', (m) => m.type() === 'error' && page.complaints.push(m.text()));
  page.on('pageerror', (e) => page.complaints.push(e.message));
  await page.goto('/masuk');
  await page.fill('input[name=nama]', name);
  await page.fill('input[name=sandi]', password);
  await page.press('input[name=sandi]', 'Enter');
  await page.waitForURL(`${gateway.staff}/`);
  return page;
}

// What no kader would report: rows put into the district database by hand.
Gateway.prototype.change = function (sql) {
  execFileSync('sqlite3', ['-cmd', '.timeout 10000', path.join(this.folder, 'var/district.db'), sql]);
};

export { Gateway };
