/* commit_command.c - one outcome as its part of a call of the commit function (commit.lua). */
#include <stdio.h>
#include <string.h>

#include "gateway/model/people.h"
#include "gateway/base/clock.h"
#include "gateway/model/inbound_text.h"
#include "gateway/store/commit/private.h"

enum {
    CID_TTL_MS =
        60000, /* of the key that stands in for a duplicate key: longer than a commit is sent again */
    SCRATCH_KEPT = 64 * 1024,
};

/* --- streams --- */

static int provider_index(const struct store *s, struct slice name)
{
    for (unsigned i = 0; i < s->providers_n; i++)
        if (slice_is(name, s->providers[i]))
            return (int)i;
    return -1;
}

static uint64_t lane_bit(const struct store *s, unsigned provider, unsigned lane)
{
    enum {
        BITS = 3 /* of a provider: 64 have no room for four, and answers and emergencies wake each other */
    };

    (void)s;
    return UINT64_C(1) << (STORE_SINKS + 1 + provider * BITS + lane % BITS);
}

uint64_t store_stream_bit(const struct store *s, const char *stream)
{
    struct slice name = slice_of(stream), provider;
    int i;

    if (slice_is(name, "tally"))
        return UINT64_C(1) << STORE_SINKS;
    if (slice_starts(name, "sink:")) {
        name = slice_skip(name, 5);
        for (unsigned k = 0; k < s->sinks_n; k++)
            if (slice_is(name, s->sinks[k]))
                return UINT64_C(1) << k;
        return 0;
    }
    if (!slice_starts(name, "sms:"))
        return 0;
    name = slice_skip(name, 4);
    provider = slice_cut(&name, ':');
    i = provider_index(s, provider);
    if (i < 0 || name.n != 1 || name.p[0] < '0' || name.p[0] >= '0' + STORE_LANES)
        return 0;
    return lane_bit(s, (unsigned)i, (unsigned)(name.p[0] - '0'));
}

/* An SMS for a provider that is not (or no longer) configured takes the way that it would have without. */
static int sms_provider(const struct store *s, const struct inbound *in, const struct sms *sms,
                        const char *via)
{
    int i = sms->provider.n ? provider_index(s, sms->provider) : -1;

    if (i < 0 && outcome_answers(in, sms))
        i = provider_index(s, slice_of(via));
    return i < 0 && s->providers_n ? (int)s->default_provider : i;
}

/* --- the command --- */

struct making {
    struct store *store;
    struct commit_parts *parts;
    struct buf *out; /* its bytes */
    struct buf text; /* scratch for one encoded thing */
    struct buf log;  /* its line in the message log; both are the store's, kept from commit to commit */
    bool logged;
    struct log_line *line;
    struct uuid_text *uuids; /* of its SMS, a place for each */
    const struct inbound *in;
    const struct outcome *o;
    const char *via;
    char cid[STORE_REV + 1];
    struct slice fired, fired_due;
    bool dup, stand_in; /* a duplicate key; one made of the commit's id */
    bool timed;
    unsigned sinks;
};

/* A single plain write needs no key of its own to be known again: its value carries the commit's id.  Nor
 * does that of a session with its timers, which are set by name: set once more they are the same. */
static bool one_write_only(const struct making *m)
{
    const struct outcome *o = m->o;

    unsigned writes = 0;

    for (unsigned i = 0; i < o->writes_n; i++)
        writes += !o->writes[i].check_only;
    return writes == 1 && !o->writes[0].check_only && o->writes[0].blob.n && !o->rows_n && !o->sms_n &&
           (!o->timers_n || o->writes[0].ref.kind == SUBJECT_SESSION) && !o->tallies_n && !o->people_n &&
           !m->fired.n;
}

static void add_key(struct making *m, const char *kind, struct slice a, struct slice b)
{
    struct key k;

    redis_format_part(m->out, store_key(m->store, &k, kind, a, b));
}

static void add_stream(struct making *m, const char *name)
{
    struct key k;

    redis_format_part(m->out, store_key(m->store, &k, "st", slice_of(name), S("")));
}

/* Where the part of n bytes stands that was added last. */
static size_t part_at(const struct buf *out, size_t n)
{
    return out->failed ? 0 : out->n - strlen("\r\n") - n;
}

