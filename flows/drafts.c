/* drafts.c - the sender's blob.  See drafts.h. */
#include "flows/drafts.h"

#include <string.h>

#include "flows/blob.h"

enum {
    DAY_MS = 24 * 60 * 60 * 1000
};

static void draft_decode(struct sender_state *s, const json_t *o, const struct ruleset *rules,
                         struct arena *a)
{
    const struct form *form = form_by_name(&rules->forms, blob_slice(o, "form", a));
    struct draft *d = form ? drafts_add(s, a) : NULL;

    if (!d)
        return;
    d->form = form;
    d->nomor = blob_slice(o, "nomor", a);
    d->uuid = blob_slice(o, "uuid", a);
    blob_values(o, "values", form, d->values, a);
    blob_faults(o, "faults", form, d->faults);
    d->asking = (enum asking)blob_int(o, "asking");
    d->error = (enum report_error)blob_int(o, "error");
    d->field = blob_slice(o, "field", a);
    d->child = blob_slice(o, "child", a);
    d->sure = blob_slice(o, "sure", a);
    d->hash = blob_slice(o, "hash", a);
    d->at_ms = blob_int(o, "at");
    d->provider = blob_slice(o, "provider", a);
    d->message_id = blob_slice(o, "message", a);
    d->not_child = blob_bool(o, "not_child");
    d->picked = blob_slice(o, "picked", a);
    d->correct = blob_bool(o, "correct");
}

static json_t *draft_encode(const struct draft *d)
{
    json_t *o = json_object();

    blob_put(o, "nomor", d->nomor);
    blob_put(o, "uuid", d->uuid);
    blob_put(o, "form", d->form->name);
    blob_put_values(o, "values", d->form, d->values);
    blob_put_faults(o, "faults", d->form, d->faults);
    blob_put_int(o, "asking", d->asking);
    blob_put_int(o, "error", d->error);
    blob_put(o, "field", d->field);
    blob_put(o, "child", d->child);
    blob_put(o, "sure", d->sure);
    blob_put(o, "hash", d->hash);
    blob_put_int(o, "at", d->at_ms);
    blob_put(o, "provider", d->provider);
    blob_put(o, "message", d->message_id);
    blob_put_bool(o, "not_child", d->not_child);
    blob_put(o, "picked", d->picked);
    blob_put_bool(o, "correct", d->correct);
    return o;
}

static void lists_decode(struct sender_state *s, const json_t *o, int64_t now_ms, struct arena *a)
{
    const json_t *repeats = json_object_get(o, "repeats"), *kept = json_object_get(o, "kept");

    for (size_t i = 0; i < json_array_size(repeats) && s->repeats_n < DRAFTS_REPEATS; i++) {
        const json_t *r = json_array_get(repeats, i);

        if (blob_int(r, "at") + DAY_MS > now_ms)
            s->repeats[s->repeats_n++] = (struct repeat){ .hash = blob_slice(r, "h", a),
                                                          .nomor = blob_slice(r, "n", a),
                                                          .at_ms = blob_int(r, "at") };
    }
    for (size_t i = 0; i < json_array_size(kept) && s->kept_n < DRAFTS_KEPT; i++) {
        const json_t *k = json_array_get(kept, i);

        s->kept[s->kept_n++] = (struct kept){ .text = blob_slice(k, "text", a),
                                              .provider = blob_slice(k, "provider", a),
                                              .message_id = blob_slice(k, "message", a),
                                              .at_ms = blob_int(k, "at") };
    }
}

static void noise_decode(struct noise *n, const json_t *o, struct arena *a)
{
    *n = (struct noise){ .n = (unsigned)blob_int(o, "n"),
                         .same = (unsigned)blob_int(o, "same"),
                         .today = (unsigned)blob_int(o, "today"),
                         .day = blob_slice(o, "day", a),
                         .text = blob_int(o, "text"),
                         .last_ms = blob_int(o, "at") };
}

static void noise_encode(json_t *state, const struct noise *n)
{
    json_t *o;

    if (!n->day.n)
        return;
    o = json_object();
    blob_put_int(o, "n", n->n);
    blob_put_int(o, "same", n->same);
    blob_put_int(o, "today", n->today);
    blob_put(o, "day", n->day);
    blob_put_int(o, "text", n->text);
    blob_put_int(o, "at", n->last_ms);
    json_object_set_new(state, "noise", o);
}

struct sender_state *drafts_decode(struct slice blob, const struct ruleset *rules, int64_t now_ms,
                                   struct arena *a)
{
    struct sender_state *s = ARENA_NEW(a, struct sender_state);
    json_t *o = blob_parse(blob);
    const json_t *drafts = json_object_get(o, "drafts");

    if (s && o) {
        for (size_t i = 0; i < json_array_size(drafts); i++)
            draft_decode(s, json_array_get(drafts, i), rules, a);
        lists_decode(s, o, now_ms, a);
        s->again_ms = blob_int(o, "again_at");
        if (s->again_ms + DAY_MS > now_ms)
            s->again = blob_slice(o, "again", a);
        s->refused_on = blob_slice(o, "refused_on", a);
        s->request = blob_slice(o, "request", a);
        s->ussd_told = blob_slice(o, "ussd_told", a);
        noise_decode(&s->noise, json_object_get(o, "noise"), a);
        s->stopped = blob_bool(o, "stopped");
    } else if (s) {
        s->foreign = blob.n > 0;
    }
    json_decref(o);
    return s;
}

struct slice drafts_encode(const struct sender_state *s, struct arena *a)
{
    json_t *o = blob_new(), *drafts = json_array(), *repeats = json_array(), *kept = json_array();

    for (unsigned i = 0; i < s->drafts_n; i++)
        json_array_append_new(drafts, draft_encode(&s->drafts[i]));
    for (unsigned i = 0; i < s->repeats_n; i++) {
        json_t *r = json_object();

        blob_put(r, "h", s->repeats[i].hash);
        blob_put(r, "n", s->repeats[i].nomor);
        blob_put_int(r, "at", s->repeats[i].at_ms);
        json_array_append_new(repeats, r);
    }
    for (unsigned i = 0; i < s->kept_n; i++) {
        json_t *k = json_object();

        blob_put(k, "text", s->kept[i].text);
        blob_put(k, "provider", s->kept[i].provider);
        blob_put(k, "message", s->kept[i].message_id);
        blob_put_int(k, "at", s->kept[i].at_ms);
        json_array_append_new(kept, k);
    }
    json_object_set_new(o, "drafts", drafts);
    json_object_set_new(o, "repeats", repeats);
    json_object_set_new(o, "kept", kept);
    blob_put(o, "again", s->again);
    blob_put_int(o, "again_at", s->again_ms);
    blob_put(o, "refused_on", s->refused_on);
    blob_put(o, "request", s->request);
    blob_put(o, "ussd_told", s->ussd_told);
    noise_encode(o, &s->noise);
    blob_put_bool(o, "stopped", s->stopped);
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
