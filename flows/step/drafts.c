/* drafts.c - the sender's blob.  See drafts.h. */
#include "flows/step/drafts.h"

#include <string.h>

#include "flows/step/blob.h"

enum {
    DAY_MS = 24 * 60 * 60 * 1000
};

static void draft_decode(struct sender_state *s, const struct node *o, const struct ruleset *rules,
                         struct arena *a)
{
    const struct form *form = form_by_name(&rules->forms, node_text(o, "form"));
    struct draft *d = form ? drafts_add(s, a) : NULL;

    if (!d)
        return;
    d->form = form;
    d->nomor = node_text(o, "nomor");
    d->uuid = node_text(o, "uuid");
    blob_values(o, "values", form, d->values, a);
    blob_faults(o, "faults", form, d->faults);
    d->asking = (enum asking)node_int(o, "asking");
    d->error = (enum report_error)node_int(o, "error");
    d->field = node_text(o, "field");
    d->child = node_text(o, "child");
    d->sure = node_text(o, "sure");
    d->hash = node_text(o, "hash");
    d->at_ms = node_int(o, "at");
    d->provider = node_text(o, "provider");
    d->message_id = node_text(o, "message");
    d->not_child = node_bool(o, "not_child");
    d->second = node_bool(o, "second");
    d->before = node_text(o, "before");
    d->picked = node_text(o, "picked");
    d->correct = node_bool(o, "correct");
    d->whom = node_text(o, "whom");
    d->asked = node_text(o, "asked");
    d->unseen = node_bool(o, "unseen");
    d->question = node_text(o, "question");
    d->part = node_text(o, "part");
}

static struct node *draft_encode(const struct draft *d, struct arena *a)
{
    struct node *o = node_object(a);

    node_put(o, "nomor", d->nomor);
    node_put(o, "uuid", d->uuid);
    node_put(o, "form", d->form->name);
    blob_put_values(o, "values", d->form, d->values);
    blob_put_faults(o, "faults", d->form, d->faults);
    node_put_int(o, "asking", d->asking);
    node_put_int(o, "error", d->error);
    node_put(o, "field", d->field);
    node_put(o, "child", d->child);
    node_put(o, "sure", d->sure);
    node_put(o, "hash", d->hash);
    node_put_int(o, "at", d->at_ms);
    node_put(o, "provider", d->provider);
    node_put(o, "message", d->message_id);
    node_put_bool(o, "not_child", d->not_child);
    node_put_bool(o, "second", d->second);
    node_put(o, "before", d->before);
    node_put(o, "picked", d->picked);
    node_put_bool(o, "correct", d->correct);
    node_put(o, "whom", d->whom);
    node_put(o, "asked", d->asked);
    node_put_bool(o, "unseen", d->unseen);
    node_put(o, "question", d->question);
    node_put(o, "part", d->part);
    return o;
}

static void lists_decode(struct sender_state *s, const struct node *o, int64_t now_ms)
{
    const struct node *r = node_first(node_get(o, "repeats")), *k = node_first(node_get(o, "kept"));

    for (; r && s->repeats_n < DRAFTS_REPEATS; r = r->next)
        if (node_int(r, "at") + DAY_MS > now_ms)
            s->repeats[s->repeats_n++] = (struct repeat){ .hash = node_text(r, "h"),
                                                          .nomor = node_text(r, "n"),
                                                          .at_ms = node_int(r, "at") };
    for (; k && s->kept_n < DRAFTS_KEPT; k = k->next)
        s->kept[s->kept_n++] = (struct kept){ .text = node_text(k, "text"),
                                              .provider = node_text(k, "provider"),
                                              .message_id = node_text(k, "message"),
                                              .at_ms = node_int(k, "at"),
                                              .forwarded = node_bool(k, "forwarded"),
                                              .nomor = node_text(k, "nomor") };
}

