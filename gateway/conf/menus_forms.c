/* menus_forms.c - how forms are asked by USSD: ways into them, lists in place of letters, questions of a
 * screening, and what is for whom.  See menus.h. */
#include "gateway/conf/menus_private.h"

enum {
    FORMS_MAX = 64,
    FIELDS_MAX = 128,
    GROUPS_MAX = 32,
    OFFERS_MAX = 256,
    MONTHS_MAX = 1500,
};

bool menus_forms_room(struct menus_reader *r)
{
    r->set->forms = ARENA_ARRAY(r->arena, struct menu_form, FORMS_MAX);
    r->set->fields = ARENA_ARRAY(r->arena, struct menu_field, FIELDS_MAX);
    r->set->groups = ARENA_ARRAY(r->arena, struct menu_group, GROUPS_MAX);
    r->set->offers = ARENA_ARRAY(r->arena, struct menu_offer, OFFERS_MAX);
    return r->set->forms && r->set->fields && r->set->groups && r->set->offers;
}

/* False with a fault when the table is full. */
static bool room(struct menus_reader *r, const struct yaml *at, unsigned n, unsigned max, const char *what)
{
    if (n < max)
        return true;
    fault_add(r->faults, at->mark, "more than %u %s", max, what);
    return false;
}

static void read_fit(struct menus_reader *r, struct yaml *y, struct menu_fit *fit)
{
    *fit = (struct menu_fit){ .mark = y->mark };
    fit->sex = yaml_text(y, "sex", "", r->faults);
    fit->from_months = yaml_int(y, "from_months", 0, 0, MONTHS_MAX, r->faults);
    fit->to_months = yaml_int(y, "to_months", 0, 0, MONTHS_MAX, r->faults);
    fit->groups = yaml_texts(y, "for", &fit->groups_n, r->arena, r->faults);
    if (fit->sex.n && !slice_is(fit->sex, "L") && !slice_is(fit->sex, "P"))
        fault_add(r->faults, y->mark, "\"sex\" takes L or P");
    if (fit->to_months && fit->to_months < fit->from_months)
        fault_add(r->faults, y->mark, "\"to_months\" is below \"from_months\": it fits nobody");
}

static void read_ways(struct menus_reader *r, struct yaml *list, struct menu_form *mf)
{
    unsigned variants = mf->form->variants_n;

    mf->ways = ARENA_ARRAY(r->arena, struct menu_way, list ? list->n + 1 : 1);
    YAML_EACH(w, list)
    {
        struct menu_way *way = &mf->ways[mf->ways_n];

        if (!mf->ways)
            return;
        way->say = yaml_text(w, "say", "", r->faults);
        way->variant = (unsigned)yaml_int(w, "variant", 1, 1, variants ? variants : 1, r->faults) - 1;
        if (slice_empty(way->say))
            fault_add(r->faults, w->mark, "a way needs \"say\" and \"variant\" (1 is the form's first)");
        yaml_done(w, r->faults);
        mf->ways_n++;
    }
}

/* --- questions --- */

static void read_question(struct menus_reader *r, struct yaml *y, struct menu_questions *to)
{
    struct menu_question *q = &to->ask[to->n];

    if (y->kind != YAML_MAP) {
        fault_add(r->faults, y->mark, "a question is a map: {ask: …, say: …}");
        return;
    }
    q->ask = yaml_text(y, "ask", "", r->faults);
    q->say = yaml_text(y, "say", "", r->faults);
    q->answers = yaml_texts(y, "answers", &q->answers_n, r->arena, r->faults);
    if (!q->ask.n || !q->say.n)
        fault_add(r->faults, y->mark,
                  "a question needs \"ask\" (the page) and \"say\" (a short name for the echo)");
    if (q->answers_n == 1 || q->answers_n > 3)
        fault_add(r->faults, y->mark, "\"answers\" are two or three: they count 0, 1 and 2");
    yaml_done(y, r->faults);
    to->n++;
}

static void read_questions(struct menus_reader *r, struct yaml *y, struct menu_field *mf)
{
    struct yaml *all = yaml_map(y, "questions", r->faults), *by = yaml_get(y, "by");

    mf->by = by ? form_field_named(mf->form, by->text) : -1;
    if (by && (mf->by < 0 || !mf->form->fields[mf->by].list))
        fault_add(r->faults, by->mark, "\"by\" takes a field of the form that has a word list");
    if (!all || mf->by < 0)
        return;
    mf->questions = ARENA_ARRAY(r->arena, struct menu_questions, all->n + 1);
    for (struct yaml *q = all->first; q && mf->questions; q = q->next) {
        struct menu_questions *to = &mf->questions[mf->questions_n++];
        struct yaml *list = yaml_list(all, arena_copy(r->arena, q->key).p, r->faults);

        *to = (struct menu_questions){ .code = q->key, .mark = q->key_mark };
        if (!word_by_code(mf->form->fields[mf->by].list, q->key))
            fault_add(r->faults, q->key_mark, "there is no word \"%.*s\" in that list", SLICE_ARG(q->key));
        to->ask = ARENA_ARRAY(r->arena, struct menu_question, list ? list->n + 1 : 1);
        if (!to->ask)
            return;
        YAML_EACH(one, list) read_question(r, one, to);
    }
}

