/* mem_store.c - see mem_store.h. */
#include "tests/support/mem_store.h"

#include "flows/rows/clocks.h"
#include "flows/ruleset.h"
#include "flows/step/blob.h"
#include "flows/timers.h"
#include "gateway/model/people.h"
#include "gateway/model/stream_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/date.h"
#include "flows/ussd/ussd.h"

enum {
    CHUNK = 4096,
    ARENA = 8 << 20
};

struct mem_blob {
    enum subject_kind kind;
    char *id, *blob;
    size_t blob_n;
    uint64_t rev;
    int64_t until_ms;
};

struct mem_timer {
    char *id, *text;
    int64_t due_ms;
};

struct mem_count {
    char *key; /* place/disease/day */
    int64_t n;
};

static char *dup_slice(struct slice s)
{
    char *p = malloc(s.n + 1);

    memcpy(p, s.n ? s.p : "", s.n);
    p[s.n] = '\0';
    return p;
}

static struct slice blob_of(const struct mem_blob *b)
{
    return slice_make(b->blob, b->blob_n);
}

/* Room for one more behind the n that there are. */
static void *room(void *all, unsigned n, size_t size)
{
    if (n == 0 || n % CHUNK)
        return all;
    all = realloc(all, (n + CHUNK) * size);
    memset((char *)all + n * size, 0, CHUNK * size);
    return all;
}
#define ROOM(m, list) ((m)->list = room((m)->list, (m)->list##_n, sizeof *(m)->list))

void mem_init(struct mem_store *m, const struct ruleset *rules, int64_t now_ms)
{
    *m = (struct mem_store){ .rules = rules, .base = rules, .now_ms = now_ms, .next_body = 4821 };
    arena_init(&m->people, 64 << 20);
    m->blobs = calloc(CHUNK, sizeof *m->blobs);
    m->timers = calloc(CHUNK, sizeof *m->timers);
    m->counts = calloc(CHUNK, sizeof *m->counts);
    m->sms = calloc(CHUNK, sizeof *m->sms);
    m->rows = calloc(CHUNK, sizeof *m->rows);
}

void mem_free(struct mem_store *m)
{
    arena_free(&m->people);
    for (unsigned i = 0; i < m->blobs_n; i++) {
        free(m->blobs[i].id);
        free(m->blobs[i].blob);
    }
    for (unsigned i = 0; i < m->timers_n; i++) {
        free(m->timers[i].id);
        free(m->timers[i].text);
    }
    for (unsigned i = 0; i < m->counts_n; i++)
        free(m->counts[i].key);
    for (unsigned i = 0; i < m->sms_n; i++) {
        free(m->sms[i].to);
        free(m->sms[i].text);
        free(m->sms[i].nomor);
    }
    for (unsigned i = 0; i < m->rows_n; i++) {
        free(m->rows[i].kind);
        free(m->rows[i].json);
    }
    free(m->blobs);
    free(m->timers);
    free(m->counts);
    free(m->sms);
    free(m->rows);
}

void mem_fork(const struct mem_store *m, struct mem_store *out)
{
    mem_init(out, m->base, m->now_ms);
    out->next_body = m->next_body;
    out->next_id = m->next_id;
    for (unsigned i = 0; i < m->stored_n; i++)
        out->stored[out->stored_n++] = person_copy(&m->stored[i], &out->people);
    out->rules = m->rules; /* lives as long as the store it came from */
    for (unsigned i = 0; i < m->blobs_n; i++) {
        ROOM(out, blobs);
        out->blobs[out->blobs_n] = m->blobs[i];
        out->blobs[out->blobs_n].id = strdup(m->blobs[i].id);
        out->blobs[out->blobs_n++].blob = dup_slice(blob_of(&m->blobs[i]));
    }
    for (unsigned i = 0; i < m->timers_n; i++) {
        ROOM(out, timers);
        out->timers[out->timers_n++] = (struct mem_timer){ .id = strdup(m->timers[i].id),
                                                           .text = strdup(m->timers[i].text),
                                                           .due_ms = m->timers[i].due_ms };
    }
    for (unsigned i = 0; i < m->counts_n; i++) {
        ROOM(out, counts);
        out->counts[out->counts_n++] =
            (struct mem_count){ .key = strdup(m->counts[i].key), .n = m->counts[i].n };
    }
}

