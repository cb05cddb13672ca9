/* drafts.c - the sender's blob.  See drafts.h. */
#include "flows/step/drafts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flows/step/blob.h"

enum {
    DAY_MS = 24 * 60 * 60 * 1000
};

/* --- the blob: tables of members, and by hand what a form says the names of --- */

#define DRAFT(key, m) MEMBER(struct draft, key, m)
CODEC(draft_codec, struct draft, DRAFT(nomor, nomor), DRAFT(uuid, uuid),
      MEMBER_ONE_OF(struct draft, asking, asking, ASK_SURE + 1),
      MEMBER_ONE_OF(struct draft, error, error, ERROR_CHECK_DIGIT + 1), DRAFT(field, field),
      DRAFT(child, child), DRAFT(sure, sure), DRAFT(hash, hash), DRAFT(at, at_ms), DRAFT(provider, provider),
      DRAFT(message, message_id), DRAFT(not_child, not_child), DRAFT(second, second), DRAFT(before, before),
      DRAFT(picked, picked), DRAFT(correct, correct), DRAFT(whom, whom), DRAFT(asked, asked),
      DRAFT(unseen, unseen), DRAFT(question, question), DRAFT(part, part), DRAFT(died, died),
      DRAFT(died_words, died_words), DRAFT(unsure, unsure), DRAFT(unread, unread), DRAFT(called, called));

#define KEPT(key, m) MEMBER(struct kept, key, m)
CODEC(kept_codec, struct kept, KEPT(text, text), KEPT(provider, provider), KEPT(message, message_id),
      KEPT(at, at_ms), KEPT(forwarded, forwarded), KEPT(nomor, nomor));

CODEC(sent_codec, struct sent_for, MEMBER(struct sent_for, form, form),
      MEMBER(struct sent_for, for, period), MEMBER(struct sent_for, n, nomor),
      MEMBER(struct sent_for, at, at_ms));

CODEC(last_codec, struct last_report, MEMBER(struct last_report, n, nomor),
      MEMBER(struct last_report, whom, whom), MEMBER(struct last_report, at, at_ms));

#define NOISE(key, m) MEMBER(struct noise, key, m)
CODEC(noise_codec, struct noise, NOISE(n, n), NOISE(same, same), NOISE(today, today), NOISE(day, day),
      NOISE(text, text), NOISE(at, last_ms));

#define STATE(key, m) MEMBER(struct sender_state, key, m)
CODEC(state_codec, struct sender_state, MEMBER_LIST(struct sender_state, kept, kept, kept_n, kept_codec),
      MEMBER_LIST(struct sender_state, sent, sent, sent_n, sent_codec), STATE(today, filed),
      STATE(again, again), STATE(again_at, again_ms), STATE(other, again_other), STATE(offer, offer),
      STATE(offer_at, offer_ms), STATE(refused_on, refused_on), STATE(request, request),
      STATE(ussd_told, ussd_told), MEMBER_IN(struct sender_state, noise, noise, noise_codec),
      MEMBER_IN(struct sender_state, asks, asks, noise_codec),
      MEMBER_LIST(struct sender_state, open, open.all, open.n, open_case_codec),
      STATE(reported, reported_week), STATE(stopped, stopped));

/* --- repeats ---
 *
 * They are most of what is kept of who reports all day, read and written with each report: "29920380;" is the
 * minute of the newest, then each is seven digits of its text, two of how many minutes before that it came,
 * to the base of 64, and its number: "0aZ_k3f0B48217;". */

enum {
    TEXT_DIGITS = 7,
    AGE_DIGITS = 2,
    MINUTE_MS = 60000,
};

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

static void put_digits(struct buf *b, uint64_t n, unsigned count)
{
    char text[TEXT_DIGITS];

    for (unsigned i = count; i-- > 0; n >>= 6)
        text[i] = digits[n & 63];
    buf_add(b, slice_make(text, count));
}

/* -1: it is none. */
static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 36;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* False where one is no digit. */
static bool take_digits(struct slice *s, unsigned count, uint64_t *out)
{
    *out = 0;
    for (unsigned i = 0; i < count; i++) {
        int digit = i < s->n ? digit_of(s->p[i]) : -1;

        if (digit < 0)
            return false;
        *out = *out << 6 | (uint64_t)digit;
    }
    *s = slice_skip(*s, count);
    return true;
}

/* Of its hash as hexadecimal text. */
static uint64_t text_of(struct slice hash)
{
    uint64_t n = 0;

    for (size_t i = 0; i < hash.n && i < 16; i++) {
        unsigned c = (unsigned char)hash.p[i], figure = c - '0', letter = c - 'a';

        if (figure > 9 && letter > 5)
            break;
        n = n << 4 | (figure > 9 ? letter + 10 : figure);
    }
    return n & ((UINT64_C(1) << 6 * TEXT_DIGITS) - 1);
}

