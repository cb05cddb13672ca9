/* satusehat_send.c - see satusehat_send.h.  A job is one record; its step is what it waits an answer for. */
#include "gateway/district/satusehat_send.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/delivery/http_send.h"
#include "gateway/district/account.h"
#include "gateway/district/fhir_bundle.h"
#include "gateway/district/ministry.h"
#include "parsers/query.h"

enum {
    TIMEOUT_MS = 30000,
    BUNDLE_MAX = 1 << 20,
    WAIT_MS = 10 * 60 * 1000, /* for what a record leans on; doubled each time */
    WAIT_DOUBLED = 7,
    KEPT = 10,
    REPLACES_FROM = 3, /* a first CEK is version 2: nothing was sent before it */
};

enum step {
    ASK,   /* is there such a patient? */
    MAKE,  /* a patient */
    SEND,  /* the bundle */
    LEARN, /* it is there already: as what?  One resource after another */
};

struct job {
    struct sender *sender;
    const struct outbox_row *row;
    struct row_list rows; /* one */
    struct record record;
    struct ministry_need need;
    struct account *account;
    struct slice client_id, client_secret;
    enum step step;
    bool waits;                        /* for a token */
    unsigned token;                    /* which one it goes with */
    bool fresh;                        /* the token was fetched anew for it */
    bool made;                         /* the patient was made, and is asked for again */
    bool resent;                       /* put in the place of what was there */
    struct slice patient, bundle, ids; /* ids: JSON */
    unsigned learnt;                   /* resources that were asked for */
    struct outbox_fate fate;
    bool over;
};

struct sender {
    struct http_send *http;
    char *url, *token_url;
    sender_over *tell;
    void *arg;
    const struct ruleset *rules;
    struct account *accounts;
    struct arena *arena; /* the batch's */
    struct job jobs[OUTBOX_BATCH];
    struct outbox_fate fates[OUTBOX_BATCH];
    unsigned n, open;
    struct err trouble;
    int64_t after_ms;
};

static void go(struct job *);

/* --- the end of a record --- */

static void one_over(struct sender *s)
{
    if (--s->open > 0)
        return;
    for (unsigned i = 0; i < s->n; i++)
        s->fates[i] = s->jobs[i].fate;
    s->tell(s->arg, s->fates, s->n, s->trouble.text[0] ? &s->trouble : NULL, s->after_ms);
}

static void end(struct job *j, const char *stage, struct slice why)
{
    if (j->over)
        return;
    j->over = true;
    j->fate.stage = stage;
    j->fate.why = arena_copy(j->sender->arena, why);
    one_over(j->sender);
}

/* The platform is away: this record comes again as it is. */
static void trouble(struct job *j, const char *what, const struct http_result *r)
{
    struct sender *s = j->sender;

    if (r->retry_after_ms > s->after_ms)
        s->after_ms = r->retry_after_ms;
    if (!s->trouble.text[0] && r->outcome == HTTP_ANSWERED)
        err_set(&s->trouble, "satusehat: %s: http %d", what, r->status);
    else if (!s->trouble.text[0])
        err_set(&s->trouble, "satusehat: %s", what);
    end(j, OUTBOX_READY, S(""));
}

static void wait(struct job *j, struct slice why)
{
    unsigned doubled = j->row->tries < WAIT_DOUBLED ? j->row->tries : WAIT_DOUBLED;

    j->fate.due_ms = clock_wall_ms() + ((int64_t)WAIT_MS << doubled);
    end(j, OUTBOX_READY, why);
}

/* --- requests --- */

static bool away(const struct http_result *r)
{
    return r->outcome != HTTP_ANSWERED || r->status == 408 || r->status == 429 || r->status >= 500;
}

static void on_answer(void *arg, const struct http_result *r);

static void ask(struct job *j, bool get, struct slice path, struct slice body)
{
    struct sender *s = j->sender;
    struct wire_send w = { .get = get,
                           .url = arena_printf(s->arena, "%s/%.*s", s->url, SLICE_ARG(path)),
                           .content_type = get ? S("") : S("application/json"),
                           .body = body };

    j->token = j->account->fetched;
    w.headers[w.headers_n++] = S("Accept: application/json");
    w.headers[w.headers_n++] = arena_printf(s->arena, "Authorization: Bearer %s", j->account->oauth.token);
    if (s->arena->failed || !http_send_start(s->http, &w, TIMEOUT_MS, on_answer, j))
        trouble(j, "memory is out", &(struct http_result){ .outcome = HTTP_NOT_REACHED });
}

