/* test_card.c - what stands on the pocket card works when it is typed, and README.md's tables are those of
 * the configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "flows/print/card.h"
#include "flows/step/roles.h"
#include "flows/print/tables.h"
#include "flows/understand/understanding.h"
#include "gateway/conf/texts.h"
#include "tests/support/phone.h"

#define AT INT64_C(1795226400000) /* 21 November 2026, 09:00 in Jakarta */

static struct arena arena;
static struct buf out;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    buf_init(&out, 1 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_free(&out);
    arena_free(&arena);
    return 0;
}

static const char *card_of(enum role role)
{
    buf_clear(&out);
    card_write(&out, phone_ruleset, role, &arena);
    assert_false(out.failed);
    assert_false(arena.failed);
    return out.p;
}

/* What a reader sees of "<pre>…</pre>" at *at, which is moved behind it; NULL at the end. */
static char *next_example(const char **at)
{
    const char *p = strstr(*at, "<pre>"), *close = p ? strstr(p, "</pre>") : NULL;
    char *s = arena_alloc(&arena, 512);
    size_t n = 0;

    if (!close)
        return NULL;
    for (p += 5; p < close && n < 511; p++) {
        if (*p == '<')
            p = strchr(p, '>');
        else
            s[n++] = *p;
    }
    s[n] = '\0';
    *at = close;
    return s;
}

static void every_example_on_every_card_is_accepted(void **state)
{
    (void)state;
    for (unsigned r = 0; r < ROLES; r++) {
        const char *at = card_of((enum role)r);
        unsigned n = 0;
        char *s;

        while ((s = next_example(&at))) {
            struct said said;

            assert_true(understand_sms(phone_ruleset, slice_of(s), AT, &arena, &said));
            if (said.kind != SAID_REPORTS || said.reports_n != 1 || said.reports[0].status != REPORT_ACCEPTED)
                fail_msg("not accepted: %s", s);
            n++;
        }
        assert_true(n > 1); /* kades and camat may report too */
        if (r == ROLE_KADER)
            assert_true(n > 20);
    }
}

static void every_form_of_a_role_is_on_its_card_and_no_other(void **state)
{
    (void)state;
    for (unsigned r = 0; r < ROLES; r++) {
        const char *card = card_of((enum role)r);

        for (unsigned i = 0; i < phone_ruleset->forms.n; i++) {
            const struct form *f = &phone_ruleset->forms.forms[i];
            const char *begins =
                arena_printf(&arena, "<p class=format><b>%.*s ", SLICE_ARG(f->keywords[0])).p;

            if ((strstr(card, begins) != NULL) != roles_may_report((enum role)r, f))
                fail_msg("%s: %s", role_name((enum role)r), f->name.p);
        }
    }
}

static struct slice text(const char *key)
{
    return text_fill(phone_ruleset->texts, phone_ruleset->language, key, NULL, 0, &arena);
}

static void every_command_has_an_example_that_is_understood(void **state)
{
    (void)state;
    for (unsigned k = COMMAND_NONE + 1; k < COMMANDS; k++) {
        const char *name = command_name((enum command_kind)k);
        struct said said;

        if (!text_exists(phone_ruleset->texts, S("id"), arena_printf(&arena, "card.does.%s", name).p))
            fail_msg("card.does.%s is missing", name);
        assert_true(understand_sms(phone_ruleset, text(arena_printf(&arena, "card.type.%s", name).p), AT,
                                   &arena, &said));
        if (said.kind != SAID_COMMAND || said.command.kind != (enum command_kind)k ||
            said.command.status != REPORT_ACCEPTED)
            fail_msg("card.type.%s is not understood as %s", name, name);
    }
}

static void commands_stand_on_the_cards_of_those_who_may_say_them(void **state)
{
    (void)state;
    for (unsigned r = 0; r < ROLES; r++) {
        const struct person p = { .role = (enum role)r };
        const char *card = card_of((enum role)r);

        for (unsigned k = COMMAND_NONE + 1; k < COMMANDS; k++) {
            const char *key = arena_printf(&arena, "card.type.%s", command_name((enum command_kind)k)).p;
            const char *shown = arena_printf(&arena, "<code>%.*s</code>", SLICE_ARG(text(key))).p;

            if ((strstr(card, shown) != NULL) != roles_may_command(&p, (enum command_kind)k))
                fail_msg("%s: %s", role_name((enum role)r), key);
        }
    }
}

static void a_short_answer_as_the_card_shows_it_completes_a_report(void **state)
{
    struct slice answer = text("card.rule_2_type");
    struct report whole;
    struct said said;

    (void)state;
    assert_true(understand_sms(phone_ruleset, S("TIMBANG Siti P 14bl"), AT, &arena, &said));
    assert_int_equal(said.reports[0].status, REPORT_REJECTED);
    assert_true(understand_answer(phone_ruleset, &said.reports[0], said.reports[0].error_field, answer, AT,
                                  &arena, &whole));
    assert_int_equal(whole.status, REPORT_ACCEPTED);
    assert_non_null(strstr(card_of(ROLE_KADER), "<code>BB 9,2</code>"));
}

/* As the card prints it: `_` is a blank. */
static struct slice as_printed(struct slice say)
{
    struct slice copy = arena_copy(&arena, say);

    for (size_t i = 0; i < copy.n; i++)
        if (copy.p[i] == '_')
            ((char *)(uintptr_t)copy.p)[i] = ' ';
    return copy;
}

