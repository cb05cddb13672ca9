/* ruleset.c - the parts of a configuration put together, with the checks that need more than one of them. */
#include "flows/ruleset.h"

#include <string.h>

#include "flows/understand/understanding.h"
#include "flows/ussd/ussd.h"
#include "gateway/conf/exports.h"
#include "gateway/conf/facilities.h"
#include "gateway/conf/fhir.h"
#include "gateway/conf/forms.h"
#include "gateway/conf/indicators.h"
#include "gateway/conf/menus.h"
#include "gateway/conf/places.h"
#include "gateway/conf/programme.h"
#include "gateway/conf/rules.h"
#include "gateway/conf/text_file.h"
#include "gateway/conf/texts.h"
#include "gateway/model/people.h"

/* The host that a provider's SMS go to; empty when it sends nothing by itself. */
static struct slice host_of(const struct provider_conf *p)
{
    return slice_is(p->dialect, "smpp") ? p->host : config_url_host(p->send.url);
}

/* Invented people have real-looking numbers: an SMS to one would reach a stranger. */
static void refuse_sample_people(const struct config *c, const struct directory *d, struct faults *faults)
{
    const struct person *sample = NULL;

    for (unsigned i = 0; i < d->people_n && !sample; i++)
        if (d->people[i]->active && person_is_sample(d->people[i]))
            sample = d->people[i];
    for (unsigned i = 0; i < c->providers_n && sample; i++) {
        struct slice host = host_of(&c->providers[i]);

        if (host.n && !config_is_loopback(host))
            fault_add(
                faults, c->providers[i].mark,
                "this provider leads out of this machine while people of the sample district, whose names "
                "end in (contoh), are loaded (%s:%u): load your own people first",
                sample->mark.file, sample->mark.line);
    }
}

static void choose_district(const struct config *c, struct ruleset *set, struct arena *arena,
                            struct faults *faults)
{
    const struct place *p = NULL;

    if (c->district.n) {
        p = directory_place(&set->directory, c->district);
        if (!p || p->level != PLACE_KABKOTA)
            fault_add(faults, c->district_mark, "\"district\": \"%.*s\" is no kabkota of the places",
                      SLICE_ARG(c->district));
    } else {
        for (unsigned i = 0; i < set->directory.places_n && !p; i++)
            if (set->directory.places[i].level == PLACE_KABKOTA)
                p = &set->directory.places[i];
        if (!p)
            fault_add(faults, (struct mark){ .file = c->places.p }, "no kabkota among the places");
    }
    if (p)
        set->district = arena_copy(arena, p->code); /* a C string: the store's keys begin with it */
}

/* Left out, duty falls to the dinkes people. */
static void duty_of_people(struct ruleset *set, struct arena *arena)
{
    struct slice *duty = ARENA_ARRAY(arena, struct slice, CONFIG_DUTY);
    unsigned n = 0;

    for (unsigned i = 0; duty && i < set->directory.people_n && n < CONFIG_DUTY; i++) {
        const struct person *p = set->directory.people[i];

        if (p->role == ROLE_DINKES && p->active && !p->pending)
            duty[n++] = p->msisdn;
    }
    if (!n)
        return; /* whoever was told before still is */
    set->duty = duty;
    set->duty_n = n;
}

static void choose_duty(const struct config *c, struct ruleset *set, struct arena *arena,
                        struct faults *faults)
{
    set->duty = c->duty;
    set->duty_n = c->duty_n;
    set->duty_by_role = !c->duty_n;
    if (set->duty_by_role)
        duty_of_people(set, arena);
    if (set->duty_n == 0)
        fault_add(
            faults, (struct mark){ .file = c->file, .line = 1, .col = 1 },
            "\"duty\" names nobody, and no dinkes person is among the people: who is told when nobody else "
            "can be?");
}

/* The folder of people.csv: what is planned lies beside it. */
static const char *folder_of(struct slice path, struct arena *arena)
{
    size_t n = path.n;

    while (n > 1 && path.p[n - 1] != '/')
        n--;
    return arena_copy(arena, slice_take(path, n > 1 ? n - 1 : n)).p;
}

