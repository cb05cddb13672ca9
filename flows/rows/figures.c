/* figures.c - see figures.h. */
#include "flows/rows/figures.h"

#include <string.h>

#include "parsers/date.h"
#include "parsers/text.h"

enum {
    BUCKETS = 256,
    COUNTINGS = 3 * INDICATORS_MOST,
    REPORT_MEMORY = 256 << 10,
};

/* What is known of one person in one counting. */
struct counted {
    struct counted *next;
    uint64_t key;
    uint32_t each;   /* bits of the conditions that were met */
    uint32_t months; /* of the year, in which she was counted */
    int64_t sum;
    bool done; /* counted for good */
};

/* One n, less or d. */
struct tally {
    const struct counting *what;
    struct counted *people[BUCKETS];
    int64_t months[FIGURES_MONTHS];
};

struct figures {
    const struct indicator_set *set;
    const struct form_set *forms;
    int year, last;
    struct arena *arena;
    struct tally *tallies[COUNTINGS]; /* n, less, d of each indicator; NULL: none */
};

/* A report taken apart. */
struct taken {
    const struct form *form; /* NULL: a signal */
    struct value values[FORM_FIELDS];
    const struct node *findings, *events;
    uint64_t person;
    int year, month;  /* month from 0 */
    unsigned weekday; /* a bit; Sunday is 1 */
    bool in_time;
};

struct figures *figures_new(const struct indicator_set *set, const struct form_set *forms, int year,
                            struct arena *a)
{
    struct figures *f = ARENA_NEW(a, struct figures);

    if (!f)
        return NULL;
    f->set = set;
    f->forms = forms;
    f->year = year;
    f->last = -1;
    f->arena = a;
    for (unsigned i = 0; i < set->n; i++) {
        const struct indicator *in = &set->all[i];
        const struct counting *parts[] = { &in->n, in->has_less ? &in->less : NULL,
                                           in->denominator == DENOMINATOR_COUNT ? &in->d : NULL };

        for (unsigned k = 0; k < 3; k++) {
            struct tally *t = parts[k] ? ARENA_NEW(a, struct tally) : NULL;

            if (t)
                t->what = parts[k];
            f->tallies[3 * i + k] = t;
        }
    }
    return a->failed ? NULL : f;
}

/* --- a report --- */

static struct value value_of(const struct field *f, const struct node *n, struct arena *a)
{
    struct yaml number = { .kind = YAML_SCALAR, .text = n->raw };
    struct value v = { 0 };