static void add_keys(struct making *m, struct commit_effects *e)
{
    const struct outcome *o = m->o;
    struct key k;
    char name[96];

    if (m->stand_in)
        add_key(m, "dup", S("commit"), slice_of(m->cid));
    else if (m->dup)
        add_key(m, "dup", m->in->provider, m->in->provider_id);
    for (unsigned i = 0; i < o->writes_n; i++) {
        const struct subject_write *w = &o->writes[i];
        struct slice key = store_subject_key(m->store, &k, &w->ref);

        redis_format_part(m->out, key);
        if (recall_takes(w->ref.kind) && e->recall_n < sizeof e->recall / sizeof *e->recall) {
            e->recall[e->recall_n].key = part_at(m->out, key.n);
            e->recall[e->recall_n].key_n = (unsigned)key.n;
            e->recall[e->recall_n++].checked = w->check_only;
        }
    }
    for (unsigned i = 0; i < m->sinks; i++) {
        snprintf(name, sizeof name, "sink:%s", m->store->sinks[i]);
        add_stream(m, name);
        e->streams |= UINT64_C(1) << i;
    }
    for (unsigned i = 0; i < o->sms_n; i++) {
        int p = sms_provider(m->store, m->in, &o->sms[i], m->via);
        unsigned lane = sms_lane(o->sms[i].class);

        snprintf(name, sizeof name, "sms:%s:%u", p < 0 ? "none" : m->store->providers[p], lane);
        add_stream(m, name);
        if (p >= 0)
            e->streams |= lane_bit(m->store, (unsigned)p, lane);
    }
    if (m->timed) {
        add_key(m, "due", S(""), S(""));
        add_key(m, "duet", S(""), S(""));
    }
    if (o->tallies_n) {
        add_stream(m, "tally");
        e->streams |= UINT64_C(1) << STORE_SINKS;
    }
    for (unsigned i = 0; i < o->tallies_n; i++) {
        add_key(m, "t", o->tallies[i].village, o->tallies[i].disease);
        add_key(m, "t", o->tallies[i].puskesmas, o->tallies[i].disease);
    }
    if (o->people_n) {
        add_key(m, "people", S(""), S(""));
        add_key(m, "people:rev", S(""), S(""));
    }
}

static void add_writes(struct making *m, struct commit_effects *e)
{
    char rev[STORE_REV + 1];
    unsigned recall = 0;

    for (unsigned i = 0; i < m->o->writes_n; i++) {
        const struct subject_write *w = &m->o->writes[i];

        store_rev_text(w->seen_rev, rev);
        redis_format_part(m->out, w->seen_rev ? slice_of(rev) : S(""));
        redis_format_i64(m->out, w->check_only ? 0 : w->ttl_ms > 0 ? w->ttl_ms : m->store->dup_ttl_ms);
        buf_clear(&m->text);
        if (!w->check_only && w->blob.n) {
            buf_str(&m->text, m->cid);
            buf_add(&m->text, w->blob);
        }
        redis_format_part(m->out, buf_slice(&m->text));
        if (recall_takes(w->ref.kind) && recall < e->recall_n) {
            e->recall[recall].value = part_at(m->out, m->text.n);
            e->recall[recall++].value_n = (unsigned)m->text.n;
        }
    }
}

/* What the ids of a message's SMS and its place in the log are made of. */
static struct slice message_id(const struct making *m)
{
    return m->in->provider_id.n ? m->in->provider_id : slice_of(m->cid);
}

static void add_sms(struct making *m)
{
    struct slice id = message_id(m);

    for (unsigned i = 0; i < m->o->sms_n; i++) {
        const struct sms *sms = &m->o->sms[i];
        struct log_sms *told = &m->line->sms[i];
        int p = sms_provider(m->store, m->in, sms, m->via);

        m->uuids[i] = sms_uuid(m->in, id, i);
        *told = (struct log_sms){
            .by = slice_of(p < 0 ? "none" : m->store->providers[p]),
            .lane = sms_lane(sms->class),
            .sms = { .to = sms->to,
                     .text = sms->text,
                     .nomor = sms->nomor,
                     .uuid = slice_of(m->uuids[i].text),
                     .question_provider = m->in->provider,
                     .class = sms->class,
                     .expires_ms = sms->expires_ms },
        };
        buf_clear(&m->text);
        sms_encode(&m->text, &told->sms);
        redis_format_part(m->out, buf_slice(&m->text));
        told->sms.question_provider = slice_make("", 0); /* the log knows it of the message */
    }
}

