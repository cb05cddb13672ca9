// satusehat-gate.mjs - the FHIR server of fhir-server.mjs behind a gate that enforces what the ministry's platform is known to
// refuse, by RuleNumber, and answers in its shape; what stands in it was read in the ministry's validation dictionary.
import http from 'node:http';
import { FhirServer } from './fhir-server.mjs';

const NIK = 'https://fhir.kemkes.go.id/id/nik';
const OWN = /^http:\/\/sys-ids\.kemkes\.go\.id\/([a-z]+)\/(.+)$/;
const FLOOR = Date.parse('2022-08-31T00:00:00+00:00');
const body = (req) => new Promise((done) => {
  let text = '';
  req.on('data', (d) => (text += d)).on('end', () => done(text));
});
const each = function* (o, path = []) {
  if (o === null || typeof o !== 'object') return void (yield [path, o]);
  for (const [k, v] of Object.entries(o)) yield* each(v, [...path, k]);
};

// What is wrong with a bundle: [rule, where] of the first fault, or nothing.
export function faultOf(bundle, { organization, known, stored }) {
  const urls = new Set();
  if (bundle.resourceType !== 'Bundle' || bundle.type !== 'transaction') return [20005, 'Bundle'];
  for (const [i, e] of bundle.entry.entries()) {
    const at = `Bundle.entry[${i}]`, r = e.resource;
    if (!e.fullUrl) return [20017, at];
    if (!/^urn:uuid:[0-9a-f-]{36}$/.test(e.fullUrl)) return [20018, at];
    if (urls.has(e.fullUrl)) return [20019, at];
    urls.add(e.fullUrl);
    if (r.resourceType === 'Bundle') return [20011, at];
    if (r.resourceType === 'Patient') return [20016, at];
    if (e.request.ifNoneExist) return [20008, at];
    if (e.request.method === 'POST' ? e.request.url !== r.resourceType : e.request.url !== `${r.resourceType}/${r.id}`) return [20008, at];
    const own = OWN.exec(r.identifier?.[0]?.system);
    if (!own || own[1] !== r.resourceType.toLowerCase()) return [20008, at];
    if (own[2] !== organization(r.encounter ? bundle.entry[0].resource : r)) return [20004, at];
    if (e.request.method === 'POST' && stored(r)) return [20002, at];
    for (const [path, v] of each(r)) {
      if (path.at(-1) === 'value' && path.at(-2) === 'valueQuantity' && typeof v !== 'number') return [20006, at];
      if (/DateTime$|^(start|end|issued|recorded|recordedDate)$/.test(path.at(-1)) && String(v).includes('T')) {
        if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/.test(v)) return [20006, at];
        if (Date.parse(v) > Date.now() + 1000 || Date.parse(v) < FLOOR) return [20008, at];
      }
    }
    for (const [path, v] of each(r))
      if (path.at(-1) === 'reference' && !String(v).startsWith('urn:uuid:') && !known.has(v) && !(v.startsWith('Patient/') && stored({ reference: v }))) return [20007, at];
    const fault = kind[r.resourceType]?.(r);
    if (fault) return [fault, at];
  }
  for (const [path, v] of each(bundle)) if (path.at(-1) === 'reference' && v.startsWith('urn:uuid:') && !urls.has(v)) return [20007, 'Bundle'];
}

const practitioner = (ref) => ref?.reference?.startsWith('Practitioner/');
const kind = {
  Encounter(r) {
    if (!r.period?.start) return 10121;
    if (!(Date.parse(r.period.end) > Date.parse(r.period.start))) return 10173;
    if (r.statusHistory?.map((h) => h.status).join() !== 'arrived,in-progress,finished') return 20008;
    if (!r.location?.[0]?.location?.reference || !practitioner(r.participant?.[0]?.individual) || !r.serviceProvider?.reference) return 20008;
    return r.class?.code === 'AMB' ? 0 : 20008;
  },
  Observation(r) {
    if (!r.performer?.some(practitioner)) return 10383;
    return r.category && r.code?.coding?.[0]?.system && r.subject && r.encounter && r.effectiveDateTime ? 0 : 20008;
  },
  Condition: (r) => (r.category && r.code?.coding?.[0]?.code && r.subject && r.encounter ? 0 : 20008),
  Immunization(r) {
    if (r.performer?.some((p) => practitioner(p.actor))) {
      if (!r.location) return 10305;
      if (!r.lotNumber) return 10306;
      if (!r.expirationDate) return 10307;
    }
    if (!(r.protocolApplied?.[0]?.doseNumberPositiveInt > 0)) return 10456;
    const systems = r.vaccineCode.coding.map((c) => c.system).join();
    const why = r.reasonCode?.[0]?.coding?.map((c) => c.code) ?? [];
    return systems.includes('/kfa') && systems.includes('cvx') && r.recorded && r.primarySource === true && why.length === 2 && !/undefined/.test(why) ? 0 : 20008;
  },
};

// A Patient that a facility may make.
const patientFault = (p) =>
  p.name?.[0]?.text && /^\d{4}-\d\d-\d\d$/.test(p.birthDate ?? '') && p.gender && p.multipleBirthInteger !== undefined &&
  p.identifier?.[0]?.system.startsWith(NIK) && p.address?.[0]?.extension?.[0]?.extension?.length === 4 ? 0 : 20008;