    if (n->kind == NODE_NUMBER && f->type == FIELD_NUMBER && yaml_scalar_milli(&number, &v.milli)) {
        v.kind = VALUE_NUMBER;
    } else if (n->kind == NODE_TEXT) {
        v = value_text(n->text);
    } else if (n->kind == NODE_LIST) {
        v.kind = VALUE_LIST;
        v.items = ARENA_ARRAY(a, struct slice, n->n + 1);
        for (const struct node *each = node_first(n); v.items && each; each = each->next)
            v.items[v.n++] = each->text;
    }
    return v;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Names are typed in any case; ids and NIKs are told apart from them by what stands in front. */
static uint64_t key_of(const char *kind, struct slice s)
{
    uint64_t h = slice_hash(slice_of(kind));

    for (size_t i = 0; i < s.n; i++) {
        char c = lower(s.p[i]);

        h = slice_hash_on(h, slice_make(&c, 1));
    }
    return h;
}

/* Two people of one puskesmas may send its week. */
static uint64_t week_of(const struct counted_report *r, const struct node *minggu)
{
    uint64_t h = slice_hash_on(key_of("week:", r->by), S(" "));

    return slice_hash_on(slice_hash_on(h, slice_take(r->day, 4)), minggu->raw);
}

static uint64_t person_of(const struct form *form, const struct counted_report *r, const struct node *fields)
{
    const struct node *minggu =
        form_as(form, AS_WEEK) >= 0 ? node_get_named(fields, form_called(form, AS_WEEK)) : NULL;
    const struct node *said_nik = node_get_named(fields, form_called(form, AS_NIK)),
                      *said_nama = node_get_named(fields, form_called(form, AS_NAME));
    struct slice nik = said_nik ? said_nik->text : slice_make("", 0),
                 nama = said_nama ? said_nama->text : slice_make("", 0);

    if (minggu && minggu->kind == NODE_NUMBER)
        return week_of(r, minggu);
    if (r->person_id.n)
        return key_of("id:", r->person_id);
    if (nik.n)
        return key_of("nik:", nik);
    return nama.n ? key_of("nama:", nama) : key_of("report:", r->id);
}

uint64_t figures_person(const struct figures *f, const struct counted_report *r)
{
    const struct form *form = form_by_name(f->forms, r->form);
    struct arena scratch;
    uint64_t key;

    if (!form || r->person_id.n)
        return form ? person_of(form, r, NULL) : key_of("signal:", r->id);
    arena_init(&scratch, REPORT_MEMORY);
    key = person_of(form, r, node_read(r->fields, &scratch));
    arena_free(&scratch);
    return key;
}

static unsigned weekday_bit(struct slice rfc3339)
{
    int64_t days;

    return date_parse_iso(slice_take(rfc3339, 10), &days) ? 1U << (unsigned)((days % 7 + 7 + 4) % 7) : 0;
}

static bool take(const struct figures *f, const struct counted_report *r, struct arena *a, struct taken *out)
{
    const struct node *fields = node_read(r->fields, a);
    uint64_t year, month;

    *out = (struct taken){ .form = form_by_name(f->forms, r->form) };
    if ((!out->form && r->form.n) || r->day.n < 7 || !slice_to_u64(slice_take(r->day, 4), &year) ||
        !slice_to_u64(slice_take(slice_skip(r->day, 5), 2), &month) || month < 1 || month > 12)
        return false;
    out->year = (int)year;
    out->month = (int)month - 1;
    out->weekday = weekday_bit(r->received_at);
    out->in_time = slice_eq(slice_take(r->received_at, 7), slice_take(r->day, 7));
    out->findings = node_read(r->findings, a);
    out->events = r->events.n ? node_read(r->events, a) : NULL;
    out->person = out->form ? person_of(out->form, r, fields) : key_of("signal:", r->id);
    for (unsigned i = 0; out->form && i < out->form->fields_n; i++) {
        const struct node *n = node_get_named(fields, out->form->fields[i].name);

        if (n)
            out->values[i] = value_of(&out->form->fields[i], n, a);
    }
    return !a->failed;
}

/* --- counting --- */

/* A finding by its id, or by id and what it says: nt N. */
static bool finds(const struct taken *r, struct slice want)
{
    struct slice id = slice_cut(&want, ' ');

    for (const struct node *n = node_first(r->findings); n; n = n->next)
        if (slice_eq(node_text(n, "id"), id) && (!want.n || slice_eq(node_text(n, "say"), want)))
            return true;
    return false;
}

static bool all_hold(const struct conds *c, const struct taken *r)
{
    for (unsigned i = 0; i < c->n; i++)
        if (!rules_cond_holds(&c->c[i], r->form, r->values, NULL, 0))
            return false;
    return true;
}

/* When it happened first; false: it did not. */
static bool happened(const struct taken *r, struct slice event, int64_t *ms)
{
    bool found = false;

    for (const struct node *n = node_first(r->events); n; n = n->next) {
        const struct node *name = node_first(n), *at = name ? name->next : NULL;
        int64_t when;

        if (!at || !slice_eq(name->text, event) || !text_rfc3339(at->text, &when))
            continue;
        *ms = found && *ms < when ? *ms : when;
        found = true;
    }
    return found;
}

static bool came_so_far(const struct taken *r, const struct event_cond *c)
{
    int64_t at, other;

    if (!happened(r, c->event, &at))
        return false;
    if (c->before.n)
        return !happened(r, c->before, &other) || at <= other;
    return !c->within_min || (happened(r, S("sent"), &other) && at - other <= c->within_min * 60000);
}

static bool is_of_sort(const struct report_sort *s, const struct taken *r)
{
    bool found = s->findings_n == 0, came = s->events_n == 0;

    if (s->signals != !r->form || (s->form && s->form != r->form))
        return false;
    if ((s->weekdays && !(s->weekdays & r->weekday)) || (s->in_time && !r->in_time) || !all_hold(&s->when, r))
        return false;
    for (unsigned i = 0; i < s->findings_n && !found; i++)
        found = finds(r, s->findings[i]);
    for (unsigned i = 0; i < s->events_n && !came; i++)
        came = came_so_far(r, &s->events[i]);
    return found && came;
}

static bool fits(const struct counting *c, const struct taken *r)
{
    for (unsigned i = 0; i < c->sorts_n; i++)
        if (is_of_sort(&c->sorts[i], r))
            return true;
    return false;
}

static int64_t number_of(const struct counting *c, const struct taken *r)
{
    int i = c->sum.n && r->form ? form_field(r->form, c->sum.p) : -1;

    return i < 0 ? 0 : r->values[i].kind == VALUE_NUMBER ? r->values[i].milli : c->unsaid;
}

static struct counted *counted_of(struct figures *f, struct tally *t, uint64_t key)
{
    struct counted **at = &t->people[key % BUCKETS];