static void sent_decode(struct sender_state *s, const struct node *o, int64_t now_ms)
{
    for (const struct node *k = node_first(node_get(o, "sent")); k && s->sent_n < DRAFTS_SENT; k = k->next)
        if (node_int(k, "at") + DRAFTS_SENT_DAYS * (int64_t)DAY_MS > now_ms)
            s->sent[s->sent_n++] = (struct sent_for){ .form = node_text(k, "form"),
                                                      .period = node_text(k, "for"),
                                                      .nomor = node_text(k, "n"),
                                                      .at_ms = node_int(k, "at") };
}

static struct node *sent_encode(const struct sender_state *s, struct arena *a)
{
    struct node *list = node_list(a);

    for (unsigned i = 0; i < s->sent_n; i++) {
        struct node *k = node_object(a);

        node_put(k, "form", s->sent[i].form);
        node_put(k, "for", s->sent[i].period);
        node_put(k, "n", s->sent[i].nomor);
        node_put_int(k, "at", s->sent[i].at_ms);
        node_add(list, k);
    }
    return list;
}

static void last_decode(struct sender_state *s, const struct node *o, const struct ruleset *rules,
                        int64_t now_ms, struct arena *a)
{
    struct last_report *l = &s->last;

    l->form = form_by_name(&rules->forms, node_text(o, "form"));
    l->at_ms = node_int(o, "at");
    l->values = ARENA_ARRAY(a, struct value, FORM_FIELDS);
    if (!l->form || !l->values || l->at_ms + DRAFTS_LAST_MS <= now_ms)
        return;
    blob_values(o, "values", l->form, l->values, a);
    l->whom = node_text(o, "whom");
    l->nomor = node_text(o, "n");
}

static struct node *last_encode(const struct last_report *l, struct arena *a)
{
    struct node *o = l->nomor.n ? node_object(a) : NULL;

    if (!o)
        return NULL;
    node_put(o, "n", l->nomor);
    node_put(o, "whom", l->whom);
    node_put(o, "form", l->form->name);
    node_put_int(o, "at", l->at_ms);
    blob_put_values(o, "values", l->form, l->values);
    return o;
}

static void noise_decode(struct noise *n, const struct node *o)
{
    *n = (struct noise){ .n = (unsigned)node_int(o, "n"),
                         .same = (unsigned)node_int(o, "same"),
                         .today = (unsigned)node_int(o, "today"),
                         .day = node_text(o, "day"),
                         .text = node_int(o, "text"),
                         .last_ms = node_int(o, "at") };
}

static void noise_encode(struct node *state, const char *name, const struct noise *n)
{
    struct node *o = n->day.n && state ? node_object(state->arena) : NULL;

    node_put_int(o, "n", n->n);
    node_put_int(o, "same", n->same);
    node_put_int(o, "today", n->today);
    node_put(o, "day", n->day);
    node_put_int(o, "text", n->text);
    node_put_int(o, "at", n->last_ms);
    node_set(state, name, o);
}

struct sender_state *drafts_decode(struct slice blob, const struct ruleset *rules, int64_t now_ms,
                                   struct arena *a)
{
    struct sender_state *s = ARENA_NEW(a, struct sender_state);
    const struct node *o = blob_parse(blob, a);

    if (s && o) {
        for (const struct node *d = node_first(node_get(o, "drafts")); d; d = d->next)
            draft_decode(s, d, rules, a);
        lists_decode(s, o, now_ms);
        sent_decode(s, o, now_ms);
        last_decode(s, node_get(o, "last"), rules, now_ms, a);
        s->again_ms = node_int(o, "again_at");
        if (s->again_ms + DAY_MS > now_ms)
            s->again = node_text(o, "again");
        s->refused_on = node_text(o, "refused_on");
        s->request = node_text(o, "request");
        s->ussd_told = node_text(o, "ussd_told");
        noise_decode(&s->noise, node_get(o, "noise"));
        noise_decode(&s->asks, node_get(o, "asks"));
        open_decode(&s->open, node_get(o, "open"));
        s->reported_week = node_int(o, "reported");
        s->stopped = node_bool(o, "stopped");
    }
    return s;
}

struct slice drafts_encode(const struct sender_state *s, struct arena *a)
{
    struct node *o = blob_new(a), *drafts = node_list(a), *repeats = node_list(a), *kept = node_list(a);