static void fail(struct mem_store *m, const char *what, struct slice id)
{
    if (!m->fault[0])
        snprintf(m->fault, sizeof m->fault, "%s: %.*s", what, (int)id.n, id.p);
}

/* --- subjects --- */

static struct mem_blob *blob_find(struct mem_store *m, struct subject_ref ref)
{
    for (unsigned i = 0; i < m->blobs_n; i++) {
        struct mem_blob *b = &m->blobs[i];

        if (b->kind != ref.kind || !slice_is(ref.id, b->id))
            continue;
        if (b->until_ms <= m->now_ms) {
            b->rev = 0;
            b->blob_n = 0;
        }
        return b;
    }
    return NULL;
}

void mem_subject(struct mem_store *m, struct subject *s, struct arena *a)
{
    struct mem_blob *b = blob_find(m, s->ref);

    s->rev = b ? b->rev : 0;
    s->blob = b && b->rev ? arena_copy(a, blob_of(b)) : slice_make("", 0);
}

static void subject_write(struct mem_store *m, const struct subject_write *w)
{
    struct mem_blob *b = blob_find(m, w->ref);

    if ((b ? b->rev : 0) != w->seen_rev) {
        fail(m, "a write would conflict forever: the subject was not loaded", w->ref.id);
        return;
    }
    if (w->check_only)
        return;
    if (w->ttl_ms <= 0)
        fail(m, "a key without a life", w->ref.id);
    if (!b) {
        ROOM(m, blobs);
        b = &m->blobs[m->blobs_n++];
        b->kind = w->ref.kind;
        b->id = dup_slice(w->ref.id);
    }
    free(b->blob);
    b->blob = dup_slice(w->blob);
    b->blob_n = w->blob.n;
    b->rev = w->blob.n ? w->seen_rev + 1 : 0;
    b->until_ms = m->now_ms + w->ttl_ms;
}

/* --- timers, tallies --- */

static void timer_set(struct mem_store *m, const struct timer *t)
{
    struct arena a;
    char *text;
    unsigned i = 0;

    arena_init(&a, ARENA);
    if (t->due_ms && !timers_known(t->text, &a))
        fail(m, "a timer without a row in flows/timers.c", t->id);
    text = dup_slice(blob_shown(t->text, &a));
    arena_free(&a);
    while (i < m->timers_n && !slice_is(t->id, m->timers[i].id))
        i++;
    if ((t->how == TIMER_KEEP && i < m->timers_n) ||
        (t->how == TIMER_MOVE && (i == m->timers_n || m->timers[i].due_ms >= t->due_ms))) {
        free(text);
        return;
    }
    if (i < m->timers_n) {
        free(m->timers[i].id);
        free(m->timers[i].text);
        m->timers[i] = m->timers[--m->timers_n];
    }
    if (!t->due_ms) {
        free(text);
        return;
    }
    ROOM(m, timers);
    m->timers[m->timers_n++] =
        (struct mem_timer){ .id = dup_slice(t->id), .text = text, .due_ms = t->due_ms };
}

static struct mem_count *count_of(struct mem_store *m, const char *key)
{
    unsigned i = 0;

    while (i < m->counts_n && strcmp(m->counts[i].key, key) != 0)
        i++;
    if (i == m->counts_n) {
        ROOM(m, counts);
        m->counts[m->counts_n].n = 0;
        m->counts[m->counts_n++].key = dup_slice(slice_of(key));
    }
    return &m->counts[i];
}