export class Gate {
  constructor() {
    this.inner = new FhirServer();
    this.clients = {};            // client_id -> {secret, organizations}
    this.known = new Set();       // references that are registered: Practitioner/…, Organization/…, Location/…
    this.tokens = [];             // client_ids, a fetch each
    this.live = new Map();        // token -> client_id
    this.faults = [];             // [rule, where] of each bundle that was refused
    this.bundles = [];            // that were taken
    this.asked = [];              // [method, path]
    this.rule = null;             // answered to every bundle, whatever it is
    this.status = null;           // a status to answer with instead
    this.lost = 0;                // so many answers to bundles are lost on the way, though they were stored
    this.mine = new Map();        // system|value -> Type/id
  }

  async start() {
    await this.inner.start();
    this.server = http.createServer((req, res) => this.serve(req, res).catch((e) => (res.writeHead(500), res.end(String(e.stack)))));
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
    await this.inner.stop();
  }

  refuse(res, rule, where, status = 400) {
    // What follows from another error stands in front of it.
    const issue = (n, code) => ({ severity: 'error', code, details: { text: `${n === 20012 ? 'Bundle refused' : 'Not accepted'}, RuleNumber: ${n}` }, expression: [where] });
    const issues = rule === 20002 ? [issue(20002, 'duplicate')] : [issue(20012, 'processing'), issue(rule, 'invalid')];
    this.say(res, status, { resourceType: 'OperationOutcome', issue: issues });
  }

  say(res, status, o) {
    res.writeHead(status, { 'Content-Type': 'application/json', 'x-request-id': 'r1' });
    res.end(JSON.stringify(o));
  }

  async serve(req, res) {
    const text = await body(req), url = new URL(req.url, this.url);
    this.asked.push([req.method, url.pathname]);
    if (url.pathname.endsWith('/accesstoken')) {
      const form = new URLSearchParams(text), client = this.clients[form.get('client_id')];
      this.tokens.push(form.get('client_id'));
      if (url.searchParams.get('grant_type') !== 'client_credentials' || client?.secret !== form.get('client_secret')) return this.say(res, 401, { error: 'invalid_client' });
      const token = `t${this.tokens.length}`;
      this.live.set(token, form.get('client_id'));
      return this.say(res, 200, { access_token: token, expires_in: '3599', token_type: 'BearerToken' });
    }
    if (this.status) return this.say(res, this.status, {});
    const client = this.clients[this.live.get(req.headers.authorization?.replace('Bearer ', ''))];
    if (!client) return this.say(res, 401, { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'login' }] });
    const path = url.pathname.replace('/fhir-r4/v1', '').replace(/\/$/, '');
    if (req.method === 'GET') return this.search(res, path.slice(1), url.searchParams.get('identifier'));
    const resource = JSON.parse(text);
    if (path === '/Patient') return this.patient(res, resource);
    return this.bundle(res, client, resource);
  }

  search(res, type, identifier) {
    const there = this.mine.get(`${type}:${identifier}`);
    this.say(res, 200, { resourceType: 'Bundle', type: 'searchset', total: there ? 1 : 0, entry: there ? [{ resource: there }] : [] });
  }

  async patient(res, resource) {
    const key = `Patient:${resource.identifier?.[0]?.system}|${resource.identifier?.[0]?.value}`;
    if (this.mine.has(key)) return this.refuse(res, 20002, 'Patient');
    if (patientFault(resource)) return this.refuse(res, 20008, 'Patient');
    const made = await this.inner.repo.createResource(resource);
    this.mine.set(key, made);
    this.say(res, 201, { data: { Patient_id: made.id }, success: true });
  }

  async bundle(res, client, bundle) {
    if (this.rule) return this.refuse(res, this.rule, 'Bundle.entry[0]');
    const stored = (r) => (r.reference ? [...this.mine.values()].some((m) => `${m.resourceType}/${m.id}` === r.reference) : this.mine.has(keyOf(r)));
    const organization = (r) => {
      const o = (r.serviceProvider ?? r.performer?.[0]?.actor)?.reference?.replace('Organization/', '') ?? OWN.exec(r.identifier[0].system)[2];
      return client.organizations.includes(o) ? o : null;
    };
    const fault = faultOf(bundle, { organization, known: this.known, stored });
    if (fault) {
      this.faults.push(fault);
      return this.refuse(res, ...fault);
    }
    const [outcome, answer] = await this.inner.router.handleRequest(
      { method: 'POST', url: '/', pathname: '', params: {}, query: {}, headers: {}, body: bundle, config: { transactions: true } }, this.inner.repo);
    if (!answer) return this.say(res, 400, outcome);
    answer.entry.forEach((e, i) => {
      const r = bundle.entry[i].resource, id = e.resource?.id ?? e.response.location?.split('/').at(-1) ?? r.id;
      if (!/^20/.test(e.response.status)) throw new Error(JSON.stringify(e.response));
      this.mine.set(keyOf(r), { ...r, id });
      e.response = { status: '201 Created', location: `${this.url}/fhir-r4/v1/${r.resourceType}/${id}/_history/x`, resourceType: r.resourceType, resourceID: id };
      delete e.resource;
    });
    this.bundles.push(bundle);
    if (this.lost > 0) {
      this.lost--;
      return res.destroy();
    }
    this.say(res, 200, answer);
  }

  all(type) {
    return this.inner.all(type);
  }
}

const keyOf = (r) => `${r.resourceType}:${r.identifier[0].system}|${r.identifier[0].value}`;
