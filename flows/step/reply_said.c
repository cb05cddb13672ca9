/* reply_said.c - what would be answered to a whole SMS, as `parse` prints it.  See reply.h. */
#include "flows/step/reply.h"
#include "flows/step/reply_parts.h"
#include "gateway/conf/texts.h"

static struct slice said_command(const struct ruleset *rules, struct slice language, const struct command *c,
                                 struct arena *a)
{
    const struct form *form = form_by_name(&rules->forms, c->arg);
    const struct text_fill f[] = { { "perintah", slice_of(command_name(c->kind)) }, { "nomor", c->nomor } };

    if (c->status != REPORT_ACCEPTED)
        return reply_command_error(rules, language, c, NULL, a);
    if (c->kind == COMMAND_BANTUAN)
        return reply_help(rules, language, slice_make("", 0), a);
    if (c->kind == COMMAND_FORMAT && form)
        return reply_format(rules, language, form, a);
    return text_fill(rules->texts, language, "command.understood", FILLS(f), a);
}

struct slice reply_command(enum command_kind kind, struct arena *a)
{
    struct slice s = arena_copy(a, slice_of(command_name(kind)));
    char *p = (char *)(uintptr_t)s.p;

    for (size_t i = 0; i < s.n; i++)
        p[i] = p[i] == '_' ? ' ' : p[i] >= 'a' && p[i] <= 'z' ? (char)(p[i] - 32) : p[i];
    return s;
}

struct slice reply_turned(const struct ruleset *rules, struct slice language, const struct turned *t,
                          struct arena *a)
{
    const struct text_fill f[] = {
        { "perintah", reply_command(t->command, a) },
        { "atau", reply_command(t->instead, a) },
        { "nomor", t->nomor },
        { "form", t->form ? t->form->title : slice_make("", 0) },
    };
    const char *key =
        t->why == TURNED_HOLDS   ? "turned.holds"
        : t->why == TURNED_WORDS ? "turned.words"
        : t->why == TURNED_FORM
            ? t->asked ? "turned.asked" : (t->form && t->form->counts >= 0 ? "turned.nil" : "turned.form")
        : t->instead ? "turned.either"
                     : "turned.ask";

    return text_fill(rules->texts, language, key, FILLS(f), a);
}

struct slice reply_said(const struct ruleset *rules, struct slice language, const struct said *said,
                        struct arena *a)
{
    struct slice none = S("00000");
    struct reply_outcome all[UNDERSTAND_REPORTS];

    if (said->turned.why)
        return reply_turned(rules, language, &said->turned, a);
    if (said->kind == SAID_COMMAND)
        return said_command(rules, language, &said->command, a);
    if (said->kind == SAID_NOTHING || said->reports_n == 0)
        return reply_unknown(rules, language, slice_make("", 0), a);
    if (said->reports_n == 1)
        return said->reports[0].form ? reply_report(rules, language, &said->reports[0],
                                                    &(struct reply_about){ .nomor = none }, a)
                                     : reply_unknown(rules, language, slice_make("", 0), a);
    for (unsigned i = 0; i < said->reports_n; i++)
        all[i] = reply_outcome_of(&said->reports[i], none, a);
    return reply_many(rules, language, all, said->reports_n, 0, a);
}

struct reply_outcome reply_outcome_of(const struct report *r, struct slice nomor, struct arena *a)
{
    struct reply_outcome o = { .nomor = nomor };

    if (r->status != REPORT_ACCEPTED) {
        o.field = reply_label(r->form, r->error_field);
        o.isi = reply_value(r->form, r->values, form_called(r->form, AS_NAME), a);
    }
    return o;
}