    for (unsigned i = 0; i < s->drafts_n; i++)
        node_add(drafts, draft_encode(&s->drafts[i], a));
    for (unsigned i = 0; i < s->repeats_n; i++) {
        struct node *r = node_object(a);

        node_put(r, "h", s->repeats[i].hash);
        node_put(r, "n", s->repeats[i].nomor);
        node_put_int(r, "at", s->repeats[i].at_ms);
        node_add(repeats, r);
    }
    for (unsigned i = 0; i < s->kept_n; i++) {
        struct node *k = node_object(a);

        node_put(k, "text", s->kept[i].text);
        node_put(k, "provider", s->kept[i].provider);
        node_put(k, "message", s->kept[i].message_id);
        node_put_int(k, "at", s->kept[i].at_ms);
        node_put_bool(k, "forwarded", s->kept[i].forwarded);
        node_put(k, "nomor", s->kept[i].nomor);
        node_add(kept, k);
    }
    node_set(o, "drafts", drafts);
    node_set(o, "repeats", repeats);
    node_set(o, "kept", kept);
    if (s->sent_n)
        node_set(o, "sent", sent_encode(s, a));
    node_set(o, "last", last_encode(&s->last, a));
    node_put(o, "again", s->again);
    node_put_int(o, "again_at", s->again_ms);
    node_put(o, "refused_on", s->refused_on);
    node_put(o, "request", s->request);
    node_put(o, "ussd_told", s->ussd_told);
    noise_encode(o, "noise", &s->noise);
    noise_encode(o, "asks", &s->asks);
    node_set(o, "open", open_encode(&s->open, a));
    node_put_int(o, "reported", s->reported_week);
    node_put_bool(o, "stopped", s->stopped);
    return blob_done(o, a);
}

struct draft *drafts_find(struct sender_state *s, struct slice nomor)
{
    for (unsigned i = 0; i < s->drafts_n; i++)
        if (slice_eq(s->drafts[i].nomor, nomor))
            return &s->drafts[i];
    return NULL;
}

struct draft *drafts_only(struct sender_state *s)
{
    return s->drafts_n == 1 ? &s->drafts[0] : NULL;
}

struct draft *drafts_add(struct sender_state *s, struct arena *a)
{
    struct draft *d = s->drafts_n < DRAFTS ? &s->drafts[s->drafts_n] : NULL;

    if (!d)
        return NULL;
    *d = (struct draft){ .values = ARENA_ARRAY(a, struct value, FORM_FIELDS) };
    if (!d->values)
        return NULL;
    s->drafts_n++;
    return d;
}

void drafts_remove(struct sender_state *s, struct slice nomor)
{
    struct draft *d = drafts_find(s, nomor);

    if (!d)
        return;
    s->drafts_n--;
    memmove(d, d + 1, (size_t)(&s->drafts[s->drafts_n] - d) * sizeof *d);
    s->changed = true;
}

bool drafts_is_sure(const struct draft *d, struct slice field)
{
    struct slice rest = d->sure;

    while (rest.n)
        if (slice_eq(slice_cut(&rest, ','), field))
            return true;
    return false;
}

void drafts_report(const struct draft *d, struct report *out)
{
    memset(out, 0, sizeof *out);
    out->form = d->form;
    memcpy(out->values, d->values, sizeof out->values);
    memcpy(out->faults, d->faults, sizeof out->faults);
    for (unsigned i = 0; i < d->form->fields_n; i++)
        if (drafts_is_sure(d, d->form->fields[i].name))
            out->faults[i] = REPORT_FAULT_SURE;
        else if (d->form->fields[i].type == FIELD_COUNTS && drafts_is_sure(d, d->field))
            out->faults[i] =
                0; /* the letter in question was confirmed by its own name; others may still be asked */
}

struct slice drafts_sent(const struct sender_state *s, const struct form *form, struct slice period)
{
    for (unsigned i = s->sent_n; period.n && i-- > 0;)
        if (slice_eq(s->sent[i].form, form->name) && slice_eq(s->sent[i].period, period))
            return s->sent[i].nomor;
    return slice_make("", 0);
}