/* What another report says of the same day; negative: none does. */
static int64_t other_says(const struct mem_store *m, const char *day)
{
    size_t n = strlen(day);
    const struct mem_count *best = NULL;

    for (unsigned i = 0; i < m->counts_n; i++)
        if (strncmp(m->counts[i].key, day, n) == 0 && m->counts[i].key[n] == '/' && m->counts[i].n >= 0 &&
            (!best || atoll(m->counts[i].key + n + 1) > atoll(best->key + n + 1)))
            best = &m->counts[i];
    return best ? best->n : -1;
}

static void count_add(struct mem_store *m, struct slice place, const struct tally *t)
{
    char day[160], own[200];

    snprintf(day, sizeof day, "%.*s/%.*s/%.*s", (int)place.n, place.p, (int)t->disease.n, t->disease.p,
             (int)t->day.n, t->day.p);
    snprintf(own, sizeof own, "%s/%.*s", day, (int)t->nomor.n, t->nomor.p);
    if (t->whole)
        count_of(m, own)->n = t->delta;
    count_of(m, day)->n = !t->whole      ? count_of(m, day)->n + t->delta
                          : t->delta < 0 ? other_says(m, day)
                                         : t->delta;
}

static void days_json(struct mem_store *m, struct buf *b, struct slice place, struct slice disease)
{
    char prefix[160];
    bool first = true;

    snprintf(prefix, sizeof prefix, "%.*s/%.*s/", (int)place.n, place.p, (int)disease.n, disease.p);
    buf_char(b, '{');
    for (unsigned i = 0; i < m->counts_n; i++)
        if (strncmp(m->counts[i].key, prefix, strlen(prefix)) == 0 && m->counts[i].n >= 0 &&
            !strchr(m->counts[i].key + strlen(prefix), '/')) {
            buf_printf(b, "%s\"%s\":%lld", first ? "" : ",", m->counts[i].key + strlen(prefix),
                       (long long)m->counts[i].n);
            first = false;
        }
    buf_char(b, '}');
}

static void run(struct mem_store *m, const struct inbound *in, const struct person *person);

static void signal_in(struct mem_store *m, const struct tally *t)
{
    struct inbound in = { .kind = INBOUND_SIGNAL, .provider = S("signal"), .received_ms = m->now_ms };
    struct buf b;
    char id[32];

    buf_init(&b, 65536);
    buf_str(&b, "{\"village\":");
    buf_json(&b, t->village);
    buf_str(&b, ",\"disease\":");
    buf_json(&b, t->disease);
    buf_str(&b, ",\"day\":");
    buf_json(&b, t->day);
    buf_str(&b, ",\"puskesmas\":");
    buf_json(&b, t->puskesmas);
    buf_str(&b, ",\"by\":");
    buf_json(&b, t->by);
    buf_str(&b, ",\"nomor\":");
    buf_json(&b, t->nomor);
    buf_str(&b, ",\"who\":");
    buf_json(&b, t->who);
    buf_printf(&b, ",\"delta\":%lld", (long long)t->delta);
    buf_str(&b, ",\"village_days\":");
    days_json(m, &b, t->village, t->disease);
    buf_str(&b, ",\"puskesmas_days\":");
    days_json(m, &b, t->puskesmas, t->disease);
    buf_char(&b, '}');
    snprintf(id, sizeof id, "signal-%u", m->next_id++);
    in.provider_id = slice_of(id);
    in.text = buf_slice(&b);
    run(m, &in, NULL);
    buf_free(&b);
}

/* --- one inbound through read, load, step, commit --- */

