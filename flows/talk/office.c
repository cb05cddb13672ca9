/* office.c - see office.h. */
#include "flows/talk/office.h"

#include "flows/care/merge.h"
#include "gateway/base/node.h"

/* {"do":"temuan","village":…,"month":…,"indicator":…,"n":…,"d":…,"percent":…,"target":…}: what the month says
 * of a village goes to whoever looks after it: the pustu, else the puskesmas (KMK 2015/2023: "notified to the
 * pustu"). */
static void finding(struct step *s, const struct node *o)
{
    const struct place *village = directory_place(&s->rules->directory, node_text(o, "village"));
    const struct place *pustu = village ? step_next_level(s, village) : NULL;
    struct audience who = { 0 };

    if (!village || !pustu) {
        step_answer(s, S(""), step_text(s, s->language, "temuan.nobody", NULL, 0));
        step_reason(s, "command_refused");
        return;
    }
    step_audience(s, pustu, &who);
    {
        const struct text_fill f[] = { { "desa", village->name },
                                       { "bulan", node_text(o, "month") },
                                       { "indikator", node_text(o, "indicator") },
                                       { "a", node_text(o, "n") },
                                       { "b", node_text(o, "d") },
                                       { "c", node_text(o, "percent") },
                                       { "d", node_text(o, "target") } };
        const struct text_fill said[] = { { "jumlah", arena_printf(s->arena, "%u", who.n) },
                                          { "tempat", who.place ? who.place->name : S("") } };

        step_tell(s, &who, SMS_ALERT, S(""), "temuan.pws", FILLS(f));
        step_answer(s, S(""), step_text(s, s->language, "temuan.sent", FILLS(said)));
    }
    step_reason(s, "command");
}

static void merge_said(struct step *s, const struct node *o, enum merge_rc rc, const char *done)
{
    static const char *const wrong[] = {
        [MERGE_NO_CHILD] = "gabung.none", [MERGE_SAME] = "gabung.same", [MERGE_SEX] = "gabung.sex"
    };
    const struct text_fill f[] = { { "anak", node_text(o, "from") }, { "lain", node_text(o, "into") } };

    step_answer(s, S(""), step_text(s, s->language, rc == MERGE_DONE ? done : wrong[rc], FILLS(f)));
    step_reason(s, rc == MERGE_DONE ? "command" : "command_refused");
}

/* {"do":"gabung","from":"1029","into":"1010"}: two numbers are one child. */
static void merge(struct step *s, const struct node *o)
{
    merge_said(s, o, merge_children(s, node_text(o, "from"), node_text(o, "into")), "gabung.done");
}

/* {"do":"pisah","from":"1029","into":"1010"}: they are not, after all. */
static void split(struct step *s, const struct node *o)
{
    bool so = slice_eq(merge_into(step_blob(s, SUBJECT_NUMBER, node_text(o, "from")), s->arena),
                       node_text(o, "into"));

    merge_said(s, o, so ? merge_undo(s, node_text(o, "from")) : MERGE_NO_CHILD, "gabung.undone");
}

static const struct {
    const char *what;
    void (*run)(struct step *, const struct node *);
} orders[] = {
    { "temuan", finding },
    { "gabung", merge },
    { "pisah", split },
};

bool office_is(const struct inbound *in)
{
    return in->kind == INBOUND_STAFF && slice_starts(in->text, "{");
}

void office_subjects(const struct inbound *in, struct arena *a, struct intent *out)
{
    const struct node *o = node_read(in->text, a);

    (void)(intent_add(out, SUBJECT_NUMBER, node_text(o, "from")) &&
           intent_add(out, SUBJECT_NUMBER, node_text(o, "into")));
}

void office_step(struct step *s)
{
    const struct node *o = node_read(s->seen->inbound->text, s->arena);

    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (slice_is(node_text(o, "do"), orders[i].what)) {
            orders[i].run(s, o);
            return;
        }
    step_reason(s, "command_refused");
}