static void load_programme(const struct config *c, struct ruleset *set, struct arena *arena,
                           struct faults *faults)
{
    struct programme *p = ARENA_NEW(arena, struct programme);

    if (p && programme_load(folder_of(c->people, arena), &set->directory, &set->forms, arena, faults, p) == 0)
        set->programme = p;
}

static void load_facilities(const struct config *c, struct ruleset *set, struct arena *arena,
                            struct faults *faults)
{
    struct facility_set *f = ARENA_NEW(arena, struct facility_set);

    if (f && facilities_load(folder_of(c->people, arena), &set->directory, arena, faults, f) == 0)
        set->facilities = f;
}

static void check_languages(const struct config *c, const struct ruleset *set, struct faults *faults)
{
    if (!texts_language(set->texts, c->language))
        fault_add(faults, (struct mark){ .file = c->file, .line = 1, .col = 1 },
                  "\"language\": there is no catalogue \"%.*s\" in %s", SLICE_ARG(c->language), c->texts.p);
    for (unsigned i = 0; i < set->directory.people_n; i++) {
        const struct person *p = set->directory.people[i];

        if (p->language.n && !texts_language(set->texts, p->language))
            fault_warn(faults, p->mark,
                       "there is no catalogue \"%.*s\": texts in the default language are used",
                       SLICE_ARG(p->language));
    }
}

/* A row that nobody asks for would look as if it ruled something. */
static void check_asked(void *arg, const char *id, struct mark at)
{
    static const char *const asked[] = {
#define CLOCK(id)  id,
#define FIGURE(id) id,
#define TEXT(key)
#include "flows/needs.def"
#undef CLOCK
#undef FIGURE
#undef TEXT
    };
    struct faults *faults = arg;

    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        if (strcmp(asked[i], id) == 0)
            return;
    fault_add(faults, at, "nothing reads the row \"%s\": remove it", id);
}

/* What the code asks for by name must be there. */
static void check_rows(const struct config *c, const struct rule_set *rules, struct faults *faults)
{
    static const struct {
        const char *id;
        int64_t (*get)(const struct rule_set *, const char *);
        const char *list;
    } needs[] = {
#define CLOCK(id)  { id, rules_clock_ms, "clocks" },
#define FIGURE(id) { id, rules_figure, "figures" },
#define TEXT(key)
#include "flows/needs.def"
#undef CLOCK
#undef FIGURE
#undef TEXT
    };

    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (needs[i].get(rules, needs[i].id) < 0)
            fault_add(faults, (struct mark){ .file = c->rules.p }, "the row \"%s\" is missing under \"%s:\"",
                      needs[i].id, needs[i].list);
    rules_named(rules, check_asked, faults);
}

static void check_texts(const struct config *c, const struct text_set *texts, struct faults *faults)
{
    static const char *const needs[] = {
#define CLOCK(id)
#define FIGURE(id)
#define TEXT(key) key,
#include "flows/needs.def"
#undef CLOCK
#undef FIGURE
#undef TEXT
    };

    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (!text_exists(texts, c->language, needs[i]))
            fault_add(faults, (struct mark){ .file = c->texts.p }, "the text \"%s\" is missing", needs[i]);
}

/* allowed: besides what every phone shows; it never reaches one. */
static void check_words(struct slice words, const char *what, const char *allowed, struct mark m,
                        struct faults *faults)
{
    for (size_t i = 0; i < words.n; i++)
        if (!text_is_safe(words.p[i]) && !strchr(allowed, words.p[i])) {
            fault_add(faults, m, "\"%s\" has a character that not every phone shows", what);
            return;
        }
}

/* Forms speak too: echo, USSD pages, examples. */
static void check_forms(const struct form_set *forms, struct faults *faults)
{
    for (unsigned i = 0; i < forms->n; i++) {
        const struct form *form = &forms->forms[i];

        check_words(form->title, "title", "", form->mark, faults);
        for (unsigned k = 0; k < form->fields_n; k++) {
            const struct field *f = &form->fields[k];

            check_words(f->say, "say", "{}", f->mark, faults);
            check_words(f->ask, "ask", "", f->mark, faults);
            check_words(f->example, "example", "", f->mark, faults);
        }
    }
    for (unsigned i = 0; i < forms->lists_n; i++)
        for (unsigned w = 0; w < forms->lists[i].n; w++)
            check_words(forms->lists[i].words[w].say, "say", "_", forms->lists[i].mark, faults);
}