/* --- the token: one fetch for all records of a client --- */

static void on_token(void *arg, struct account *a, bool good, const struct http_result *r)
{
    struct sender *s = arg;
    struct slice why = good ? S("") : arena_printf(s->arena, "no token: http %d", r->status);

    s->open++; /* ours, until all have been told */
    for (unsigned i = 0; i < s->n; i++) {
        struct job *j = &s->jobs[i];

        if (j->account != a || !j->waits)
            continue;
        j->waits = false;
        if (good)
            go(j);
        else if (away(r))
            trouble(j, "the token service does not answer", r);
        else
            end(j, "needs_credentials", why);
    }
    one_over(s);
}

static void fetch_token(struct job *j)
{
    struct sender *s = j->sender;

    j->account->told = on_token;
    j->account->arg = s;
    j->waits = account_fetch(j->account, s->http, s->token_url, j->client_secret, s->arena);
    if (!j->waits)
        trouble(j, "memory is out", &(struct http_result){ .outcome = HTTP_NOT_REACHED });
}

/* --- steps --- */

static struct fhir_about about(const struct job *j, struct fhir_placed *placed)
{
    *placed = (struct fhir_placed){ .patient = j->patient,
                                    .practitioner = j->need.practitioner,
                                    .organization = j->need.organization,
                                    .location = j->need.location,
                                    .born = j->need.born,
                                    .ids = j->ids.n ? node_read(j->ids, j->sender->arena) : NULL };
    return (struct fhir_about){ .map = j->sender->rules->fhir,
                                .organization = j->need.organization,
                                .utc_offset_min = j->sender->rules->utc_offset_min,
                                .placed = placed };
}

static void send_bundle(struct job *j)
{
    struct fhir_placed placed;
    struct fhir_about a = about(j, &placed);
    struct err e = { "" };
    struct buf b, gone;
    enum fhir_rc rc;

    j->step = SEND;
    buf_init(&b, BUNDLE_MAX);
    buf_init(&gone, BUNDLE_MAX);
    rc = fhir_bundle(&a, &j->rows, j->sender->arena, &b, &gone, &e);
    j->bundle = arena_copy(j->sender->arena, buf_slice(&b));
    buf_free(&b);
    buf_free(&gone);
    if (rc == FHIR_READY)
        ask(j, false, S(""), j->bundle);
    else
        end(j, rc == FHIR_BROKEN ? OUTBOX_REFUSED : j->ids.n ? OUTBOX_SENT : NULL, slice_of(e.text));
}

static void make_patient(struct job *j)
{
    struct buf b;

    j->step = MAKE;
    buf_init(&b, BUNDLE_MAX);
    if (ministry_patient(j->sender->rules->fhir, &j->need, j->sender->arena, &b))
        ask(j, false, S("Patient"), buf_slice(&b));
    else
        end(j, "needs_nik", S("no such patient, and too little is known to make one"));
    buf_free(&b);
}

static void ask_patient(struct job *j)
{
    struct slice query = ministry_patient_query(j->sender->rules->fhir, &j->need, j->sender->arena);

    j->step = ASK;
    ask(j, true, arena_printf(j->sender->arena, "Patient?%.*s", SLICE_ARG(query)), S(""));
}

static const struct node *entry_at(struct slice bundle, unsigned at, struct arena *a)
{
    const struct node *e = node_first(node_get(node_read(bundle, a), "entry"));

    while (e && at--)
        e = e->next;
    return e;
}

/* What is there already is asked for by our identifiers; then it is known, and may be put in its place. */
static void learn(struct job *j)
{
    const struct node *e = entry_at(j->bundle, j->learnt, j->sender->arena), *id;
    struct slice type = node_text(node_get(e, "resource"), "resourceType");
    struct slice path;
    struct buf b;

    j->step = LEARN;
    if (!e && j->row->version >= REPLACES_FROM && !j->resent) {
        j->resent = true;
        send_bundle(j);
        return;
    }
    if (!e) {
        j->fate.ids = j->ids;
        end(j, OUTBOX_SENT, S(""));
        return;
    }
    id = node_first(node_get(node_get(e, "resource"), "identifier"));
    buf_init(&b, 1024);
    query_pair(&b, "identifier",
               arena_printf(j->sender->arena, "%.*s|%.*s", SLICE_ARG(node_text(id, "system")),
                            SLICE_ARG(node_text(id, "value"))));
    path = arena_printf(j->sender->arena, "%.*s?%.*s", SLICE_ARG(type), SLICE_ARG(buf_slice(&b)));
    buf_free(&b);
    ask(j, true, path, S(""));
}