void drafts_send(struct sender_state *s, const struct form *form, struct slice period, struct slice nomor,
                 int64_t at_ms)
{
    unsigned i = 0;

    if (!period.n)
        return;
    while (i < s->sent_n && !(slice_eq(s->sent[i].form, form->name) && slice_eq(s->sent[i].period, period)))
        i++;
    if (i == s->sent_n && i == DRAFTS_SENT)
        memmove(&s->sent[0], &s->sent[1], --i * sizeof s->sent[0]);
    else if (i == s->sent_n)
        s->sent_n++;
    s->sent[i] = (struct sent_for){ .form = form->name, .period = period, .nomor = nomor, .at_ms = at_ms };
    s->changed = true;
}

/* A value of the draft that is certain, and not the one in question. */
static const struct value *certain(const struct draft *d, unsigned i)
{
    bool open = d->faults[i] & REPORT_FAULT_ERROR ||
                (!asking_store(d->asking) && slice_eq(d->form->fields[i].name, d->field));

    return open || d->values[i].kind == VALUE_ABSENT ? NULL : &d->values[i];
}

/* Whom or what both are about.  *person: they name somebody. */
static bool same_person(const struct draft *d, const struct report *r, bool *person)
{
    static const enum meaning who[] = { AS_NAME, AS_NUMBER };

    *person = false;
    for (size_t k = 0; k < sizeof who / sizeof *who; k++) {
        int i = form_as(d->form, who[k]);

        if (i < 0 || (d->values[i].kind == VALUE_ABSENT && r->values[i].kind == VALUE_ABSENT))
            continue;
        *person = true;
        return d->values[i].kind == VALUE_TEXT && r->values[i].kind == VALUE_TEXT &&
               slice_ieq(d->values[i].text, r->values[i].text);
    }
    return certain(d, 0) && value_equal(&d->values[0], &r->values[0]);
}

static bool retyped(const struct draft *d, const struct report *r)
{
    static const enum meaning fixed[] = { AS_SEX, AS_AGE, AS_BIRTH, AS_GROUP, AS_KIND };
    bool person;

    if (d->correct || d->form != r->form || !same_person(d, r, &person))
        return false;
    for (unsigned i = 0; i < d->form->fields_n; i++) {
        const struct value *v = certain(d, i);
        bool matters = !person;

        for (size_t k = 0; k < sizeof fixed / sizeof *fixed; k++)
            matters |= d->form->fields[i].as == fixed[k];
        if (matters && v && r->values[i].kind != VALUE_ABSENT && !value_equal(v, &r->values[i]))
            return false;
    }
    return true;
}

struct draft *drafts_retyped(struct sender_state *s, const struct report *r)
{
    for (unsigned i = 0; r->form && i < s->drafts_n; i++)
        if (retyped(&s->drafts[i], r))
            return &s->drafts[i];
    return NULL;
}

struct draft *reading_retyped(const struct reading *r, struct sender_state *s, unsigned i)
{
    return r->retyped && r->retyped[i].n ? drafts_find(s, r->retyped[i]) : NULL;
}

bool reading_turned(const struct reading *r)
{
    const struct turned *t = &r->said.turned;

    return r->said.kind == SAID_TURNED && t->nomor.n &&
           (t->why != TURNED_WORDS || !drafts_find(r->state, t->nomor));
}

const struct repeat *drafts_repeat(const struct sender_state *s, struct slice hash)
{
    for (unsigned i = s->repeats_n; hash.n && i-- > 0;)
        if (slice_eq(s->repeats[i].hash, hash))
            return &s->repeats[i];
    return NULL;
}

void drafts_remember(struct sender_state *s, struct slice hash, struct slice nomor, int64_t at_ms)
{
    if (!hash.n || drafts_repeat(s, hash)) /* the first number that it got */
        return;
    if (s->repeats_n == DRAFTS_REPEATS) {
        memmove(&s->repeats[0], &s->repeats[1], (DRAFTS_REPEATS - 1) * sizeof s->repeats[0]);
        s->repeats_n--;
    }
    s->repeats[s->repeats_n++] = (struct repeat){ .hash = hash, .nomor = nomor, .at_ms = at_ms };
    s->changed = true;
}