/* An example that is asked back teaches the kader a wrong message.  Read late in a year, when the weeks and
 * months that examples name have been. */
static void check_examples(const struct ruleset *set, struct faults *faults)
{
    static const int64_t at = INT64_C(1795226400000); /* 2026-11-21T02:00Z */
    struct arena a;

    arena_init(&a, 4 << 20);
    for (unsigned f = 0; f < set->forms.n; f++) {
        const struct form *form = &set->forms.forms[f];

        for (unsigned e = 0; e < form->examples_n; e++) {
            const struct report *r;
            struct said said;

            if (!understand_sms(set, form->examples[e], at, &a, &said))
                continue;
            r = &said.reports[0];
            if (said.kind != SAID_REPORTS || said.reports_n != 1 || r->form != form)
                fault_add(faults, form->mark, "example '%.*s' is no report of this form",
                          SLICE_ARG(form->examples[e]));
            else if (r->status != REPORT_ACCEPTED)
                fault_add(faults, form->mark, "example '%.*s' is asked back: %s %.*s",
                          SLICE_ARG(form->examples[e]), report_error_name(r->error),
                          SLICE_ARG(r->error_field));
            arena_reset(&a);
        }
    }
    arena_free(&a);
}

struct ruleset *ruleset_load(const struct config *c, struct arena *arena, struct faults *faults)
{
    struct ruleset *set = ARENA_NEW(arena, struct ruleset);
    unsigned before = faults_count(faults);
    bool forms, places;

    if (!set)
        return NULL;
    set->utc_offset_min = c->utc_offset_min;
    set->language = c->language;
    set->short_code = c->short_code;
    set->service_code = c->service_code;
    /* Each part is read even when another is at fault: all faults at once. */
    forms = forms_load(c->forms.p, arena, faults, &set->forms) == 0;
    places = places_load(c->places.p, c->people.p, arena, faults, &set->directory) == 0;
    set->texts = texts_load(c->texts.p, arena, faults);
    set->exports = exports_load(c->rules.p, arena, faults);
    if (forms) {
        set->rules = rules_load(c->rules.p, &set->forms, arena, faults);
        set->indicators = indicators_load(c->rules.p, &set->forms, arena, faults);
        (void)!text_file_load(c->rules.p, "views.sql", arena, faults, &set->views); /* a fault is counted */
        set->menus = menus_load(c->menus.p, &set->forms, arena, faults);
        set->fhir = fhir_map_load(c->forms.p, &set->forms, arena, faults);
    }
    if (places) {
        choose_district(c, set, arena, faults);
        choose_duty(c, set, arena, faults);
        refuse_sample_people(c, &set->directory, faults);
        load_facilities(c, set, arena, faults);
    }
    if (set->rules)
        check_rows(c, set->rules, faults);
    if (set->texts)
        check_texts(c, set->texts, faults);
    if (forms)
        check_forms(&set->forms, faults);
    if (places && forms)
        load_programme(c, set, arena, faults);
    if (places && set->texts)
        check_languages(c, set, faults);
    if (forms && set->menus && set->texts)
        ussd_check(set, faults);
    if (faults_count(faults) == before)
        check_examples(set, faults);
    if (arena->failed)
        fault_add(faults, (struct mark){ .file = c->file }, "larger than the memory for a configuration");
    return faults_count(faults) == before ? set : NULL;
}

struct ruleset *ruleset_with_people(const struct ruleset *base, struct people *people, struct arena *arena)
{
    struct ruleset *set = ARENA_NEW(arena, struct ruleset);

    if (!set)
        return NULL;
    *set = *base;
    if (!directory_with_people(&base->directory, people->all, people->n, arena, &set->directory))
        return NULL;
    if (set->duty_by_role)
        duty_of_people(set, arena);
    return arena->failed ? NULL : set;
}

void ruleset_free(struct ruleset *set)
{
    (void)set; /* all of it lies in the arena */
}
