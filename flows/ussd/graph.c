/* graph.c - the whole dialogue in Graphviz.  See ussd.h. */
#include "flows/ussd/ussd.h"
#include "gateway/conf/menus.h"

static void node(struct buf *b, struct slice a, struct slice id, struct slice label)
{
    buf_printf(b, "  \"%.*s/%.*s\" [label=", SLICE_ARG(a), SLICE_ARG(id));
    buf_json(b, label);
    buf_str(b, "];\n");
}

static void graph_menu(struct buf *b, const struct menu *m)
{
    struct slice role = slice_of(role_name(m->role));

    for (unsigned i = 0; i < m->n; i++) {
        const struct menu_page *p = &m->pages[i];

        node(b, role, p->name, p->title);
        for (unsigned e = 0; e < p->n; e++) {
            const struct menu_entry *to = &p->entries[e];

            buf_printf(b, "  \"%.*s/%.*s\" -> ", SLICE_ARG(role), SLICE_ARG(p->name));
            if (to->target == MENU_PAGE)
                buf_printf(b, "\"%.*s/%.*s\"", SLICE_ARG(role), SLICE_ARG(to->name));
            else
                buf_printf(b, "\"%s %.*s\"", to->target == MENU_FORM ? "form" : "command",
                           SLICE_ARG(to->name));
            buf_printf(b, " [label=\"%u\"];\n", e + 1);
        }
    }
}

static void graph_form(struct buf *b, const struct menu_set *set, const struct form *f)
{
    const struct menu_form *mf = menu_form(set, f);

    for (unsigned w = 0; w < (mf && mf->ways_n ? mf->ways_n : 1); w++) {
        const struct variant *v = &f->variants[mf && mf->ways_n ? mf->ways[w].variant : 0];

        buf_printf(b, "  \"form %.*s\"", SLICE_ARG(f->name));
        for (unsigned i = 0; i < v->uses_n; i++) {
            const struct field *x = &f->fields[v->uses[i]];

            if (!x->hidden && x->ask.n)
                buf_printf(b, " -> \"%.*s %u %.*s\"", SLICE_ARG(f->name), w + 1, SLICE_ARG(x->name));
        }
        buf_printf(b, " -> \"%.*s kirim\"", SLICE_ARG(f->name));
        if (mf && mf->ways_n > 1)
            buf_printf(b, " [label=\"%u\"]", w + 1);
        buf_str(b, ";\n");
    }
}

void ussd_graph(const struct ruleset *rs, struct buf *b)
{
    buf_str(b, "digraph ussd {\n  rankdir=LR;\n  node [shape=box];\n");
    for (unsigned i = 0; i < rs->menus->menus_n; i++)
        graph_menu(b, &rs->menus->menus[i]);
    for (unsigned i = 0; i < rs->forms.n; i++)
        if (menu_offers_form(rs->menus, &rs->forms.forms[i]))
            graph_form(b, rs->menus, &rs->forms.forms[i]);
    buf_str(b, "}\n");
}