static void rows_add(struct mem_store *m, const struct outcome *out)
{
    static const char *const kinds[] = { "record", "referral_event", "alert_event", "person" };

    for (unsigned i = 0; i < out->rows_n; i++) {
        struct arena a;
        struct buf b;

        arena_init(&a, 1 << 20);
        buf_init(&b, 65536);
        rows_encode(&b, &out->rows[i], 1);
        ROOM(m, rows);
        m->rows[m->rows_n++] = (struct mem_row){ .kind = dup_slice(slice_of(kinds[out->rows[i].kind])),
                                                 .json = dup_slice(stream_shown(buf_slice(&b), &a)) };
        buf_free(&b);
        arena_free(&a);
    }
}

/* As a gateway does when the store says that people changed. */
static void people_put(struct mem_store *m, const struct outcome *out)
{
    const struct directory *file = &m->base->directory;
    const struct person *stored[16];
    struct people merged;

    for (unsigned i = 0; i < out->people_n && m->stored_n < 16; i++)
        m->stored[m->stored_n++] = person_copy(&out->people[i], &m->people);
    for (unsigned i = 0; i < m->stored_n; i++)
        stored[i] = &m->stored[i];
    if (people_merge(file->people, file->people_n, stored, m->stored_n, &m->people, &merged))
        m->rules = ruleset_with_people(m->base, &merged, &m->people);
    if (m->people.failed)
        fail(m, "more people than memory", S(""));
}

void mem_retire(struct mem_store *m, const char *msisdn)
{
    const struct person *p = directory_person(&m->rules->directory, slice_of(msisdn));
    struct outcome out = { .people_n = p ? 1 : 0 };

    if (!p) {
        fail(m, "nobody has this number", slice_of(msisdn));
        return;
    }
    out.people[0] = *p;
    out.people[0].active = out.people[0].leader = false;
    people_put(m, &out);
}

static void apply(struct mem_store *m, const struct outcome *out, bool typed)
{
    if (out->people_n)
        people_put(m, out);
    for (unsigned i = 0; i < out->writes_n; i++)
        subject_write(m, &out->writes[i]);
    rows_add(m, out);
    for (unsigned i = 0; i < out->sms_n; i++) {
        const struct sms *s = &out->sms[i];

        if (s->text.n > 160)
            fail(m, "longer than one SMS", s->text);
        if (s->expires_ms <= m->now_ms)
            fail(m, "an SMS without a life", s->text);
        ROOM(m, sms);
        m->sms[m->sms_n++] = (struct mem_sms){ .to = dup_slice(s->to),
                                               .text = dup_slice(s->text),
                                               .nomor = dup_slice(s->nomor),
                                               .class = s->class,
                                               .leaves_ms = m->now_ms };
        if (s->class >= SMS_ALERT)
            m->sms[m->sms_n - 1].leaves_ms += clock_quiet_ms(m->now_ms, m->base->utc_offset_min);
    }
    for (unsigned i = 0; i < out->timers_n; i++)
        timer_set(m, &out->timers[i]);
    for (unsigned i = 0; i < out->tallies_n; i++) {
        count_add(m, out->tallies[i].village, &out->tallies[i]);
        if (out->tallies[i].puskesmas.n)
            count_add(m, out->tallies[i].puskesmas, &out->tallies[i]);
    }
    m->next_body += out->numbers_used;
    if (!out->reason)
        fail(m, "an outcome without a reason", S(""));
    if (!typed)
        return;
    snprintf(m->reason, sizeof m->reason, "%s", out->reason ? out->reason : "");
    m->writes = out->writes_n;
    m->screen_ends = out->screen_ends;
    snprintf(m->screen, sizeof m->screen, "%.*s", (int)out->screen.n, out->screen.n ? out->screen.p : "");
}

void mem_lease(struct mem_store *m, const struct intent *intent, struct lease *l, struct slice message,
               struct arena *a)
{
    for (unsigned i = 0; i < LEASE_NUMBERS; i++)
        l->bodies[i] = m->next_body + i;
    for (unsigned i = 0; i < LEASE_UUIDS && !intent->makes_nothing; i++)
        l->uuids[i] = arena_printf(a, "%.*s-%u", (int)message.n, message.p, i);
}

