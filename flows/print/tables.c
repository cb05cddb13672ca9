/* tables.c - forms and commands as Markdown.  See tables.h. */
#include "flows/print/tables.h"

#include "flows/step/reply_parts.h"
#include "flows/step/roles.h"
#include "gateway/conf/texts.h"

/* A bar would end the cell. */
static void cell(struct buf *out, struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        buf_printf(out, s.p[i] == '|' ? "\\%c" : "%c", s.p[i]);
}

static void form_row(struct buf *out, const struct form *form)
{
    buf_printf(out, "| %.*s | %.*s |", SLICE_ARG(form->name), SLICE_ARG(form->klaster));
    for (unsigned i = 0; i < form->keywords_n; i++)
        buf_printf(out, " %.*s", SLICE_ARG(form->keywords[i]));
    buf_str(out, " | ");
    for (unsigned v = 0; v < form->variants_n; v++) {
        buf_str(out, v ? " · or: " : "");
        reply_fields(out, form, &form->variants[v], "[", "]");
    }
    buf_str(out, " | ");
    if (form->examples_n) {
        buf_char(out, '`');
        cell(out, form->examples[0]);
        buf_char(out, '`');
    }
    buf_str(out, " |\n");
}

void tables_forms(struct buf *out, const struct form_set *forms)
{
    buf_str(out, "| form | klaster | keywords | fields in order, `[optional]` | example |\n"
                 "|---|---|---|---|---|\n");
    for (unsigned i = 0; i < forms->n; i++)
        form_row(out, &forms->forms[i]);
}

static void who(struct buf *out, enum command_kind kind)
{
    unsigned n = 0;

    for (unsigned r = 0; r < ROLES; r++)
        n += roles_may_command(&(struct person){ .role = (enum role)r }, kind);
    if (n == ROLES)
        buf_str(out, "everyone");
    for (unsigned r = 0, i = 0; r < ROLES && n < ROLES; r++)
        if (roles_may_command(&(struct person){ .role = (enum role)r }, kind))
            buf_printf(out, "%s%s", i++ ? ", " : "", role_name((enum role)r));
    if (roles_may_command(NULL, kind))
        buf_str(out, ", registered or not");
}

void tables_commands(struct buf *out, const struct ruleset *rules, struct arena *a)
{
    buf_str(out, "| command | who |\n|---|---|\n");
    for (unsigned k = COMMAND_NONE + 1; k < COMMANDS; k++) {
        const char *key = arena_printf(a, "card.type.%s", command_name((enum command_kind)k)).p;

        buf_str(out, "| `");
        cell(out, text_fill(rules->texts, rules->language, key, NULL, 0, a));
        buf_str(out, "` | ");
        who(out, (enum command_kind)k);
        buf_str(out, " |\n");
    }
}
