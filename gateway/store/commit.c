/* commit.c - one message's outcome as one call of the commit function (commit.lua), sent until it is
 * answered.
 *
 * The command is kept until its reply: when the connection is lost the same bytes go out again, and the id of
 * the commit, which stands in the duplicate key and in every subject that it wrote, tells Redis that it is
 * the same.  So nothing is done twice and an unknown end is only told after the deadline. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/model/people.h"
#include "gateway/store/store_private.h"

enum {
    RESEND_MS = 5000, /* a commit that may have been applied is asked about for so long */
    UNSENT_MS = 1000, /* one that never left waits only so long: the spool is better */
    TICK_MS = 100,
    CID_TTL_MS = 60000, /* of the key that stands in for a duplicate key: longer than RESEND_MS */
    COMMAND_MAX = 4 * 1024 * 1024,
};

struct commit {
    struct store *store;
    struct commit *next, *prev;
    struct redis *wire;
    struct buf command;
    bool sent, under_way;
    bool people; /* it changes them */
    int64_t unsent_by_ms, resend_by_ms;
    uint64_t streams; /* those it adds to */
    int64_t due_ms;   /* its earliest timer; 0 = none */
    store_commit_cb *cb;
    void *arg;
    char *fired; /* the timer that it was: id@due, or NULL */
    bool park;
    enum store_rc rc; /* when it ends by itself */
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
    (void)s;
    return UINT64_C(1) << (STORE_SINKS + 1 + provider * STORE_LANES + lane);
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

/* An SMS for a provider that is not (or no longer) configured takes the way of the question, else the
 * default's. */
static int sms_provider(const struct store *s, const struct sms *sms, const char *via)
{
    int i = sms->provider.n ? provider_index(s, sms->provider) : -1;

    if (i < 0)
        i = provider_index(s, slice_of(via));
    return i < 0 && s->providers_n ? (int)s->default_provider : i;
}

/* --- the command --- */

struct making {
    struct store *store;
    struct buf *out;
    struct buf text; /* scratch for one encoded thing */
    struct buf log;  /* its entry in the message log */
    bool logged;
    const struct inbound *in;
    const struct outcome *o;
    const char *via;
    char cid[STORE_REV + 1];
    struct slice fired, fired_due;
    bool dup, stand_in; /* a duplicate key; one made of the commit's id */
    bool timed;
    unsigned sinks;
};

/* A single plain write needs no key of its own to be known again: its value carries the commit's id. */
static bool one_write_only(const struct making *m)
{
    const struct outcome *o = m->o;

    return o->writes_n == 1 && !o->writes[0].check_only && o->writes[0].blob.n && !o->rows_n && !o->sms_n &&
           !o->timers_n && !o->tallies_n && !o->people_n && !m->fired.n;
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

static void add_keys(struct making *m, struct commit *c)
{
    const struct outcome *o = m->o;
    struct key k;
    char name[96];

    if (m->stand_in)
        add_key(m, "dup", S("commit"), slice_of(m->cid));
    else if (m->dup)
        add_key(m, "dup", m->in->provider, m->in->provider_id);
    for (unsigned i = 0; i < o->writes_n; i++)
        redis_format_part(m->out, store_subject_key(m->store, &k, &o->writes[i].ref));
    for (unsigned i = 0; i < m->sinks; i++) {
        snprintf(name, sizeof name, "sink:%s", m->store->sinks[i]);
        add_stream(m, name);
        c->streams |= UINT64_C(1) << i;
    }
    for (unsigned i = 0; i < o->sms_n; i++) {
        int p = sms_provider(m->store, &o->sms[i], m->via);
        unsigned lane = sms_lane(o->sms[i].class);

        snprintf(name, sizeof name, "sms:%s:%u", p < 0 ? "none" : m->store->providers[p], lane);
        add_stream(m, name);
        if (p >= 0)
            c->streams |= lane_bit(m->store, (unsigned)p, lane);
    }
    if (m->timed) {
        add_key(m, "due", S(""), S(""));
        add_key(m, "duet", S(""), S(""));
    }
    if (o->tallies_n) {
        add_stream(m, "tally");
        c->streams |= UINT64_C(1) << STORE_SINKS;
    }
    for (unsigned i = 0; i < o->tallies_n; i++) {
        add_key(m, "t", o->tallies[i].village, o->tallies[i].disease);
        add_key(m, "t", o->tallies[i].puskesmas, o->tallies[i].disease);
    }
    if (o->people_n) {
        add_key(m, "people", S(""), S(""));
        add_key(m, "people:rev", S(""), S(""));
    }
    if (m->logged) /* wakes nobody: the log is read each second, in few and fat reads */
        add_stream(m, "log");
}

static void add_writes(struct making *m)
{
    char rev[STORE_REV + 1];

    for (unsigned i = 0; i < m->o->writes_n; i++) {
        const struct subject_write *w = &m->o->writes[i];

        snprintf(rev, sizeof rev, "%016llx", (unsigned long long)w->seen_rev);
        redis_format_part(m->out, w->seen_rev ? slice_of(rev) : S(""));
        redis_format_i64(m->out, w->check_only ? 0 : w->ttl_ms > 0 ? w->ttl_ms : m->store->dup_ttl_ms);
        buf_clear(&m->text);
        if (!w->check_only && w->blob.n) {
            buf_str(&m->text, m->cid);
            buf_add(&m->text, w->blob);
        }
        redis_format_part(m->out, buf_slice(&m->text));
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
        struct uuid_text uuid = sms_uuid(m->in->provider, id, i);
        struct lane_sms lane = {
            .to = sms->to,
            .text = sms->text,
            .nomor = sms->nomor,
            .uuid = slice_of(uuid.text),
            .question_provider = m->in->provider,
            .class = sms->class,
            .expires_ms = sms->expires_ms,
        };

        buf_clear(&m->text);
        sms_encode(&m->text, &lane);
        redis_format_part(m->out, buf_slice(&m->text));
        if (m->logged) {
            int p = sms_provider(m->store, sms, m->via);

            message_log_sms(&m->log, p < 0 ? "none" : m->store->providers[p], sms_lane(sms->class),
                            buf_slice(&m->text));
        }
    }
}

static void add_timers(struct making *m, struct commit *c)
{
    for (unsigned i = 0; i < m->o->timers_n; i++) {
        const struct timer *t = &m->o->timers[i];

        redis_format_part(m->out, t->id);
        redis_format_i64(m->out, t->due_ms);
        redis_format_part(m->out, t->text);
        if (t->due_ms && (!c->due_ms || t->due_ms < c->due_ms))
            c->due_ms = t->due_ms;
    }
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
        buf_str(&m->text, ",\"delta\":");
        buf_i64(&m->text, t->delta);
        buf_char(&m->text, '}');
        redis_format_part(m->out, t->day);
        redis_format_i64(m->out, t->delta);
        redis_format_part(m->out, buf_slice(&m->text));
    }
}

static void make_command(struct making *m, struct commit *c)
{
    const struct outcome *o = m->o;
    unsigned keys, args;

    keys = (m->dup ? 1 : 0) + o->writes_n + m->sinks + o->sms_n + (m->timed ? 2 : 0) +
           (o->tallies_n ? 1 + 2 * o->tallies_n : 0) + (o->people_n ? 2 : 0) + m->logged;
    args = 11 + 3 * o->writes_n + (m->sinks ? 1 : 0) + o->sms_n + 3 * o->timers_n + 3 * o->tallies_n +
           2 * o->people_n + 2 * m->logged;
    redis_format_begin(m->out, 3 + keys + args);
    redis_format_part(m->out, S("FCALL"));
    redis_format_part(m->out, S("kt1_commit"));
    redis_format_i64(m->out, keys);
    add_keys(m, c);
    redis_format_part(m->out, slice_of(m->cid));
    redis_format_i64(m->out, !m->dup ? 0 : m->stand_in ? CID_TTL_MS : m->store->dup_ttl_ms);
    redis_format_i64(m->out, o->writes_n);
    redis_format_i64(m->out, m->sinks);
    redis_format_i64(m->out, o->sms_n);
    redis_format_i64(m->out, o->timers_n);
    redis_format_i64(m->out, o->tallies_n);
    redis_format_i64(m->out, o->people_n);
    redis_format_i64(m->out, m->logged);
    redis_format_part(m->out, m->fired);
    redis_format_part(m->out, m->fired_due);
    if (m->logged)
        message_log_begin(&m->log, m->in, o, message_id(m), slice_of(o->reason));
    add_writes(m);
    if (m->sinks) {
        buf_clear(&m->text);
        for (unsigned i = 0; i < o->rows_n; i++) {
            if (i)
                buf_char(&m->text, '\n');
            row_encode(&m->text, &o->rows[i]);
        }
        redis_format_part(m->out, buf_slice(&m->text));
    }
    add_sms(m);
    add_timers(m, c);
    add_tallies(m);
    for (unsigned i = 0; i < o->people_n; i++) {
        buf_clear(&m->text);
        person_encode(&m->text, &o->people[i]);
        redis_format_part(m->out, o->people[i].msisdn);
        redis_format_part(m->out, buf_slice(&m->text));
    }
    c->people = o->people_n > 0;
    if (m->logged) {
        message_log_end(&m->log, o);
        redis_format_part(m->out, buf_slice(&m->log));
        redis_format_i64(m->out, MESSAGE_LOG_MAX);
    }
}

/* --- sending and ending --- */

static void unlink_commit(struct commit *c)
{
    struct store *s = c->store;

    if (c->prev)
        c->prev->next = c->next;
    else
        s->commits = c->next;
    if (c->next)
        c->next->prev = c->prev;
    else
        s->last_commit = c->prev;
    s->commits_n--;
}

/* Tells how it ended; it must be out of the list. */
static void tell(struct commit *c, enum store_rc rc)
{
    struct store *s = c->store;

    s->figures.commits += rc == STORE_OK;
    s->figures.parked += rc == STORE_OK && c->park;
    s->figures.duplicates += rc == STORE_DUPLICATE;
    s->figures.conflicts += rc == STORE_CONFLICT;
    if (rc == STORE_OK) {
        if (c->streams)
            consumers_wake(s, c->streams);
        if (c->due_ms)
            due_known(s, c->due_ms);
        if (c->people)
            people_changed_now(s);
    }
    if (c->fired && (rc == STORE_OK || rc == STORE_DUPLICATE))
        due_over(s, slice_of(c->fired), c->park);
    c->cb(c->arg, rc);
    free(c->fired);
    buf_free(&c->command);
    free(c);
}

static void end(struct commit *c, enum store_rc rc)
{
    unlink_commit(c);
    tell(c, rc);
}

static void on_reply(void *arg, const redisReply *reply)
{
    struct commit *c = arg;

    c->under_way = false;
    if (!reply)
        return; /* unknown: sent again when Redis is back, or ended by the deadline */
    if (reply->type == REDIS_REPLY_ERROR) {
        if (strncmp(reply->str, "BADARG", 6) == 0) {
            log_text(LOG_ERROR, "commit", "%s", reply->str);
            end(c, STORE_UNAVAILABLE);
            return;
        }
        store_refused(c->store, reply); /* not applied; it is sent again like a lost one */
        return;
    }
    switch (redis_int(reply, -1)) {
    case 0:
        end(c, STORE_OK);
        break;
    case 1:
        end(c, STORE_DUPLICATE);
        break;
    default:
        end(c, STORE_CONFLICT);
        break;
    }
}

static void send_commit(struct commit *c)
{
    int64_t now = clock_mono_ms();

    if (!c->sent)
        c->resend_by_ms = now + RESEND_MS;
    c->sent = true;
    c->under_way = true;
    redis_send_raw(c->wire, buf_slice(&c->command), on_reply, c);
}

void commits_up(struct store *s)
{
    for (struct commit *c = s->commits; c; c = c->next)
        if (!c->under_way)
            send_commit(c);
}

/* Ends all of a list that was cut off before. */
static void tell_all(struct commit *c)
{
    while (c) {
        struct commit *next = c->next;

        tell(c, STORE_UNAVAILABLE);
        c = next;
    }
}

/* While down: those whose time is over. */
void commits_tick(void *arg)
{
    struct store *s = arg;
    struct commit *over = NULL, **last = &over, *next;
    int64_t now = clock_mono_ms();

    for (struct commit *c = s->commits; c; c = next) {
        next = c->next;
        if (!c->under_way && now >= (c->sent ? c->resend_by_ms : c->unsent_by_ms)) {
            unlink_commit(c);
            c->next = NULL;
            *last = c;
            last = &c->next;
        }
    }
    tell_all(over);
    if (!s->up && s->commits)
        loop_timer_set(s->commit_tick, TICK_MS);
}

void commits_down(struct store *s)
{
    if (s->commits)
        loop_timer_set(s->commit_tick, TICK_MS);
}

void commits_free(struct store *s)
{
    while (s->commits) {
        struct commit *all = s->commits;

        s->commits = s->last_commit = NULL;
        s->commits_n = 0;
        tell_all(all);
    }
}

static void end_by_itself(void *arg)
{
    struct commit *c = arg;

    end(c, c->rc);
}

static void append(struct store *s, struct commit *c)
{
    c->store = s;
    c->prev = s->last_commit;
    if (c->prev)
        c->prev->next = c;
    else
        s->commits = c;
    s->last_commit = c;
    s->commits_n++;
}

static void prepare(struct making *m, struct store *s, struct commit *c)
{
    if (++s->commit_id == 0)
        s->commit_id = 1;
    snprintf(m->cid, sizeof m->cid, "%016llx", (unsigned long long)s->commit_id);
    m->fired = m->fired_due = slice_make("", 0);
    if (m->in->timer.n && !due_parse(m->in->timer, &m->fired, &m->fired_due))
        m->fired = m->fired_due = slice_make("", 0);
    m->stand_in = !m->in->provider_id.n && !one_write_only(m);
    m->dup = (m->in->provider_id.n && !m->fired.n) || m->stand_in; /* a timer stands in the due set itself */
    m->timed = m->o->timers_n || m->fired.n;
    m->sinks = m->o->rows_n ? s->sinks_n : 0;
    c->fired = m->fired.n ? strndup(m->in->timer.p, m->in->timer.n) : NULL;
}

static struct commit *commit_new(struct store *s, const struct inbound *in, store_commit_cb *cb, void *arg)
{
    struct commit *c = calloc(1, sizeof *c);