static void go(struct job *j)
{
    if (!oauth_live(&j->account->oauth)) {
        if (j->account->fetching)
            j->waits = true;
        else
            fetch_token(j);
    } else if (j->step == ASK && !j->patient.n) {
        ask_patient(j);
    } else if (j->step == MAKE) {
        make_patient(j);
    } else if (j->step == LEARN) {
        learn(j);
    } else {
        send_bundle(j);
    }
}

/* --- answers --- */

static void refused(struct job *j, const struct http_result *r)
{
    const struct fhir_ministry *m = j->sender->rules->fhir->ministry;
    struct ministry_fault f;

    ministry_fault(m, r->body, j->sender->arena, &f);
    f.why = arena_printf(j->sender->arena, "http %d, %.*s", r->status, SLICE_ARG(f.why));
    if (f.fate == MINISTRY_THERE && j->step == SEND) {
        j->learnt = 0;
        learn(j);
    } else if (f.fate == MINISTRY_THERE && j->step == MAKE) {
        j->made = true;
        ask_patient(j);
    } else if (r->status == 404 && !f.rule) {
        trouble(j, "there is nothing at this url", r);
    } else if (f.fate == MINISTRY_WAIT) {
        wait(j, f.why);
    } else if (f.fate == MINISTRY_STAGE) {
        end(j, arena_copy(j->sender->arena, f.stage).p, f.why);
    } else if (r->status == 401 || r->status == 403) {
        end(j, "needs_credentials", f.why);
    } else {
        /* Where she cannot be made, it is what she is known by that does not agree. */
        end(j, j->step == MAKE ? "needs_nik" : OUTBOX_REFUSED, f.why);
    }
}

static void patient_asked(struct job *j, const struct http_result *r)
{
    int n = ministry_found(r->body, j->sender->arena, &j->patient);

    if (n == 1) {
        j->patient = arena_copy(j->sender->arena, j->patient);
        if (!j->need.mothers) {
            j->fate.nik = j->need.nik;
            j->fate.ihs = j->patient;
        }
        send_bundle(j);
        return;
    }
    j->patient = S("");
    if (n < 0)
        refused(j, r);
    else if (n > 1)
        end(j, "needs_nik", S("more than one patient is found by it"));
    else if (j->made)
        wait(j, S("the patient that was made is not found yet"));
    else
        make_patient(j);
}

static void resource_asked(struct job *j, const struct http_result *r)
{
    struct arena *a = j->sender->arena;
    const struct node *resource = node_get(entry_at(j->bundle, j->learnt, a), "resource");
    struct slice key = node_text(node_first(node_get(resource, "identifier")), "value"), id;
    struct node *ids;
    struct buf b;

    if (ministry_found(r->body, a, &id) == 1) {
        ids = node_replaced(
            j->ids.n ? node_read(j->ids, a) : NULL, key,
            node_of_text(a, arena_printf(a, "%.*s/%.*s", SLICE_ARG(node_text(resource, "resourceType")),
                                         SLICE_ARG(id))),
            a);
        buf_init(&b, BUNDLE_MAX);
        node_write(&b, ids);
        j->ids = arena_copy(a, buf_slice(&b));
        buf_free(&b);
    } else if (j->learnt == 0) { /* not even the visit: it was something else that stood in the way */
        end(j, OUTBOX_REFUSED, S("RuleNumber 20002, but our own is not there"));
        return;
    }
    j->learnt++;
    learn(j);
}