static void repeat_add(struct sender_state *s, uint64_t text, struct slice nomor, int64_t at_ms)
{
    if (nomor.n && at_ms >= 0 && at_ms < INT64_MAX / 2 && s->repeats_n < DRAFTS_REPEATS)
        s->repeats[s->repeats_n++] = (struct repeat){ .text = text, .nomor = nomor, .at_ms = at_ms };
}

static void repeats_unpack(struct sender_state *s, struct slice all)
{
    struct slice newest = slice_cut(&all, ';');
    int64_t minute = 0;

    if (!slice_to_i64(newest, &minute) || minute < 0 || minute > INT64_MAX / 2 / MINUTE_MS)
        return;
    while (all.n) {
        struct slice one = slice_cut(&all, ';');
        uint64_t text, age;

        if (take_digits(&one, TEXT_DIGITS, &text) && take_digits(&one, AGE_DIGITS, &age))
            repeat_add(s, text, one, (minute - (int64_t)age) * MINUTE_MS);
    }
}

/* As former versions kept them: "0123456789abcdef,48217,69a1c2d3;", before that as objects. */
static void repeats_former(struct sender_state *s, const struct node *o)
{
    for (const struct node *r = node_first(node_get(o, "repeats")); r; r = r->next)
        repeat_add(s, text_of(node_text(r, "h")), node_text(r, "n"), node_int(r, "at"));
    for (struct slice all = node_text(o, "r"); all.n;) {
        struct slice one = slice_cut(&all, ';'), hash = slice_cut(&one, ','), nomor = slice_cut(&one, ',');

        repeat_add(s, text_of(hash), nomor, one.n ? (strtoll(one.p, NULL, 16) & UINT32_MAX) * 1000 : 0);
    }
}

static struct slice repeats_pack(const struct sender_state *s, struct arena *a)
{
    int64_t newest = 0;
    struct buf b;

    buf_init(&b, DRAFTS_REPEATS * 64);
    for (unsigned i = 0; i < s->repeats_n; i++)
        newest = s->repeats[i].at_ms / MINUTE_MS > newest ? s->repeats[i].at_ms / MINUTE_MS : newest;
    buf_i64(&b, newest);
    buf_char(&b, ';');
    for (unsigned i = 0; i < s->repeats_n; i++) {
        uint64_t age = (uint64_t)(newest - s->repeats[i].at_ms / MINUTE_MS);

        if (age >> 6 * AGE_DIGITS)
            continue; /* days */
        put_digits(&b, s->repeats[i].text, TEXT_DIGITS);
        put_digits(&b, age, AGE_DIGITS);
        buf_add(&b, s->repeats[i].nomor);
        buf_char(&b, ';');
    }
    return buf_into(&b, a);
}

/* --- drafts --- */

static void draft_decode(struct sender_state *s, const struct node *o, const struct ruleset *rules,
                         struct arena *a)
{
    const struct form *form = form_by_name(&rules->forms, node_text(o, "form"));
    struct draft *d = form ? drafts_add(s, a) : NULL;
    struct value *values = d ? d->values : NULL;

    if (!d)
        return;
    (void)codec_get(o, &draft_codec, d);
    d->values = values;
    d->form = form;
    blob_values(o, "values", form, d->values, a);
    blob_faults(o, "faults", form, d->faults);
}

static struct node *draft_encode(const struct draft *d, struct arena *a)
{
    struct node *o = node_object(a);

    node_put(o, "form", d->form->name);
    blob_put_values(o, "values", d->form, d->values);
    blob_put_faults(o, "faults", d->form, d->faults);
    codec_put(o, &draft_codec, d);
    return o;
}

/* What is older than it is remembered for. */
static void forget(struct sender_state *s, int64_t now_ms)
{
    unsigned n = 0;

    for (unsigned i = 0; i < s->repeats_n; i++)
        if (s->repeats[i].at_ms + DAY_MS > now_ms)
            s->repeats[n++] = s->repeats[i];
    s->repeats_n = n;
    n = 0;
    for (unsigned i = 0; i < s->sent_n; i++)
        if (s->sent[i].at_ms + DRAFTS_SENT_DAYS * (int64_t)DAY_MS > now_ms)
            s->sent[n++] = s->sent[i];
    s->sent_n = n;
    if (s->again_ms + DAY_MS <= now_ms)
        s->again = slice_make("", 0);
    if (s->offer_ms + DRAFTS_OFFER_MS <= now_ms)
        s->offer = slice_make("", 0);
}