    if (!c)
        abort();
    c->wire = wire_of(s, in->from);
    c->cb = cb;
    c->arg = arg;
    c->unsent_by_ms = clock_mono_ms() + UNSENT_MS;
    buf_init(&c->command, COMMAND_MAX);
    append(s, c);
    return c;
}

static void commit_start(struct commit *c, bool failed)
{
    struct store *s = c->store;

    if (failed || c->command.failed) {
        log_text(LOG_ERROR, "commit", "an outcome is larger than %d bytes, or memory is out", COMMAND_MAX);
        c->rc = STORE_UNAVAILABLE;
        c->under_way = true; /* the deadline leaves it alone */
        loop_soon(s->loop, end_by_itself, c);
    } else if (s->up) {
        send_commit(c);
    } else {
        loop_timer_set(s->commit_tick, TICK_MS);
    }
}

void store_commit(struct store *s, const struct inbound *in, const char *via, const struct outcome *o,
                  int64_t now_ms, store_commit_cb *cb, void *arg)
{
    struct commit *c = commit_new(s, in, cb, arg);
    struct making m = { .store = s, .in = in, .o = o, .via = via ? via : "", .out = &c->command };

    (void)now_ms;
    buf_init(&m.text, COMMAND_MAX);
    buf_init(&m.log, COMMAND_MAX);
    m.logged = message_log_wants(in, o);
    prepare(&m, s, c);
    make_command(&m, c);
    commit_start(c, m.text.failed || m.log.failed);
    buf_free(&m.text);
    buf_free(&m.log);
}

void store_park_inbound(struct store *s, const struct inbound *in, const char *reason, int64_t now_ms,
                        store_commit_cb *cb, void *arg)
{
    static const struct outcome nothing;
    struct commit *c = commit_new(s, in, cb, arg);
    struct making m = { .store = s, .in = in, .o = &nothing, .out = &c->command };

    buf_init(&m.text, COMMAND_MAX);
    prepare(&m, s, c);
    m.dup = true;
    c->park = true;
    redis_format_begin(m.out, 13);
    redis_format_part(m.out, S("FCALL"));
    redis_format_part(m.out, S("kt1_park_inbound"));
    redis_format_i64(m.out, 3);
    if (m.stand_in)
        add_key(&m, "dup", S("commit"), slice_of(m.cid));
    else
        add_key(&m, "dup", in->provider, in->provider_id);
    add_key(&m, "parked", S("inbound"), S(""));
    add_stream(&m, "log");
    redis_format_part(m.out, slice_of(m.cid));
    redis_format_i64(m.out, m.stand_in ? CID_TTL_MS : s->dup_ttl_ms);
    inbound_encode(&m.text, in);
    redis_format_part(m.out, buf_slice(&m.text));
    redis_format_part(m.out, slice_of(reason));
    redis_format_i64(m.out, now_ms);
    buf_init(&m.log, COMMAND_MAX);
    message_log_begin(&m.log, in, &nothing, message_id(&m), S("parked"));
    message_log_end(&m.log, &nothing);
    redis_format_part(m.out, buf_slice(&m.log));
    redis_format_i64(m.out, MESSAGE_LOG_MAX);
    commit_start(c, m.text.failed || m.log.failed);
    buf_free(&m.text);
    buf_free(&m.log);
}
