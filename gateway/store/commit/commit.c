/* commit.c - messages' outcomes on their way to the commit function (commit.lua), each sent until it is
 * answered.
 *
 * What gathers while a call is under way leaves together as the next one, with a verdict for each: Redis is
 * asked less often and syncs its file for many.  A commit keeps its bytes until its verdict: when the
 * connection is lost they go out again, and the id of the commit, which stands in the duplicate key and in
 * every subject that it wrote, tells Redis that it is the same.  So nothing is done twice and an unknown end
 * is only told after the deadline. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/model/people.h"
#include "gateway/store/commit/call.h"

enum {
    RESEND_MS = 5000, /* a commit that may have been applied is asked about for so long */
    UNSENT_MS = 1000, /* one that never left waits only so long: the spool is better */
    TICK_MS = 100,
    CALLS = 2,               /* under way: Redis works on one while we make the next */
    CALL_BYTES = 256 * 1024, /* in one, but for one that is larger by itself */
    PLAIN_LEAST = 4,         /* fewer gain nothing by a transaction, and have Redis check all that they saw */
};

/* --- sending and ending --- */

static void unlink_commit(struct commit *c)
{
    struct store *s = c->store;

    if (s->commits_unsent == c)
        s->commits_unsent = c->next;
    if (c->prev)
        c->prev->next = c->next;
    else
        s->commits = c->next;
    if (c->next)
        c->next->prev = c->prev;
    else
        s->last_commit = c->prev;
    s->commits_n--;
    alone_ended(s->alone, s->commits ? s->commits->number : 0);
}

/* What was written is remembered; what may be otherwise in Redis is not. */
static void recall(struct commit *c, enum store_rc rc)
{
    const struct commit_effects *e = &c->effects;

    for (unsigned i = 0; i < e->recall_n; i++) {
        struct slice key = slice_make(c->parts.bytes.p + e->recall[i].key, e->recall[i].key_n);

        if (rc == STORE_OK && !e->recall[i].checked)
            recall_put(c->store->recall, key,
                       slice_make(c->parts.bytes.p + e->recall[i].value, e->recall[i].value_n));
        else if (rc == STORE_CONFLICT || rc == STORE_UNAVAILABLE)
            recall_drop(c->store->recall, key);
    }
}

/* Tells how it ended; it must be out of the list. */
static void tell(struct commit *c, enum store_rc rc)
{
    struct store *s = c->store;

    recall(c, rc);
    s->figures.commits += rc == STORE_OK;
    s->figures.duplicates += rc == STORE_DUPLICATE;
    s->figures.conflicts += rc == STORE_CONFLICT;
    if (rc == STORE_OK) {
        if (c->effects.due_ms)
            due_known(s, c->effects.due_ms);
        if (c->effects.people)
            people_changed_now(s);
    }
    if (c->effects.fired && (rc == STORE_OK || rc == STORE_DUPLICATE))
        due_over(s, slice_of(c->effects.fired), c->effects.park);
    c->cb(c->arg, rc);
    free(c->effects.fired);
    buf_free(&c->parts.bytes);
    free(c);
}

static void end(struct commit *c, enum store_rc rc)
{
    unlink_commit(c);
    tell(c, rc);
}

/* --- calls --- */

static void verdict(struct commit *c, const redisReply *reply)
{
    switch (redis_int(reply, -1)) {
    case 0:
        end(c, STORE_OK);
        break;
    case 1:
        end(c, STORE_DUPLICATE);
        break;
    case 2:
        end(c, STORE_CONFLICT);
        break;
    default:
        log_text(LOG_ERROR, "commit", "%.*s",
                 SLICE_ARG(slice_take(slice_of(reply->str ? reply->str : "?"), 120)));
        end(c, STORE_UNAVAILABLE);
        break;
    }
}

static void call_over(struct call *call)
{
    call->store->commit_calls--;
    for (unsigned i = 0; i < call->n; i++)
        call->commits[i]->under_way = false;
}

/* Of those from the given one on.  Refused: not applied; sent again like what was lost, when Redis is back,
 * or ended by the deadline. */
static void verdicts(struct call *call, unsigned from, const redisReply *reply)
{
    bool told = reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == call->n - from;

    for (unsigned i = from; told && i < call->n; i++)
        verdict(call->commits[i], reply->element[i - from]);
    if (reply && !told)
        store_refused(call->store, reply);
}

static void on_function(void *arg, const redisReply *reply)
{
    struct call *call = arg;

    call_over(call);
    verdicts(call, 0, reply);
    free(call);
}

/* The refusal among some commands of a transaction: a key is of a wrong type; NULL: all were carried out. */
static const redisReply *refusal(const redisReply *reply, unsigned from, unsigned to)
{
    for (; from < to; from++)
        if (reply->element[from]->type == REDIS_REPLY_ERROR)
            return reply->element[from];
    return NULL;
}

static void plain_verdicts(struct call *call, const redisReply *reply)
{
    const redisReply *unstored = refusal(reply, 0, call->stored);

    for (unsigned i = 0, from = call->stored; i < call->plain; from = call->ends[i++]) {
        struct commit *c = call->commits[i];
        const redisReply *why = plain_rows(&c->parts).n ? unstored : NULL;

        why = why ? why : refusal(reply, from, call->ends[i]);
        if (why)
            verdict(c, why);
        else
            end(c, STORE_OK);
    }
}

