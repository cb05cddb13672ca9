/* merge.c - see merge.h. */
#include "flows/care/merge.h"

#include "flows/care/doses.h"
#include "flows/step/blob.h"

static bool same_weighing(const struct weighing *a, const struct weighing *b)
{
    return a->at_ms == b->at_ms && slice_eq(a->nomor, b->nomor);
}

static bool has_weighing(const struct child *c, const struct weighing *w)
{
    for (unsigned i = 0; i < c->weighings_n; i++)
        if (same_weighing(&c->weighings[i], w))
            return true;
    return false;
}

/* In its place by time; of more than are kept the oldest goes. */
static void add_weighing(struct child *c, const struct weighing *w)
{
    unsigned at = c->weighings_n;

    if (has_weighing(c, w))
        return;
    while (at > 0 && c->weighings[at - 1].at_ms > w->at_ms)
        at--;
    if (c->weighings_n == CHILD_WEIGHINGS) {
        if (at == 0)
            return;
        at--;
        for (unsigned i = 0; i < at; i++)
            c->weighings[i] = c->weighings[i + 1];
        c->weighings[at] = *w;
        return;
    }
    for (unsigned i = c->weighings_n; i > at; i--)
        c->weighings[i] = c->weighings[i - 1];
    c->weighings[at] = *w;
    c->weighings_n++;
}

static void drop_weighings(struct child *c, const struct child *of)
{
    unsigned n = 0;

    for (unsigned i = 0; i < c->weighings_n; i++)
        if (!has_weighing(of, &c->weighings[i]))
            c->weighings[n++] = c->weighings[i];
    c->weighings_n = n;
}

/* A child out of the blob that another one keeps of it. */
static void child_kept(const struct node *o, struct child *out)
{
    *out = (struct child){ 0 };
    (void)codec_get(o, &child_codec, out);
}

static struct slice blob_of(const struct step *s, struct slice nomor)
{
    return step_blob(s, SUBJECT_NUMBER, nomor);
}

struct slice merge_into(struct slice blob, struct arena *a)
{
    return node_text(blob_parse(blob, a), "into");
}

/* The lists that hold the number are known by names alone: a timer goes to them. */
static void forget_later(struct step *s, const struct child *c)
{
    struct due lists = { .what = S("child"), .nomor = c->nomor, .act = S("gabung") };
    struct due visits = {
        .what = S("tugas"), .nomor = c->nomor, .act = S("gabung"), .posyandu = c->posyandu
    };

    child_buckets(c->posyandu, child_name_key(s->rules, c->nama, s->arena), c->nik, s->arena, lists.buckets);
    step_timer(s, ARENA_JOIN(s->arena, S("child:"), c->nomor, S(":gabung")), step_due(s, &lists), s->now_ms);
    step_timer(s, ARENA_JOIN(s->arena, S("tugas:"), c->nomor, S(":gabung")), step_due(s, &visits), s->now_ms);
}

static void write_merged(struct step *s, const struct child *from, const struct child *into)
{
    const struct node *was = blob_parse(blob_of(s, from->nomor), s->arena);
    const struct node *before = blob_parse(blob_of(s, into->nomor), s->arena);
    struct node *o = child_encode(s, into);

    if (!was || !before) /* the arena is full: nothing of this step is kept */
        return;
    node_put(o, "into", into->nomor);
    node_set(o, "was", node_again(s->arena, was));
    node_set(o, "kept", node_again(s->arena, before));
    step_write(s, SUBJECT_NUMBER, from->nomor, blob_done(o, s->arena), CHILD_KEPT_MS);
}

enum merge_rc merge_children(struct step *s, struct slice from, struct slice into)
{
    struct child gone, stays;

    if (!child_load(s, from, &gone) || !child_load(s, into, &stays) || !slice_eq(gone.nomor, from) ||
        !slice_eq(stays.nomor, into))
        return MERGE_NO_CHILD;
    if (slice_eq(from, into))
        return MERGE_SAME;
    if (!slice_eq(gone.jk, stays.jk))
        return MERGE_SEX;
    for (unsigned i = 0; i < gone.weighings_n; i++)
        add_weighing(&stays, &gone.weighings[i]);
    stays.doses = doses_with(stays.doses, gone.doses, s->arena);
    if (!stays.nik.n)
        stays.nik = gone.nik;
    if (!stays.birth.at_ms)
        stays.birth = gone.birth;
    if (gone.since && gone.since < stays.since)
        stays.since = gone.since;
    write_merged(s, &gone, &stays);
    child_changed(s, &stays);
    child_row(s, &gone, stays.id);
    forget_later(s, &gone);
    return MERGE_DONE;
}

enum merge_rc merge_undo(struct step *s, struct slice from)
{
    const struct node *o = blob_parse(blob_of(s, from), s->arena), *was = node_get(o, "was");
    struct child gone, stays, had, kept;

    if (!was || !node_text(o, "into").n || !child_load(s, node_text(o, "into"), &stays))
        return MERGE_NO_CHILD;
    child_kept(was, &had);
    child_kept(node_get(o, "kept"), &kept);
    drop_weighings(&stays, &had);
    for (unsigned i = 0; i < kept.weighings_n; i++)
        add_weighing(&stays, &kept.weighings[i]);
    stays.doses = doses_with(doses_without(stays.doses, had.doses, s->arena), kept.doses, s->arena);
    if (!kept.nik.n && slice_eq(stays.nik, had.nik))
        stays.nik = S("");
    step_write(s, SUBJECT_NUMBER, from, blob_done(was, s->arena), CHILD_KEPT_MS);
    if (!child_load(s, from, &gone))
        return MERGE_NO_CHILD;
    child_changed(s, &stays);
    child_changed(s, &gone);
    return MERGE_DONE;
}