    while (*at && (*at)->key != key)
        at = &(*at)->next;
    if (!*at && (*at = ARENA_NEW(f->arena, struct counted)))
        (*at)->key = key;
    return *at;
}

/* All of them were reported now.  What stands twice takes two reports. */
static bool completes(const struct counting *c, struct counted *who, const struct taken *r)
{
    uint32_t all = (UINT32_C(1) << c->each_n) - 1;
    bool taken = false;

    for (unsigned i = 0; i < c->each_n; i++) {
        uint32_t bit = UINT32_C(1) << i;

        taken = taken && c->again[i];
        if (!taken && !(who->each & bit) && all_hold(&c->each[i], r)) {
            who->each |= bit;
            taken = true;
        }
    }
    if (c->enough.n && all_hold(&c->enough, r))
        who->each = all;
    return who->each == all;
}

static void count(struct figures *f, struct tally *t, const struct taken *r)
{
    const struct counting *c = t->what;
    bool now = r->year == f->year, counts = false;
    int64_t number = number_of(c, r);
    struct counted *who;

    if (c->once == ONCE_REPORT || (c->sum.n && !c->reaches)) {
        t->months[r->month] += !now ? 0 : c->sum.n ? number / 1000 : 1;
        return;
    }
    who = counted_of(f, t, c->by_posyandu ? 0 : r->person);
    if (!who)
        return;
    if (c->each_n) {
        counts = completes(c, who, r) && !who->done;
        who->done = who->done || counts;
    } else if (c->reaches) {
        who->sum += number;
        counts = !who->done && who->sum >= c->reaches;
        who->done = who->done || counts;
    } else if (now) {
        counts = !(who->months & (c->once == ONCE_YEAR ? UINT32_MAX : UINT32_C(1) << r->month));
        who->months |= UINT32_C(1) << r->month;
    }
    t->months[r->month] += counts && now;
}

void figures_add(struct figures *f, const struct counted_report *report)
{
    struct arena scratch;
    struct taken r;

    arena_init(&scratch, REPORT_MEMORY);
    if (take(f, report, &scratch, &r)) {
        for (unsigned i = 0; i < 3 * f->set->n; i++)
            if (f->tallies[i] && fits(f->tallies[i]->what, &r))
                count(f, f->tallies[i], &r);
        if (r.year == f->year && r.month > f->last)
            f->last = r.month;
    }
    arena_free(&scratch);
}

static int64_t months_of(const struct figures *f, unsigned tally, unsigned month)
{
    return f->tallies[tally] ? f->tallies[tally]->months[month] : 0;
}

struct figure figures_of(const struct figures *f, unsigned indicator, unsigned month)
{
    return (struct figure){ .n = months_of(f, 3 * indicator, month) - months_of(f, 3 * indicator + 1, month),
                            .d = months_of(f, 3 * indicator + 2, month) };
}

/* A posyandu counts once a month (conf/indicators.c), whoever it reports. */
static int64_t moved(const struct counting *c, int64_t was, int64_t before, int64_t now)
{
    if (c->by_posyandu)
        return was > now ? was : now;
    return was + now - before;
}

struct figure figures_moved(const struct figures *before, const struct figures *now, unsigned indicator,
                            unsigned month, struct figure was)
{
    const struct indicator *in = &now->set->all[indicator];
    struct figure b = figures_of(before, indicator, month), n = figures_of(now, indicator, month);

    return (struct figure){ .n = moved(&in->n, was.n, b.n, n.n), .d = moved(&in->d, was.d, b.d, n.d) };
}

int figures_last_month(const struct figures *f)
{
    return f->last;
}
