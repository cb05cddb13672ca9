/* menus.c - reads config/menus/.  See menus.h.  Faults name file, line and column; nothing here knows a
 * session or what fits on a page (flows/ussd/check.c does). */
#include "gateway/conf/menus.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/conf/menus_private.h"

enum {
    MENUS_MAX = 32,
};

static const struct form *need_form(struct menus_reader *r, const struct yaml *at, struct slice name)
{
    const struct form *f = form_by_name(r->forms, name);

    if (!f)
        fault_add(r->faults, at->mark, "there is no form \"%.*s\" in the forms folder", SLICE_ARG(name));
    return f;
}

/* Which of form, command and page an entry leads to; false with a fault when not exactly one. */
static bool entry_target(struct menus_reader *r, struct yaml *y, struct menu_entry *e)
{
    static const char *const keys[] = {
        [MENU_PAGE] = "page", [MENU_FORM] = "form", [MENU_COMMAND] = "command"
    };
    const struct yaml *at = NULL;

    for (unsigned k = 0; k < sizeof keys / sizeof *keys; k++) {
        struct slice name = yaml_text(y, keys[k], "", r->faults);

        if (slice_empty(name))
            continue;
        if (at) {
            fault_add(r->faults, y->mark, "an entry leads to one of form, command, page");
            return false;
        }
        at = yaml_get(y, keys[k]);
        e->target = (enum menu_target)k;
        e->name = name;
    }
    if (!at)
        fault_add(r->faults, y->mark, "an entry leads to one of form, command, page");
    else if (e->target == MENU_FORM)
        e->form = need_form(r, at, e->name);
    return at != NULL;
}

static void read_entry(struct menus_reader *r, struct yaml *y, struct menu_page *p)
{
    struct menu_entry *e = &p->entries[p->n];

    *e = (struct menu_entry){ .mark = y->mark };
    e->say = yaml_text(y, "say", "", r->faults);
    if (!entry_target(r, y, e))
        return;
    if (slice_empty(e->say))
        fault_add(r->faults, y->mark, "an entry needs \"say\": the words behind its digit");
    if (e->target == MENU_COMMAND) {
        e->typed = yaml_text(y, "typed", "", r->faults);
        e->ask = yaml_text(y, "ask", "", r->faults);
        e->words = yaml_texts(y, "words", &e->words_n, r->arena, r->faults);
        e->then = yaml_text(y, "then", "", r->faults);
        e->places = menus_places(r, y);
        if (slice_empty(e->typed))
            fault_add(r->faults, y->mark, "a command needs \"typed\": what an SMS would say, such as TERIMA");
    }
    yaml_done(y, r->faults);
    p->n++;
}

static bool named_on(const struct menu_page *p, const struct form *f)
{
    for (unsigned i = 0; i < p->n; i++)
        if (p->entries[i].form == f)
            return true;
    return false;
}

/* `rest: forms`: all that the first page does not name, by title. */
static void read_rest(struct menus_reader *r, struct yaml *y, const struct menu *m, struct menu_page *p)
{
    if (!slice_is(yaml_text(y, "rest", "", r->faults), "forms"))
        fault_add(r->faults, y->mark, "\"rest\" takes: forms");
    yaml_done(y, r->faults);
    for (unsigned i = 0; i < r->forms->n && p->n < MENU_ENTRIES; i++) {
        const struct form *f = &r->forms->forms[i];

        if (named_on(&m->pages[0], f) || named_on(p, f))
            continue;
        p->entries[p->n++] = (struct menu_entry){
            .say = f->title, .target = MENU_FORM, .name = f->name, .form = f, .mark = y->mark
        };
    }
}

static void read_page(struct menus_reader *r, struct yaml *y, struct menu *m)
{
    struct menu_page *p = &m->pages[m->n];
    struct yaml *entries = yaml_list(y, "entries", r->faults);

    p->name = y->key;
    p->mark = y->key_mark;
    p->title = yaml_text(y, "title", "", r->faults);
    p->entries = ARENA_ARRAY(r->arena, struct menu_entry, MENU_ENTRIES);
    if (!p->entries)
        return;
    m->n++;
    YAML_EACH(e, entries)
    {
        if (e->kind != YAML_MAP)
            fault_add(r->faults, e->mark, "an entry is a map: {say: …, form: …}");
        else if (p->n == MENU_ENTRIES)
            fault_add(r->faults, e->mark, "more than %d entries on one page", MENU_ENTRIES);
        else if (yaml_get(e, "rest"))
            read_rest(r, e, m, p);
        else
            read_entry(r, e, p);
    }
    if (p->n == 0)
        fault_add(r->faults, y->mark, "a page needs \"entries\"");
    yaml_done(y, r->faults);
}

/* Every page that an entry names exists; each page learns from where it is reached. */
static void link_pages(struct menus_reader *r, struct menu *m)
{
    for (unsigned i = 0; i < m->n; i++)
        m->pages[i].parent = 0;
    for (unsigned i = 0; i < m->n; i++)
        for (unsigned k = 0; k < m->pages[i].n; k++) {
            struct menu_entry *e = &m->pages[i].entries[k];
            const struct menu_page *to = e->target == MENU_PAGE ? menu_page(m, e->name) : NULL;

            if (e->target != MENU_PAGE)
                continue;
            if (!to)
                fault_add(r->faults, e->mark, "there is no page \"%.*s\" in this menu", SLICE_ARG(e->name));
            else if (to != m->pages)
                m->pages[to - m->pages].parent = i;
        }
}