static void on_transaction(void *arg, const redisReply *reply)
{
    struct call *call = arg;
    struct store *s = call->store;

    call_over(call);
    if (reply && reply->type == REDIS_REPLY_NIL) { /* somebody else wrote: nothing of it was carried out */
        alone_over(s, true);
        s->commits_unsent = s->commits;
    } else if (reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == call->commands) {
        plain_verdicts(call, reply);
        if (call->n > call->plain)
            verdicts(call, call->plain, reply->element[call->commands - 1]);
    } else if (reply) {
        store_refused(s, reply);
    }
    free(call);
}

/* Those from the first unsent on that one call takes. */
static struct call *gather(struct store *s)
{
    struct call *call = malloc(sizeof *call);
    size_t bytes = 0;

    if (!call)
        abort();
    *call = (struct call){ .store = s };
    while (s->commits_unsent && call->n < CALL_COMMITS) {
        struct commit *c = s->commits_unsent;

        bytes += c->parts.bytes.n;
        if (call->n && bytes > CALL_BYTES)
            break;
        s->commits_unsent = c->next;
        if (!c->under_way) /* one that ends by itself */
            call->commits[call->n++] = c;
    }
    return call;
}

/* The plain ones come first.  They may: none of them shares a key with one before it that is under way. */
static void sort(struct call *call)
{
    struct commit *others[CALL_COMMITS];
    unsigned n = 0;
    uint64_t turn = alone_now(call->store);

    for (unsigned i = 0; i < call->n; i++) {
        struct commit *c = call->commits[i];

        if (turn && c->plain_in == turn)
            call->commits[call->plain++] = c;
        else
            others[n++] = c;
    }
    for (unsigned i = 0; i < n; i++)
        call->commits[call->plain + i] = others[i];
    if (call->plain < PLAIN_LEAST)
        call->plain = 0;
}

static void send_call(struct store *s, struct call *call)
{
    int64_t now = clock_mono_ms();
    uint64_t streams = 0;

    for (unsigned i = 0; i < call->n; i++) {
        struct commit *c = call->commits[i];

        streams |= c->effects.streams;
        if (!c->sent)
            c->resend_by_ms = now + RESEND_MS;
        c->sent = c->under_way = true;
    }
    sort(call);
    s->commit_calls++;
    if (call->plain)
        call_transaction(call, on_transaction);
    else
        call_function(call, on_function);
    if (streams)
        s->tell->committing(s, streams);
}

/* While one is under way, the next waits for company: each ends in a sync of Redis' file. */
static bool worth_a_call(const struct store *s)
{
    unsigned n = 0;

    for (const struct commit *c = s->commits_unsent; c && n < CALL_COMMITS / 2; c = c->next)
        n++;
    if (alone_now(s)) /* its guard must be up again */
        return n && !s->commit_calls && alone_guarded(s);
    return s->commit_calls < CALLS && (n == CALL_COMMITS / 2 || (n && !s->commit_calls));
}

void commits_turn_end(void *arg)
{
    struct store *s = arg;

    if (s->up && s->commits_unsent)
        alone_ask(s);
    while (s->up && worth_a_call(s)) {
        struct call *call = gather(s);

        if (call->n)
            send_call(s, call);
        else
            free(call);
    }
}

void commits_up(struct store *s)
{
    s->commits_unsent = s->commits;
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

        s->commits = s->last_commit = s->commits_unsent = NULL;
        s->commits_n = 0;
        alone_ended(s->alone, 0);
        tell_all(all);
    }
    buf_free(&s->commit_scratch[0]);
    buf_free(&s->commit_scratch[1]);
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
    if (!s->commits_unsent)
        s->commits_unsent = c;
    s->commits_n++;
    c->number = alone_number(s->alone);
}

static struct commit *commit_new(struct store *s, store_commit_cb *cb, void *arg)
{
    struct commit *c = calloc(1, sizeof *c);

    if (!c)
        abort();
    c->cb = cb;
    c->arg = arg;
    c->unsent_by_ms = clock_mono_ms() + UNSENT_MS;
    append(s, c);
    return c;
}

/* How it may go, by what was seen; and what it writes is known from now on. */
static void classify(struct commit *c, const struct store_seen *seen)
{
    struct store *s = c->store;

    if (seen && seen->turn && seen->turn == alone_now(s) && (!seen->in->provider_id.n || seen->undoubled) &&
        plain_can(&c->parts) && plain_unchanged(s->alone, &c->parts, seen->before))
        c->plain_in = seen->turn;
    plain_wrote(s->alone, &c->parts, c->number);
}

static void commit_start(struct commit *c, bool made)
{
    struct store *s = c->store;

    if (!made) {
        log_text(LOG_ERROR, "commit", "an outcome is larger than %d bytes, or memory is out",
                 COMMIT_COMMAND_MAX);
        c->rc = STORE_UNAVAILABLE;
        c->under_way = true; /* the deadline leaves it alone */
        loop_soon(s->loop, end_by_itself, c);
    } else if (s->up) {
        loop_again(s->loop);
    } else {
        loop_timer_set(s->commit_tick, TICK_MS);
    }
}

void store_commit(struct store *s, const struct inbound *in, const char *via, const struct outcome *o,
                  const struct store_seen *seen, store_commit_cb *cb, void *arg)
{
    struct commit *c = commit_new(s, cb, arg);
    bool made = commit_command(s, in, via, o, &c->parts, &c->effects);

    if (made)
        classify(c, seen);
    commit_start(c, made);
}

void store_park_inbound(struct store *s, const struct inbound *in, const char *reason, int64_t now_ms,
                        store_commit_cb *cb, void *arg)
{
    struct commit *c = commit_new(s, cb, arg);
    bool made = commit_command_park(s, in, reason, now_ms, &c->parts, &c->effects);

    if (made)
        classify(c, NULL);
    commit_start(c, made);
}