static void add_timers(struct making *m, struct commit_effects *e)
{
    for (unsigned i = 0; i < m->o->timers_n; i++) {
        const struct timer *t = &m->o->timers[i];
        char due[24];

        redis_format_part(m->out, t->id);
        if (t->how == TIMER_SET)
            redis_format_i64(m->out, t->due_ms);
        else
            redis_format_part(m->out, slice_make(due, (size_t)snprintf(due, sizeof due, "%c%lld",
                                                                       t->how == TIMER_KEEP ? '+' : '>',
                                                                       (long long)t->due_ms)));
        buf_clear(&m->text);
        due_text(&m->text, clock_wall_ms(), t->text);
        redis_format_part(m->out, buf_slice(&m->text));
        if (t->due_ms && (!e->due_ms || t->due_ms < e->due_ms))
            e->due_ms = t->due_ms;
    }
}

static void add_delta(struct making *m, const struct tally *t)
{
    char text[64];
    int n;

    if (!t->whole) {
        redis_format_i64(m->out, t->delta);
        return;
    }
    n = t->delta < 0 ? snprintf(text, sizeof text, "=")
                     : snprintf(text, sizeof text, "=%lld", (long long)t->delta);
    if (t->nomor.n)
        n += snprintf(text + n, sizeof text - (size_t)n, "@%.*s", (int)(t->nomor.n < 20 ? t->nomor.n : 20),
                      t->nomor.p);
    redis_format_part(m->out, slice_make(text, (size_t)n));
}

static void add_tallies(struct making *m)
{
    for (unsigned i = 0; i < m->o->tallies_n; i++) {
        const struct tally *t = &m->o->tallies[i];

        buf_clear(&m->text);
        buf_str(&m->text, "{\"v\":1,\"village\":");
        buf_json(&m->text, t->village);
        buf_str(&m->text, ",\"disease\":");
        buf_json(&m->text, t->disease);
        buf_str(&m->text, ",\"day\":");
        buf_json(&m->text, t->day);
        buf_str(&m->text, ",\"puskesmas\":");
        buf_json(&m->text, t->puskesmas);
        buf_str(&m->text, ",\"by\":");
        buf_json(&m->text, t->by);
        buf_str(&m->text, ",\"nomor\":");
        buf_json(&m->text, t->nomor);
        buf_str(&m->text, ",\"who\":");
        buf_json(&m->text, t->who);
        buf_str(&m->text, ",\"delta\":");
        buf_i64(&m->text, t->delta);
        buf_char(&m->text, '}');
        redis_format_part(m->out, t->day);
        add_delta(m, t);
        redis_format_part(m->out, buf_slice(&m->text));
    }
}

_Static_assert(OUTCOME_SUBJECTS < 256 && OUTCOME_SMS < 256 && OUTCOME_TIMERS < 256 && OUTCOME_TALLIES < 256,
               "a count of the frame is one byte");

static void add_commit(struct making *m, struct commit_effects *e)
{
    const struct outcome *o = m->o;
    const uint8_t counts[COMMIT_COUNTS] = { (uint8_t)o->writes_n, (uint8_t)m->sinks,     (uint8_t)o->sms_n,
                                            (uint8_t)o->timers_n, (uint8_t)o->tallies_n, (uint8_t)o->people_n,
                                            (uint8_t)m->logged,   m->fired.n > 0 };
    unsigned keys, args;

    keys = (m->dup ? 1 : 0) + o->writes_n + m->sinks + o->sms_n + (m->timed ? 2 : 0) +
           (o->tallies_n ? 1 + 2 * o->tallies_n : 0) + (o->people_n ? 2 : 0);
    args = 2 + (m->fired.n ? 2 : 0) + 3 * o->writes_n + (m->sinks ? 1 : 0) + o->sms_n + 3 * o->timers_n +
           3 * o->tallies_n + 2 * o->people_n + m->logged;
    m->parts->kind = 'c';
    m->parts->keys = keys;
    m->parts->args = args;
    memcpy(m->parts->counts, counts, sizeof counts);
    add_keys(m, e);
    m->parts->args_at = m->out->n;
    redis_format_part(m->out, slice_of(m->cid));
    redis_format_i64(m->out, !m->dup ? 0 : m->stand_in ? CID_TTL_MS : m->store->dup_ttl_ms);
    if (m->fired.n) {
        redis_format_part(m->out, m->fired);
        redis_format_part(m->out, m->fired_due);
    }
    add_writes(m, e);
    if (m->sinks) {
        buf_clear(&m->text);
        rows_encode(&m->text, o->rows, o->rows_n);
        redis_format_part(m->out, buf_slice(&m->text));
    }
    add_sms(m);
    add_timers(m, e);
    add_tallies(m);
    for (unsigned i = 0; i < o->people_n; i++) {
        buf_clear(&m->text);
        person_encode(&m->text, &o->people[i]);
        redis_format_part(m->out, o->people[i].msisdn);
        redis_format_part(m->out, buf_slice(&m->text));
    }
    e->people = o->people_n > 0;
    if (m->logged) {
        message_log_line(&m->log, m->line, m->in, o, message_id(m), o->reason);
        redis_format_i64(m->out, (int64_t)m->log.n);
    }
    m->parts->line_at = m->out->n;
    if (m->logged)
        buf_add(m->out, buf_slice(&m->log));
}

