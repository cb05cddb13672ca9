/* child_lists.c - the lists in which children are found by name: looking through them, and putting a child
 * into its own.  See child.h. */
#include "flows/care/child.h"

#include <stdlib.h>

#include "flows/step/blob.h"
#include "parsers/date.h"

enum {
    BUCKET = 200,      /* most children of one bucket: more are still filed, only not found by name */
    BIRTHS_APART = 62, /* days between two LAHIR of one mother that may be one birth */
};

#define WEIGHING(key, m) MEMBER(struct weighing, key, m)
SHARED_CODEC(weighing_codec, struct weighing, WEIGHING(at, at_ms), WEIGHING(bb, bb), WEIGHING(tb, tb),
             WEIGHING(n, nomor));

#define CHILD(key, m) MEMBER(struct child, key, m)

/* The first entry of a bucket; NULL: it has none. */
static const struct node *listed(const struct step *s, struct slice bucket)
{
    const struct node *o = bucket.n ? blob_parse(step_blob(s, SUBJECT_NAME, bucket), s->arena) : NULL;

    return node_first(node_get(o, "children"));
}

static bool lists(const struct step *s, struct slice bucket, struct slice nomor)
{
    for (const struct node *k = listed(s, bucket); k; k = k->next)
        if (slice_eq(node_text(k, "n"), nomor))
            return true;
    return false;
}

struct search {
    struct step *step;
    const struct child *wanted;
    struct slice key;
    int64_t born;
    unsigned exact, near;
    struct child best, other, best_near; /* other: of several exact ones */
};

static bool same_age(int64_t born, int64_t other)
{
    struct date a = date_of_days(born), b = date_of_days(other);
    int months = (a.year - b.year) * 12 + a.month - b.month;

    return months >= -1 && months <= 1;
}

/* A child in the buckets of its name. */
CODEC(entry_codec, struct child, CHILD(n, nomor), CHILD(id, id), CHILD(nama, nama), CHILD(jk, jk),
      CHILD(lahir, tgl_lahir), CHILD(exact, exact), CHILD(nik, nik),
      MEMBER_IN(struct child, birth, birth, weighing_codec),
      MEMBER_LIST(struct child, weighings, weighings, weighings_n, weighing_codec));

static struct node *entry_encode(const struct child *c, struct arena *a)
{
    struct node *o = node_object(a);

    codec_put(o, &entry_codec, c);
    return o;
}

/* `Rina`, where "Bayi Rina" is known: perhaps the same, and asked. */
static bool baby_of_that_name(struct slice a, struct slice b)
{
    return (slice_starts(a, "bayi ") && slice_eq(slice_skip(a, 5), b)) ||
           (slice_starts(b, "bayi ") && slice_eq(slice_skip(b, 5), a));
}

static void look_at(struct search *f, const struct node *o)
{
    struct child found = { 0 };
    struct slice key;
    int64_t born;
    bool by_nik;

    (void)codec_get(o, &entry_codec, &found);
    key = child_name_key(f->step->rules, found.nama, f->step->arena);
    by_nik = found.nik.n && slice_eq(found.nik, f->wanted->nik);
    if (!date_parse_iso(found.tgl_lahir, &born))
        return;
    if (!by_nik && (!slice_eq(found.jk, f->wanted->jk) || !same_age(born, f->born)))
        return;
    if ((by_nik || slice_eq(key, f->key)) && !slice_eq(found.nomor, f->best.nomor)) {
        f->other = f->best;
        f->best = found;
        f->exact++;
    } else if (!slice_eq(key, f->key) && (slice_one_edit(key, f->key) || baby_of_that_name(key, f->key))) {
        f->best_near = found;
        f->near++;
    }
}

enum child_match child_match(struct step *s, struct slice posyandu, const struct child *wanted,
                             struct child *out, struct child *other)
{
    struct search f = { .step = s,
                        .wanted = wanted,
                        .key = child_name_key(s->rules, wanted->nama, s->arena) };
    struct slice id[CHILD_BUCKETS];