static void last_decode(struct last_report *l, const struct node *o, const struct ruleset *rules,
                        int64_t now_ms, struct arena *a)
{
    (void)codec_get(o, &last_codec, l);
    l->form = form_by_name(&rules->forms, node_text(o, "form"));
    l->values = l->form ? ARENA_ARRAY(a, struct value, FORM_FIELDS) : NULL;
    if (!l->form || !l->values || l->at_ms + DRAFTS_LAST_MS <= now_ms)
        l->nomor = slice_make("", 0);
    else
        blob_values(o, "values", l->form, l->values, a);
}

static struct node *last_encode(const struct last_report *l, struct arena *a)
{
    struct node *o = l->nomor.n ? node_object(a) : NULL;

    if (!o)
        return NULL;
    codec_put(o, &last_codec, l);
    node_put(o, "form", l->form->name);
    blob_put_values(o, "values", l->form, l->values);
    return o;
}

struct sender_state *drafts_decode(struct slice blob, const struct ruleset *rules, int64_t now_ms,
                                   struct arena *a)
{
    struct sender_state *s = arena_raw(a, sizeof *s);
    const struct node *o = blob_parse(blob, a);

    if (!s)
        return NULL;
    memset(s, 0, offsetof(struct sender_state, drafts));
    if (!o)
        return s;
    (void)codec_get(o, &state_codec, s);
    repeats_former(s, o);
    repeats_unpack(s, node_text(o, "told"));
    for (const struct node *d = node_first(node_get(o, "drafts")); d; d = d->next)
        draft_decode(s, d, rules, a);
    last_decode(&s->last, node_get(o, "last"), rules, now_ms, a);
    forget(s, now_ms);
    return s;
}

struct slice drafts_encode(const struct sender_state *s, struct arena *a)
{
    struct node *o = blob_new(a), *drafts = node_list(a);

    for (unsigned i = 0; i < s->drafts_n; i++)
        node_add(drafts, draft_encode(&s->drafts[i], a));
    node_set(o, "drafts", drafts);
    node_set(o, "last", last_encode(&s->last, a));
    codec_put(o, &state_codec, s);
    if (s->repeats_n)
        node_put(o, "told", repeats_pack(s, a));
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
    out->unsure = d->unsure;
    for (unsigned i = 0; i < d->form->fields_n; i++)
        if (drafts_is_sure(d, d->form->fields[i].name))
            out->faults[i] = REPORT_FAULT_SURE;
        else if (d->form->fields[i].type == FIELD_COUNTS && drafts_is_sure(d, d->field))
            out->faults[i] =
                0; /* the letter in question was confirmed by its own name; others may still be asked */
}

bool drafts_may_lack(const struct draft *d)
{
    int i = form_field_named(d->form, d->field);

    if (i < 0 || asking_store(d->asking))
        return false;
    for (unsigned v = 0; v < d->form->variants_n; v++)
        if (variant_requires(&d->form->variants[v], (unsigned)i))
            return false;
    return true;
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

/* The WAFAT of whom an open question asks whether she died. */
static bool says_death_of(const struct draft *d, const struct report *r)
{
    struct slice nama = report_text(r, AS_NAME);

    return d->asking == ASK_DEATH && form_is(r->form, FORM_DEATH) && d->form->counts < 0 && nama.n &&
           (slice_ieq(nama, d->whom) || slice_ieq(nama, text_as(d->form, d->values, AS_NAME)));
}

static bool retyped(const struct draft *d, const struct report *r)
{
    static const enum meaning fixed[] = { AS_SEX, AS_AGE, AS_BIRTH, AS_GROUP, AS_KIND };
    bool person;

    if (says_death_of(d, r))
        return true;
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

static const struct repeat *repeat_of(const struct sender_state *s, uint64_t text)
{
    for (unsigned i = s->repeats_n; i-- > 0;)
        if (s->repeats[i].text == text)
            return &s->repeats[i];
    return NULL;
}

const struct repeat *drafts_repeat(const struct sender_state *s, struct slice hash)
{
    return hash.n ? repeat_of(s, text_of(hash)) : NULL;
}

void drafts_forget(struct sender_state *s, struct slice hash)
{
    uint64_t text = text_of(hash);
    unsigned n = 0;

    for (unsigned i = 0; i < s->repeats_n; i++)
        if (s->repeats[i].text != text)
            s->repeats[n++] = s->repeats[i];
    s->changed |= n < s->repeats_n;
    s->repeats_n = n;
}

void drafts_remember(struct sender_state *s, struct slice hash, struct slice nomor, int64_t at_ms)
{
    uint64_t text = text_of(hash);

    if (!hash.n || repeat_of(s, text)) /* the first number that it got */
        return;
    if (s->repeats_n == DRAFTS_REPEATS) {
        memmove(&s->repeats[0], &s->repeats[1], (DRAFTS_REPEATS - 1) * sizeof s->repeats[0]);
        s->repeats_n--;
    }
    repeat_add(s, text, nomor, at_ms);
    s->changed = true;
}