static void prepare(struct making *m, struct store *s, struct commit_effects *e)
{
    if (++s->commit_id == 0)
        s->commit_id = 1;
    store_rev_text(s->commit_id, m->cid);
    m->fired = m->fired_due = slice_make("", 0);
    if (m->in->timer.n && !due_parse(m->in->timer, &m->fired, &m->fired_due))
        m->fired = m->fired_due = slice_make("", 0);
    m->stand_in = !m->in->provider_id.n && !one_write_only(m);
    m->dup = (m->in->provider_id.n && !m->fired.n) || m->stand_in; /* a timer stands in the due set itself */
    m->timed = m->o->timers_n || m->fired.n;
    m->sinks = m->o->rows_n ? s->sinks_n : 0;
    e->fired = m->fired.n ? strndup(m->in->timer.p, m->in->timer.n) : NULL;
}

/* A letter of commit.lua: a step of USSD is no message, but for what was kept of one. */
static char counted_as(const struct inbound *in)
{
    bool message = in->kind == INBOUND_SMS || (in->kind == INBOUND_USSD && in->provider_id.n);

    return !message ? '-' : in->released ? 'r' : 'm';
}

static struct buf kept(struct buf *from)
{
    struct buf b = *from;

    buf_init(from, 0);
    b.max = COMMIT_COMMAND_MAX;
    buf_clear(&b);
    return b;
}

/* What one large outcome needed is not held for ever. */
static void keep(struct buf *b, struct buf *to)
{
    if (b->cap > SCRATCH_KEPT)
        buf_free(b);
    *to = *b;
}

static struct making begin(struct store *s, const struct inbound *in, const struct outcome *o,
                           const char *via, struct commit_parts *parts, struct commit_effects *e)
{
    struct making m = {
        .store = s, .in = in, .o = o, .via = via ? via : "", .parts = parts, .out = &parts->bytes
    };

    m.text = kept(&s->commit_scratch[0]);
    m.log = kept(&s->commit_scratch[1]);
    buf_init(m.out, COMMIT_COMMAND_MAX);
    prepare(&m, s, e);
    parts->counted = counted_as(in);
    return m;
}

/* False when something did not fit. */
static bool finish(struct making *m)
{
    bool ok = !m->text.failed && !m->log.failed && !m->out->failed;

    keep(&m->text, &m->store->commit_scratch[0]);
    keep(&m->log, &m->store->commit_scratch[1]);
    return ok;
}

bool commit_command(struct store *s, const struct inbound *in, const char *via, const struct outcome *o,
                    struct commit_parts *parts, struct commit_effects *e)
{
    struct making m = begin(s, in, o, via, parts, e);
    struct uuid_text uuids[OUTCOME_SMS];
    struct log_line line;

    m.uuids = uuids;
    m.line = &line;
    m.logged = message_log_wants(in, o);
    add_commit(&m, e);
    return finish(&m);
}

bool commit_command_park(struct store *s, const struct inbound *in, const char *reason, int64_t now_ms,
                         struct commit_parts *parts, struct commit_effects *e)
{
    static const struct outcome nothing;
    struct making m = begin(s, in, &nothing, NULL, parts, e);
    struct log_line line;

    m.dup = true;
    e->park = true;
    parts->kind = 'p';
    parts->keys = 3;
    parts->args = 7;
    if (m.stand_in)
        add_key(&m, "dup", S("commit"), slice_of(m.cid));
    else
        add_key(&m, "dup", in->provider, in->provider_id);
    add_key(&m, "parked", S("inbound"), S(""));
    add_stream(&m, "log");
    parts->args_at = m.out->n;
    redis_format_part(m.out, slice_of(m.cid));
    redis_format_i64(m.out, m.stand_in ? CID_TTL_MS : s->dup_ttl_ms);
    inbound_encode(&m.text, in);
    redis_format_part(m.out, buf_slice(&m.text));
    redis_format_part(m.out, slice_of(reason));
    redis_format_i64(m.out, now_ms);
    message_log_line(&m.log, &line, in, &nothing, message_id(&m), "parked");
    redis_format_part(m.out, buf_slice(&m.log));
    redis_format_i64(m.out, MESSAGE_LOG_MAX);
    parts->line_at = m.out->n;
    return finish(&m);
}