    child_buckets(posyandu, f.key, wanted->nik, s->arena, id);
    if (!date_parse_iso(wanted->tgl_lahir, &f.born))
        return CHILD_NEW;
    for (unsigned i = 0; i < CHILD_BUCKETS; i++) {
        static const unsigned order[CHILD_BUCKETS] = { 2, 0, 1, 3, 4 };
        for (const struct node *k = listed(s, id[order[i]]); k; k = k->next)
            look_at(&f, k);
        if (f.exact)
            break; /* NIK wins; and the other buckets of the name hold the same ones */
    }
    *out = f.exact ? f.best : f.best_near;
    *other = f.other;
    return f.exact == 1 ? CHILD_ONE : f.exact || f.near ? CHILD_ASK : CHILD_NEW;
}

/* No mother gives birth again so soon. */
static bool one_birth(struct slice a, struct slice b)
{
    int64_t day, other;

    return date_parse_iso(a, &day) && date_parse_iso(b, &other) && llabs(day - other) <= BIRTHS_APART;
}

bool child_born_before(struct step *s, const struct child *wanted, struct child *out)
{
    struct slice key = child_name_key(s->rules, wanted->nama, s->arena), id[CHILD_BUCKETS];
    bool found = false;

    child_buckets(wanted->posyandu, key, wanted->nik, s->arena, id);
    for (unsigned b = 0; b < CHILD_BUCKETS && !found; b += 3) /* by its first letters */
        for (const struct node *k = listed(s, id[b]); k; k = k->next) {
            struct child c = { 0 };

            (void)codec_get(k, &entry_codec, &c);
            if (!c.birth.at_ms || !one_birth(c.tgl_lahir, wanted->tgl_lahir) ||
                !slice_eq(child_name_key(s->rules, c.nama, s->arena), key))
                continue;
            *out = c;
            found = true;
        }
    return found;
}

/* Puts the child into bucket b, or in the place of what stood there of it.  The bucket of the last letters
 * serves names one edit away, who are asked about: it needs no weighings. */
static void bucket_put(struct step *s, unsigned b, struct slice id, const struct child *c)
{
    struct node *o = blob_new(s->arena), *children = node_list(s->arena);
    struct child kept = *c;
    bool stands = false;

    if (b == 1)
        kept.weighings_n = 0;

    for (const struct node *k = listed(s, id); k; k = k->next) {
        bool it = slice_eq(node_text(k, "n"), c->nomor);

        node_add(children, it ? entry_encode(&kept, s->arena) : node_again(s->arena, k));
        stands |= it;
    }
    if (!stands && children && children->n < BUCKET)
        node_add(children, entry_encode(&kept, s->arena));
    node_set(o, "children", children);
    step_write(s, SUBJECT_NAME, id, blob_done(o, s->arena), CHILD_KEPT_MS);
}

void child_unlist(struct step *s, struct slice bucket, struct slice nomor)
{
    struct node *o = blob_new(s->arena), *children = node_list(s->arena);

    if (!lists(s, bucket, nomor))
        return;
    for (const struct node *k = listed(s, bucket); k; k = k->next)
        if (!slice_eq(node_text(k, "n"), nomor))
            node_add(children, node_again(s->arena, k));
    node_set(o, "children", children);
    step_write(s, SUBJECT_NAME, bucket, blob_done(o, s->arena), CHILD_KEPT_MS);
}

void child_list(struct step *s, const struct child *c)
{
    struct slice id[CHILD_BUCKETS];

    child_buckets(c->posyandu, child_name_key(s->rules, c->nama, s->arena), c->nik, s->arena, id);
    for (unsigned b = 0; b < CHILD_LISTED; b++)
        if (id[b].n)
            bucket_put(s, b, id[b], c);
}

void child_list_anew(struct step *s, const struct due *d, const struct child *c, bool changed)
{
    for (unsigned b = CHILD_LISTED; b < CHILD_BUCKETS; b++) {
        changed |= lists(s, d->buckets[b], c->nomor);
        child_unlist(s, d->buckets[b], c->nomor);
    }
    for (unsigned b = 0; b < CHILD_LISTED; b++)
        if (d->buckets[b].n && (b != 1 || changed))
            bucket_put(s, b, d->buckets[b], c);
}