static void add_menu(struct menus_reader *r, const struct menu *m, struct slice role)
{
    struct menu *to = &r->set->menus[r->set->menus_n];

    if (r->set->menus_n == MENUS_MAX) {
        fault_add(r->faults, m->mark, "more than %d menus", MENUS_MAX);
        return;
    }
    *to = *m;
    if (role_parse(role, &to->role))
        r->set->menus_n++;
    else
        fault_add(r->faults, m->mark, "\"role\" takes kader, bidan, puskesmas, rs, kades, camat or dinkes");
}

/* `role: kader`, or the same pages for several: `role: [kades, camat]`. */
static void read_roles(struct menus_reader *r, struct yaml *y, const struct menu *m)
{
    const struct yaml *role = yaml_get(y, "role");
    unsigned n = 0;
    struct slice *roles;

    if (!role || role->kind == YAML_SCALAR) {
        add_menu(r, m, role ? role->text : S(""));
        return;
    }
    roles = yaml_texts(y, "role", &n, r->arena, r->faults);
    for (unsigned i = 0; i < n; i++)
        add_menu(r, m, roles[i]);
}

static void read_menu(struct menus_reader *r, struct yaml *y)
{
    struct yaml *pages = yaml_map(y, "pages", r->faults);
    struct menu m = { .mark = y->mark, .language = yaml_text(y, "language", "id", r->faults) };

    m.pages = ARENA_ARRAY(r->arena, struct menu_page, pages ? pages->n + 1 : 1);
    if (!pages || !pages->n || !m.pages) {
        fault_add(r->faults, y->mark, "a menu needs \"pages\"");
        return;
    }
    YAML_EACH(p, pages)
    {
        if (p->kind == YAML_MAP)
            read_page(r, p, &m);
        else
            fault_add(r->faults, p->mark, "a page is a map: title and entries");
    }
    link_pages(r, &m);
    read_roles(r, y, &m);
}

static void read_file(struct menus_reader *r, struct yaml *y)
{
    bool forms = menus_read_forms(r, y);

    if (!forms || yaml_get(y, "pages"))
        read_menu(r, y);
    yaml_done(y, r->faults);
}

static int yaml_file(const struct dirent *d)
{
    size_t n = strlen(d->d_name);

    return d->d_name[0] != '.' && n > 5 && strcmp(d->d_name + n - 5, ".yaml") == 0;
}

struct menu_set *menus_load(const char *folder, const struct form_set *forms, struct arena *arena,
                            struct faults *faults)
{
    unsigned before = faults_count(faults);
    struct menus_reader r = { .forms = forms, .arena = arena, .faults = faults };
    struct dirent **names = NULL;
    int n = scandir(folder, &names, yaml_file, alphasort);
    bool room;

    r.set = ARENA_NEW(arena, struct menu_set);
    if (n <= 0 || !r.set) {
        fault_add(faults, (struct mark){ .file = arena_str(arena, folder).p },
                  "no *.yaml here: put the USSD menus in this folder, or name it by \"menus\"");
        free(names);
        return NULL;
    }
    r.set->menus = ARENA_ARRAY(arena, struct menu, MENUS_MAX);
    room = menus_forms_room(&r);
    for (int i = 0; i < n; i++) {
        struct slice path = arena_printf(arena, "%s/%s", folder, names[i]->d_name);
        struct yaml *y = path.p ? yaml_load(path.p, arena, faults) : NULL;

        if (y && room && r.set->menus)
            read_file(&r, y);
        free(names[i]);
    }
    free(names);
    menus_link_groups(&r);
    return arena->failed || faults_count(faults) > before ? NULL : r.set;
}

const struct menu *menu_for(const struct menu_set *set, enum role role, struct slice language)
{
    const struct menu *found = NULL;

    for (unsigned i = 0; i < set->menus_n; i++) {
        const struct menu *m = &set->menus[i];

        if (m->role == role && (!found || slice_eq(m->language, language)))
            found = m;
    }
    return found;
}

const struct menu_page *menu_page(const struct menu *m, struct slice name)
{
    for (unsigned i = 0; i < m->n; i++)
        if (slice_eq(m->pages[i].name, name))
            return &m->pages[i];
    return NULL;
}

const struct menu_form *menu_form(const struct menu_set *set, const struct form *form)
{
    for (unsigned i = 0; i < set->forms_n; i++)
        if (set->forms[i].form == form)
            return &set->forms[i];
    return NULL;
}

const struct menu_field *menu_field(const struct menu_set *set, const struct form *form, unsigned field)
{
    for (unsigned i = 0; i < set->fields_n; i++)
        if (set->fields[i].form == form && set->fields[i].field == field)
            return &set->fields[i];
    return NULL;
}

bool menu_offers_form(const struct menu_set *set, const struct form *f)
{
    for (unsigned m = 0; m < set->menus_n; m++)
        for (unsigned p = 0; p < set->menus[m].n; p++)
            for (unsigned e = 0; e < set->menus[m].pages[p].n; e++)
                if (set->menus[m].pages[p].entries[e].form == f)
                    return true;
    return false;
}