static void on_answer(void *arg, const struct http_result *r)
{
    struct job *j = arg;
    struct slice why;

    if (away(r)) {
        trouble(j, "the platform does not answer", r);
    } else if (r->status == 401 && !j->fresh) {
        if (j->token == j->account->fetched) /* else another has seen to it */
            oauth_drop(&j->account->oauth);
        j->fresh = true;
        go(j);
    } else if (r->status < 200 || r->status >= 300) {
        refused(j, r);
    } else if (j->step == ASK) {
        patient_asked(j, r);
    } else if (j->step == MAKE) {
        j->made = true;
        ask_patient(j);
    } else if (j->step == LEARN) {
        resource_asked(j, r);
    } else if (fhir_verdict(r->body, false, j->sender->arena, &why) == FHIR_NOT_NOW) {
        trouble(j, "what answers is not the platform, or it is busy", r);
    } else if (why.n) { /* a fault with status 200 */
        refused(j, r);
    } else {
        j->fate.ids = ministry_ids(j->bundle, r->body, j->ids.n ? node_read(j->ids, j->sender->arena) : NULL,
                                   j->sender->arena);
        end(j, OUTBOX_SENT, S(""));
    }
}

/* --- a batch --- */

/* What lies in the ruleset may go at a reload: what is under way keeps its own. */
static void keep(struct job *j, struct arena *a)
{
    struct slice *const texts[KEPT] = { &j->need.organization, &j->need.location, &j->need.practitioner,
                                        &j->need.gender,       &j->need.village,  &j->need.nik,
                                        &j->need.name,         &j->need.born,     &j->client_id,
                                        &j->client_secret };

    for (unsigned i = 0; i < KEPT; i++)
        *texts[i] = arena_copy(a, *texts[i]);
}

static void begin(struct job *j)
{
    struct sender *s = j->sender;
    const struct outbox_row *row = j->row;
    const struct ministry_person person = { row->person_nik, row->person_name, row->person_sex,
                                            row->person_born };
    struct err e = { "row: none" };

    if (rows_all(row->body, s->arena, &j->rows, &e) != 0 || !j->rows.n || j->rows.all[0].kind != ROW_RECORD) {
        end(j, OUTBOX_REFUSED, slice_of(e.text));
        return;
    }
    j->record = j->rows.all[0].record;
    ministry_need(s->rules, &j->record, &person, row->checked_by, s->arena, &j->need);
    if (j->need.stage) {
        end(j, j->need.stage, S(""));
        return;
    }
    if (!j->need.credentials) { /* its form is no longer sent */
        end(j, row->ids.n ? OUTBOX_SENT : NULL, S(""));
        return;
    }
    j->client_id = j->need.credentials->client_id;
    j->client_secret = j->need.credentials->client_secret;
    keep(j, s->arena);
    j->account = account_of(&s->accounts, j->client_id);
    j->ids = row->ids;
    if (!j->need.mothers)
        j->patient = row->ihs;
    if (j->account)
        go(j);
    else
        trouble(j, "memory is out", &(struct http_result){ .outcome = HTTP_NOT_REACHED });
}

void sender_send(struct sender *s, const struct ruleset *rules, struct outbox_batch *batch)
{
    s->rules = rules;
    s->arena = &batch->arena;
    s->n = batch->n;
    s->trouble.text[0] = '\0';
    s->after_ms = 0;
    s->open = batch->n + 1; /* one is ours, until all have begun */
    for (unsigned i = 0; i < batch->n; i++)
        s->jobs[i] = (struct job){ .sender = s,
                                   .row = &batch->rows[i],
                                   .fate = { .id = batch->rows[i].id, .version = batch->rows[i].version } };
    for (unsigned i = 0; i < batch->n; i++)
        begin(&s->jobs[i]);
    one_over(s);
}

void sender_rules(struct sender *s, const struct ruleset *rules)
{
    s->rules = rules;
}

/* --- life --- */

void sender_close(struct sender *s)
{
    if (!s)
        return;
    http_send_free(s->http);
    accounts_free(s->accounts);
    free(s->url);
    free(s->token_url);
    free(s);
}

struct sender *sender_open(struct loop *loop, struct slice url, struct slice token_url, sender_over *over,
                           void *arg, struct err *e)
{
    struct sender *s = calloc(1, sizeof *s);

    err_set(e, "satusehat: out of memory");
    if (!s)
        return NULL;
    s->tell = over;
    s->arg = arg;
    s->url = strndup(url.p, url.n);
    s->token_url = strndup(token_url.p, token_url.n);
    s->http = http_send_new(loop, e);
    if (s->http && s->url && s->token_url)
        return s;
    if (s->http)
        sender_close(s);
    else
        free(s);
    return NULL;
}