/* --- fields --- */

static void read_choices(struct menus_reader *r, struct yaml *list, struct menu_field *mf)
{
    mf->choices = ARENA_ARRAY(r->arena, struct menu_choice, list ? list->n + 1 : 1);
    YAML_EACH(c, list)
    {
        struct menu_choice *choice = &mf->choices[mf->choices_n];

        if (!mf->choices)
            return;
        if (c->kind == YAML_MAP) {
            choice->say = yaml_text(c, "say", "", r->faults);
            choice->value = yaml_text(c, "value", "", r->faults);
            choice->alone = yaml_bool(c, "alone", false, r->faults);
            read_fit(r, c, &choice->fit);
            yaml_done(c, r->faults);
        } else {
            choice->say = c->text;
        }
        if (!choice->value.n)
            choice->value = choice->say;
        if (slice_empty(choice->say))
            fault_add(r->faults, c->mark, "a choice is a text, or a map with \"say\" and whom it is for");
        mf->choices_n++;
    }
}

enum menu_places menus_places(struct menus_reader *r, struct yaml *y)
{
    static const char *const names[] = { [MENU_NO_PLACES] = "",
                                         [MENU_PLACES_UP] = "up",
                                         [MENU_PLACES_VILLAGE] = "village",
                                         [MENU_PLACES_VILLAGES] = "villages" };
    struct slice name = yaml_text(y, "places", "", r->faults);

    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_is(name, names[i]))
            return (enum menu_places)i;
    fault_add(r->faults, y->mark, "\"places\" takes up, village or villages");
    return MENU_NO_PLACES;
}

/* What is said of a field must be something that its type can use. */
static void check_field(struct menus_reader *r, const struct yaml *y, const struct menu_field *mf)
{
    const struct field *f = &mf->form->fields[mf->field];

    if ((mf->choices_n && f->type != FIELD_TEXT && f->type != FIELD_COUNTS) ||
        (mf->places && f->type != FIELD_TEXT))
        fault_add(r->faults, y->key_mark,
                  "%.*s has no text field \"%.*s\": \"choices\" and \"places\" stand for letters",
                  SLICE_ARG(mf->form->name), SLICE_ARG(f->name));
    if (mf->questions_n && f->type != FIELD_ANSWERS)
        fault_add(r->faults, y->key_mark, "%.*s has no answers: it has no \"questions\"", SLICE_ARG(f->name));
    if (mf->zero_is_none && (f->type != FIELD_NUMBER || f->min <= 0))
        fault_add(r->faults, y->key_mark, "\"zero_is_none\" is for a number that cannot be 0 itself");
}

static void read_field(struct menus_reader *r, struct yaml *y, const struct form *form)
{
    struct menu_field *mf = &r->set->fields[r->set->fields_n];
    int at = form_field_named(form, y->key);

    if (!room(r, y, r->set->fields_n, FIELDS_MAX, "fields"))
        return;
    if (at < 0) {
        fault_add(r->faults, y->key_mark, "%.*s has no field \"%.*s\"", SLICE_ARG(form->name),
                  SLICE_ARG(y->key));
        return;
    }
    *mf = (struct menu_field){ .form = form, .field = (unsigned)at, .mark = y->key_mark };
    read_fit(r, y, &mf->fit);
    read_choices(r, yaml_list(y, "choices", r->faults), mf);
    mf->places = menus_places(r, y);
    mf->zero_is_none = yaml_bool(y, "zero_is_none", false, r->faults);
    read_questions(r, y, mf);
    check_field(r, y, mf);
    yaml_done(y, r->faults);
    r->set->fields_n++;
}

static void read_form(struct menus_reader *r, struct yaml *y)
{
    struct menu_form *mf = &r->set->forms[r->set->forms_n];
    struct yaml *by;

    if (!room(r, y, r->set->forms_n, FORMS_MAX, "forms"))
        return;
    if (y->kind != YAML_MAP) {
        fault_add(r->faults, y->mark, "a form here is a map: ways, fields");
        return;
    }
    mf->mark = y->key_mark;
    mf->form = form_by_name(r->forms, y->key);
    if (!mf->form) {
        fault_add(r->faults, y->key_mark, "there is no form \"%.*s\" in the forms folder", SLICE_ARG(y->key));
        return;
    }
    read_ways(r, yaml_list(y, "ways", r->faults), mf);
    mf->group = yaml_text(y, "group", "", r->faults);
    by = yaml_get(y, "group_by");
    mf->group_by = by ? form_field_named(mf->form, by->text) : -1;
    if (by && (mf->group_by < 0 || mf->form->fields[mf->group_by].type != FIELD_CHOICE))
        fault_add(r->faults, by->mark, "\"group_by\" takes a field of the form of type choice");
    YAML_EACH(f, yaml_map(y, "fields", r->faults))
    {
        if (f->kind == YAML_MAP)
            read_field(r, f, mf->form);
        else
            fault_add(r->faults, f->mark, "a field here is a map, such as {choices: …} or {sex: P}");
    }
    yaml_done(y, r->faults);
    r->set->forms_n++;
}