static void check_words(const struct form *form, unsigned field)
{
    const struct field *f = &form->fields[field];

    for (unsigned i = 0; i < f->list->n; i++) {
        const struct word *w = &f->list->words[i];
        struct value v = { 0 };

        if (w->doubt || w->neutral || w->also.n || w->until_months)
            continue;
        if (understand_field(phone_ruleset, form, field, as_printed(w->say), AT, &arena, &v) != ERROR_NONE)
            fail_msg("%s %s: \"%s\" is not understood", form->name.p, f->name.p, w->say.p);
    }
}

static void the_words_of_the_lists_are_understood_as_they_are_printed(void **state)
{
    const struct word_list *seen[64];
    unsigned n = 0;

    (void)state;
    for (unsigned i = 0; i < phone_ruleset->forms.n; i++)
        for (unsigned k = 0; k < phone_ruleset->forms.forms[i].fields_n; k++) {
            const struct field *f = &phone_ruleset->forms.forms[i].fields[k];
            unsigned at = 0;

            while (at < n && seen[at] != f->list)
                at++;
            if ((f->type != FIELD_CHOICE && f->type != FIELD_CHOICES) || at < n)
                continue;
            assert_true(n < sizeof seen / sizeof *seen);
            seen[n++] = f->list;
            check_words(&phone_ruleset->forms.forms[i], k);
        }
    assert_true(n > 6);
}

static void the_card_asks_for_nothing_from_anywhere(void **state)
{
    static const char *const never[] = { "http", "src=", "url(", "@import", "<link", "<script" };

    (void)state;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        assert_null(strstr(card_of(ROLE_KADER), never[i]));
    assert_non_null(strstr(out.p, "@page"));
    assert_non_null(strstr(out.p, "98120"));
    assert_non_null(strstr(out.p, "*123#"));
}

static void what_stands_in_the_configuration_cannot_become_markup(void **state)
{
    struct ruleset set = *phone_ruleset;

    (void)state;
    set.short_code = S("<b>&\"");
    card_write(&out, &set, ROLE_KADER, &arena);
    assert_null(strstr(out.p, "<b>&\""));
    assert_non_null(strstr(out.p, "&lt;b&gt;&amp;&quot;"));
}

static void the_most_urgent_signs_are_bold(void **state)
{
    const char *card = card_of(ROLE_KADER);

    (void)state;
    assert_non_null(strstr(card, "<b>kejang</b>"));
    assert_null(strstr(card, "<b>pusing</b>"));
}

static struct slice read_file(const char *path)
{
    char *p = arena_alloc(&arena, 1 << 18);
    FILE *f = fopen(path, "r");
    size_t n;

    assert_non_null(f);
    n = fread(p, 1, (1 << 18) - 1, f);
    fclose(f);
    p[n] = '\0';
    return slice_make(p, n);
}

static void no_form_is_named_in_the_code_of_card_and_tables(void **state)
{
    static const char *const files[] = { "flows/print/card.c", "flows/print/tables.c" };

    (void)state;
    for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
        const char *code = read_file(files[k]).p;

        for (unsigned i = 0; i < phone_ruleset->forms.n; i++) {
            const struct form *f = &phone_ruleset->forms.forms[i];

            if (strstr(code, arena_printf(&arena, "\"%.*s\"", SLICE_ARG(f->name)).p))
                fail_msg("%s names %s", files[k], f->name.p);
        }
    }
}

/* The lines between "<!-- NAME" and "<!-- /NAME -->". */
static struct slice between(const char *readme, const char *name)
{
    const char *open = strstr(readme, arena_printf(&arena, "<!-- %s:", name).p);
    const char *close = strstr(readme, arena_printf(&arena, "<!-- /%s -->", name).p);

    if (!open || !close || close < open)
        fail_msg("README.md has lost its marker <!-- %s: … --> or <!-- /%s -->", name, name);
    open = strchr(open, '\n') + 1;
    return slice_trim(slice_make(open, (size_t)(close - open)));
}

static void the_tables_of_the_readme_are_those_of_the_forms_and_commands(void **state)
{
    const char *readme = read_file("README.md").p;

    (void)state;
    tables_forms(&out, &phone_ruleset->forms);
    if (!slice_eq(between(readme, "forms"), slice_trim(buf_slice(&out))))
        fail_msg("README.md is behind: put `kentongan check --forms` between its markers");
    buf_clear(&out);
    tables_commands(&out, phone_ruleset, &arena);
    if (!slice_eq(between(readme, "commands"), slice_trim(buf_slice(&out))))
        fail_msg("README.md is behind: put `kentongan check --commands` between its markers");
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(every_example_on_every_card_is_accepted),
        CASE(every_form_of_a_role_is_on_its_card_and_no_other),
        CASE(every_command_has_an_example_that_is_understood),
        CASE(commands_stand_on_the_cards_of_those_who_may_say_them),
        CASE(a_short_answer_as_the_card_shows_it_completes_a_report),
        CASE(the_words_of_the_lists_are_understood_as_they_are_printed),
        CASE(the_card_asks_for_nothing_from_anywhere),
        CASE(what_stands_in_the_configuration_cannot_become_markup),
        CASE(the_most_urgent_signs_are_bold),
        CASE(no_form_is_named_in_the_code_of_card_and_tables),
        CASE(the_tables_of_the_readme_are_those_of_the_forms_and_commands),
    };

    return cmocka_run_group_tests(tests, phone_rules, phone_no_rules);
}