static void run(struct mem_store *m, const struct inbound *in, const struct person *person)
{
    struct outcome *out = calloc(1, sizeof *out);
    struct sender who = { .msisdn = in->from, .person = person };
    struct subject subjects[INTENT_SUBJECTS];
    struct context seen = { .inbound = in, .sender = &who, .subjects = subjects };
    struct intent intent = { 0 };
    struct lease lease = { 0 };
    struct arena a;

    arena_init(&a, ARENA);
    memset(subjects, 0, sizeof subjects);
    if (in->kind == INBOUND_SMS || in->kind == INBOUND_USSD) {
        who.state.ref = (struct subject_ref){ .kind = SUBJECT_SENDER, .id = in->from };
        mem_subject(m, &who.state, &a);
    }
    if (in->kind == INBOUND_USSD) {
        who.session.ref.kind = SUBJECT_SESSION;
        who.session.ref.id = arena_printf(&a, "%.*s/%.*s", SLICE_ARG(in->from), SLICE_ARG(in->service_code));
        mem_subject(m, &who.session, &a);
    }
    if (m->look)
        m->look(m, in, &who);
    if (flow_read(m->rules, &who, in, m->now_ms, &a, &intent) !=
        READ_OK) { /* parked: nothing of it is done */
        fail(m, "flow_read failed", in->text);
        arena_free(&a);
        free(out);
        return;
    }
    seen.subjects_n = intent.subjects_n;
    for (unsigned i = 0; i < intent.subjects_n; i++) {
        subjects[i].ref = intent.subjects[i];
        mem_subject(m, &subjects[i], &a);
    }
    mem_lease(m, &intent, &lease, in->provider_id, &a);
    if (flow_step(m->rules, &seen, &intent, &lease, m->now_ms, &a, out) != STEP_OK)
        fail(m, "flow_step failed", in->text);
    else
        apply(m, out, in->kind == INBOUND_SMS || in->kind == INBOUND_USSD || in->kind == INBOUND_STAFF);
    for (unsigned i = 0; i < out->tallies_n; i++)
        signal_in(m, &out->tallies[i]);
    arena_free(&a);
    free(out);
}

void mem_in(struct mem_store *m, const struct inbound *in)
{
    run(m, in, directory_person(&m->rules->directory, in->from));
    mem_due(m);
}

void mem_sms_in(struct mem_store *m, const char *from, const char *text)
{
    char id[32];
    struct inbound in = { .kind = INBOUND_SMS,
                          .provider = S("emulator"),
                          .from = slice_of(from),
                          .from_is_msisdn = from[0] == '+',
                          .text = slice_of(text),
                          .received_ms = m->now_ms };

    snprintf(id, sizeof id, "m%u", m->next_id++);
    in.provider_id = slice_of(id);
    mem_in(m, &in);
}

void mem_ussd_in(struct mem_store *m, const char *from, const char *session, const char *text, bool begin)
{
    char id[32];
    struct inbound in = { .kind = INBOUND_USSD,
                          .provider = S("emulator"),
                          .from = slice_of(from),
                          .from_is_msisdn = true,
                          .text = slice_of(text),
                          .received_ms = m->now_ms,
                          .session = slice_of(session),
                          .service_code = m->rules->service_code,
                          .op = begin ? USSD_BEGIN : USSD_INPUT };

    snprintf(id, sizeof id, "u%u", m->next_id++);
    in.provider_id = slice_of(id);
    ussd_dialled(m->rules, &in);
    mem_in(m, &in);
}

struct slice mem_blob(struct mem_store *m, enum subject_kind kind, struct slice id)
{
    const struct mem_blob *b = blob_find(m, (struct subject_ref){ .kind = kind, .id = id });

    return b ? blob_of(b) : S("");
}