/* --- for whom --- */

static void read_group(struct menus_reader *r, struct yaml *y)
{
    struct menu_group *g = &r->set->groups[r->set->groups_n];

    if (!room(r, y, r->set->groups_n, GROUPS_MAX, "groups"))
        return;
    g->name = y->key;
    read_fit(r, y, &g->fit);
    if (g->fit.groups_n)
        fault_add(r->faults, y->mark, "a group is made of sex and months, not of groups");
    yaml_done(y, r->faults);
    r->set->groups_n++;
}

static void read_offers(struct menus_reader *r, struct yaml *words)
{
    const struct word_list *list = list_by_name(r->forms, words->key);

    if (!list) {
        fault_add(r->faults, words->key_mark, "no word list \"%.*s\" in lists/", SLICE_ARG(words->key));
        return;
    }
    YAML_EACH(y, words)
    {
        struct menu_offer *o = &r->set->offers[r->set->offers_n];

        y->asked = true;
        if (!room(r, y, r->set->offers_n, OFFERS_MAX, "offers"))
            return;
        if (y->kind != YAML_MAP || !word_by_code(list, y->key)) {
            fault_add(r->faults, y->key_mark,
                      "an offer is a word of the list and whom it is for: gerak: {for: [bumil]}");
            continue;
        }
        *o = (struct menu_offer){ .list = list, .code = y->key };
        read_fit(r, y, &o->fit);
        yaml_done(y, r->faults);
        r->set->offers_n++;
    }
}

bool menus_read_forms(struct menus_reader *r, struct yaml *y)
{
    struct yaml *forms = yaml_map(y, "forms", r->faults), *groups = yaml_map(y, "groups", r->faults),
                *offers = yaml_map(y, "offers", r->faults);

    YAML_EACH(f, forms)
    read_form(r, f);
    YAML_EACH(g, groups)
    read_group(r, g);
    YAML_EACH(o, offers)
    read_offers(r, o);
    return forms || groups || offers;
}

static const struct menu_group *group_named(const struct menu_set *set, struct slice name)
{
    for (unsigned i = 0; i < set->groups_n; i++)
        if (slice_eq(set->groups[i].name, name))
            return &set->groups[i];
    return NULL;
}

static void link_fit(struct menus_reader *r, const struct menu_fit *fit)
{
    for (unsigned i = 0; i < fit->groups_n; i++)
        if (!group_named(r->set, fit->groups[i]))
            fault_add(r->faults, fit->mark, "there is no group \"%.*s\" under \"groups\"",
                      SLICE_ARG(fit->groups[i]));
}

void menus_link_groups(struct menus_reader *r)
{
    const struct menu_set *set = r->set;

    for (unsigned i = 0; i < set->forms_n; i++)
        if (set->forms[i].group.n && !group_named(set, set->forms[i].group))
            fault_add(r->faults, set->forms[i].mark, "there is no group \"%.*s\" under \"groups\"",
                      SLICE_ARG(set->forms[i].group));
    for (unsigned i = 0; i < set->offers_n; i++)
        link_fit(r, &set->offers[i].fit);
    for (unsigned i = 0; i < set->fields_n; i++) {
        link_fit(r, &set->fields[i].fit);
        for (unsigned k = 0; k < set->fields[i].choices_n; k++)
            link_fit(r, &set->fields[i].choices[k].fit);
    }
}

/* Sex and age alone. */
static bool in_range(const struct menu_fit *f, const struct menu_person *p)
{
    if (f->sex.n && p->sex.n && !slice_eq(f->sex, p->sex))
        return false;
    return p->months < 0 || (p->months >= f->from_months && (!f->to_months || p->months <= f->to_months));
}

bool menu_fits(const struct menu_set *set, const struct menu_fit *f, const struct menu_person *p)
{
    const struct menu_group *hers = p->group.n ? group_named(set, p->group) : NULL;

    if (!in_range(f, p))
        return false;
    for (unsigned i = 0; i < f->groups_n; i++) {
        const struct menu_group *g = group_named(set, f->groups[i]);

        if (hers ? g == hers : g && in_range(&g->fit, p))
            return true;
    }
    return f->groups_n == 0;
}

bool menu_offers(const struct menu_set *set, const struct word_list *list, const struct word *w,
                 const struct menu_person *p)
{
    if (p->months >= 0 && p->months < w->months_from)
        return false;
    for (unsigned i = 0; i < set->offers_n; i++)
        if (set->offers[i].list == list && slice_eq(set->offers[i].code, w->code))
            return menu_fits(set, &set->offers[i].fit, p);
    return true;
}