void mem_former(struct mem_store *m, unsigned i)
{
    struct mem_blob *b = &m->blobs[i];
    struct slice text;
    struct arena a;
    char *former;

    arena_init(&a, ARENA);
    text = blob_shown(blob_of(b), &a);
    former = dup_slice(text);
    free(b->blob);
    b->blob_n = text.n;
    b->blob = former;
    arena_free(&a);
}

struct slice mem_newer(struct mem_store *m, unsigned i, bool json)
{
    struct mem_blob *b = &m->blobs[i];

    if (json)
        mem_former(m, i);
    if (json)
        b->blob[strlen("{\"v\":")] = '2';
    else
        b->blob[3]++; /* the small number behind the name "v" */
    return blob_of(b);
}

void mem_rename(struct mem_store *m, enum subject_kind kind, const char *id, const char *to)
{
    struct mem_blob *b = blob_find(m, (struct subject_ref){ .kind = kind, .id = slice_of(id) });

    if (!b)
        return;
    free(b->id);
    b->id = strdup(to);
}

enum subject_kind mem_kind(const struct mem_store *m, unsigned i)
{
    return m->blobs[i].kind;
}

struct slice mem_text(const struct mem_store *m, unsigned i)
{
    return blob_of(&m->blobs[i]);
}

static void fire(struct mem_store *m, unsigned i)
{
    struct mem_timer t = m->timers[i];
    struct inbound in;
    struct arena a;

    m->timers[i] = m->timers[--m->timers_n];
    arena_init(&a, 1 << 20);
    if (!flow_due(slice_of(t.id), slice_of(t.text), t.due_ms, m->now_ms, &a, &in))
        fail(m, "no memory for a timer", S(""));
    else if (in.kind == INBOUND_TIMER)
        run(m, &in, NULL);
    else
        mem_in(m, &in);
    arena_free(&a);
    free(t.id);
    free(t.text);
}

static void fire_until(struct mem_store *m, int64_t until)
{
    for (unsigned rounds = 0; rounds < 1000; rounds++) {
        unsigned next = m->timers_n;

        for (unsigned i = 0; i < m->timers_n; i++)
            if (m->timers[i].due_ms <= until &&
                (next == m->timers_n || m->timers[i].due_ms < m->timers[next].due_ms))
                next = i;
        if (next == m->timers_n)
            return;
        if (m->timers[next].due_ms > m->now_ms)
            m->now_ms = m->timers[next].due_ms;
        fire(m, next);
    }
    fail(m, "timers never come to rest", S(""));
}

void mem_due(struct mem_store *m)
{
    fire_until(m, m->now_ms);
}

bool mem_waits(const struct mem_store *m, const char *prefix)
{
    for (unsigned i = 0; i < m->timers_n; i++)
        if (strncmp(m->timers[i].id, prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

void mem_pass(struct mem_store *m, int64_t ms)
{
    int64_t until = m->now_ms + ms;

    fire_until(m, until);
    m->now_ms = until;
}

void mem_root(struct mem_store *m, const char *places)
{
    struct timer t = { .due_ms = m->now_ms, .how = TIMER_KEEP };

    flow_root(&t.id, &t.text);
    timer_set(m, &t);
    mem_due(m);
    for (unsigned i = m->timers_n; i-- > 0;) {
        const char *id = m->timers[i].id, *place = strrchr(id, ':');

        if (slice_is(t.id, id) || (strncmp(id, "ingat:", 6) == 0 && place && !strstr(places, place + 1))) {
            free(m->timers[i].id);
            free(m->timers[i].text);
            m->timers[i] = m->timers[--m->timers_n];
        }
    }
}

void mem_signal(struct mem_store *m, const char *text)
{
    struct inbound in = { .kind = INBOUND_SIGNAL, .provider = S("signal"), .received_ms = m->now_ms };
    char id[32];

    snprintf(id, sizeof id, "signal-%u", m->next_id++);
    in.provider_id = slice_of(id);
    in.text = slice_of(text);
    run(m, &in, NULL);
}
