/* test_vanish.c - nothing next to or inside a value disappears (RULINGS 43, 50): over every message of the
 * labelled files, and over each of them with a strange character, a digit of another script or a negator put
 * in.
 *
 * What is compared is what a reader of the record would see; the spans are those of the stages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flows/understand/report/report.h"
#include "flows/understand/understanding.h"
#include "parsers/text.h"
#include "tests/support/labelled.h"
#include "tests/support/phone.h"

static const int64_t at = 1795226400000; /* 2026-11-21T09:00+07:00 */

enum {
    TODAY = 20778, /* of `at` */
    ARENA = 8 << 20,
    LONGEST = 600,
    SHOWN = 12
};

static struct labelled rows[LABELLED_MAX];
static unsigned rows_n;
static struct arena a;

static int setup(void **state)
{
    static const char *const files[] = { "kader-dev", "own",           "second",  "emergency", "turned",
                                         "afresh",    "trial-2026-11", "hearing", "fresh" };

    for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
        char path[64];

        snprintf(path, sizeof path, "tests/corpus/%s.tsv", files[i]);
        labelled_read(path, rows, &rows_n);
    }
    arena_init(&a, ARENA);
    return phone_rules(state);
}

static int teardown(void **state)
{
    labelled_free(rows, rows_n);
    arena_free(&a);
    return phone_no_rules(state);
}

/* --- spans --- */

static bool is_measure(const struct field *f)
{
    return f->type == FIELD_NUMBER || f->type == FIELD_AGE || f->type == FIELD_PRESSURE ||
           f->type == FIELD_DATE || f->type == FIELD_NOMOR || f->type == FIELD_NIK;
}

static bool may_stand_between(char c)
{
    return strchr(" \t\n#*;|,.:=/_-()\"'!?&+", c) != NULL;
}

/* The slot whose value the token is part of; NULL: a label, a word of a list, a signature, free text. */
static const struct slot *owner(const struct filling *x, unsigned k, const struct field **f)
{
    for (unsigned i = 0; i < x->form->fields_n; i++)
        if (x->slots[i].filled && x->slots[i].at <= k && k < x->slots[i].to) {
            *f = &x->form->fields[i];
            return &x->slots[i];
        }
    return NULL;
}

/* Tokens and what stands between them cover the text; between them there are only separators, but beside free
 * text. */
static const char *gap_fault(const struct filling *x)
{
    const char *p = x->text.p, *end = x->text.p + x->text.n;
    const struct field *f = NULL, *last = NULL;

    for (unsigned k = 0; k <= x->ts.n; k++) {
        const char *next = k < x->ts.n ? x->ts.t[k].text.p : end;
        bool value = k < x->ts.n && owner(x, k, &f) && is_measure(f);

        for (; p < next; p++)
            if (!may_stand_between(*p) && (value || (last && is_measure(last))))
                return "a character between values that nobody read";
        if (k == x->ts.n)
            break;
        p = next + x->ts.t[k].text.n;
        last = value ? f : NULL;
        f = NULL;
    }
    return NULL;
}

static const char *token_fault(const struct filling *x)
{
    for (unsigned k = 0; k < x->ts.n; k++) {
        const struct token *t = &x->ts.t[k];
        const struct field *f = NULL;
        const struct slot *s = owner(x, k, &f);

        if (s && is_measure(f) && (t->odd || t->approx || t->range))
            return "a value with something at it was believed";
        if (t->kind == TOKEN_NUMBER && !t->taken && !t->other)
            return "a number that nobody took";
        if (s && is_measure(f) && t->kind == TOKEN_NUMBER && t->other)
            return "another thing's number was taken";
    }
    return NULL;
}

static void spans_cover_the_text(void **state)
{
    unsigned seen = 0, wrong = 0;

    (void)state;
    for (unsigned r = 0; r < rows_n; r++) {
        struct said *said = arena_alloc(&a, sizeof *said);

        if (!understand_sms(phone_ruleset, rows[r].text, at, &a, said))
            fail();
        for (unsigned i = 0; said->kind == SAID_REPORTS && i < said->reports_n; i++) {
            const struct report *one = &said->reports[i];
            struct filling *x;
            const char *fault;

            if (one->status != REPORT_ACCEPTED || one->form->judge == FORM_JUDGE_W2)
                continue;
            x = understand_fill(phone_ruleset, one->form, one->body, TODAY, &a);
            assert_non_null(x);
            seen++;
            fault = gap_fault(x);
            fault = fault ? fault : token_fault(x);
            if (fault && wrong++ < SHOWN)
                print_error("%s: %s\n", fault, rows[r].line);
        }
        arena_reset(&a);
    }
    assert_true(seen > 900);
    assert_int_equal(wrong, 0);
}

/* --- put in --- */

struct seen {
    bool taken; /* one accepted report, or a command */
    enum command_kind command;
    char values[1200]; /* the measures of it */
};

static struct seen read_text(struct slice text)
{
    struct seen s = { 0 };
    struct said *said = arena_alloc(&a, sizeof *said);
    struct buf b;

    if (!understand_sms(phone_ruleset, text, at, &a, said))
        fail();
    buf_init(&b, sizeof s.values - 1);
    if (said->kind == SAID_COMMAND && !said->turned.why && said->command.status == REPORT_ACCEPTED) {
        s.taken = true;
        s.command = said->command.kind;
    } else if (said->kind == SAID_REPORTS && said->reports_n == 1 && !said->next &&
               said->reports[0].status == REPORT_ACCEPTED) {
        const struct report *r = &said->reports[0];

        s.taken = true;
        for (unsigned f = 0; f < r->form->fields_n; f++) {
            if (!is_measure(&r->form->fields[f]) || r->values[f].kind == VALUE_ABSENT)
                continue;
            buf_add(&b, r->form->fields[f].name);
            buf_char(&b, '=');
            if (r->values[f].kind == VALUE_NUMBER)
                number_print(&b, r->values[f].milli, '.');
            else
                buf_add(&b, r->values[f].text);
            buf_char(&b, ' ');
        }
    }
    memcpy(s.values, buf_slice(&b).p, buf_slice(&b).n);
    buf_free(&b);
    arena_reset(&a);
    return s;
}

static struct slice with(char *out, struct slice text, size_t where, size_t instead, const char *in)
{
    size_t n = strlen(in);

    memcpy(out, text.p, where);
    memcpy(out + where, in, n);
    memcpy(out + where + n, text.p + where + instead, text.n - where - instead);
    return slice_make(out, text.n + n - instead);
}

/* The digit here is part of a measure: another one says something else. */
static bool counts(struct slice text, size_t where, const struct seen *before, char *room)
{
    char other[2] = { text.p[where] == '1' ? '2' : '1', 0 };
    struct seen s = read_text(with(room, text, where, 1, other));

    return !s.taken || strcmp(s.values, before->values) != 0;
}

static bool plain_report(struct slice text, const struct seen *s)
{
    return s->taken && !s->command && s->values[0] && text.n < LONGEST;
}

static size_t first_word(struct slice text)
{
    size_t n = 0;

    while (n < text.n && text_is_word(text.p[n]))
        n++;
    return n + 1;
}

/* Characters that belong to no value: put before or behind a digit of one, nothing is accepted. */
static void a_strange_character_spoils_its_number(void **state)
{
    static const char *const strange[] = {
        "€", "§", "°", "²", "№", "%", "@", "$", "^", "<", "±", "~", "\x01"
    };
    char room[LONGEST + 16];
    unsigned tried = 0, wrong = 0;

    (void)state;
    for (unsigned r = 0; r < rows_n; r++) {
        struct seen before = read_text(rows[r].text);
        struct slice text = rows[r].text;

        for (size_t i = first_word(text); i < text.n && plain_report(text, &before); i++) {
            if (!text_is_digit(text.p[i]) || !counts(text, i, &before, room))
                continue;
            for (size_t k = 0; k < 2 * sizeof strange / sizeof *strange; k++) {
                const char *in = strange[k / 2];
                struct seen after = read_text(with(room, text, i + k % 2, 0, in));

                tried++;
                if (after.taken && wrong++ < SHOWN)
                    print_error("accepted, %s at %zu: %s: %s\n", in, i + k % 2, rows[r].line, after.values);
            }
        }
    }
    assert_true(tried > 40000);
    assert_int_equal(wrong, 0);
}

/* A picture between two digits too; and digits of other scripts are digits. */
static void a_picture_parts_and_a_digit_is_a_digit(void **state)
{
    static const char *const arabic[] = { "٠", "١", "٢", "٣", "٤", "٥", "٦", "٧", "٨", "٩" };
    char room[LONGEST + 16];
    unsigned tried = 0, wrong = 0;

    (void)state;
    for (unsigned r = 0; r < rows_n; r += 2) {
        struct seen before = read_text(rows[r].text);
        struct slice text = rows[r].text;

        for (size_t i = 0; i < text.n && plain_report(text, &before); i++) {
            struct seen after;

            if (!text_is_digit(text.p[i]))
                continue;
            after = read_text(with(room, text, i, 1, arabic[text.p[i] - '0']));
            tried++;
            if ((!after.taken || strcmp(after.values, before.values) != 0) && wrong++ < SHOWN)
                print_error("another script at %zu: %s: %s\n", i, rows[r].line, after.values);
            if (i + 1 >= text.n || !text_is_digit(text.p[i + 1]) || !counts(text, i, &before, room))
                continue;
            after = read_text(with(room, text, i + 1, 0, "😀"));
            if (after.taken && wrong++ < SHOWN)
                print_error("picture at %zu: %s: %s\n", i, rows[r].line, after.values);
        }
    }
    assert_true(tried > 2000);
    assert_int_equal(wrong, 0);
}

static bool begins_with_keyword(struct slice text)
{
    size_t n = 0;

    while (n < text.n && text_is_word(text.p[n]))
        n++;
    return understand_exact_form(&phone_ruleset->forms, slice_take(text, n)) != NULL;
}

/* A negator before the keyword: nothing that the bare one does happens. */
static void a_negator_is_never_a_greeting(void **state)
{
    static const char *const negators[] = { "tidak ", "tdk ",       "blm ",      "belum jadi ", "jangan ",
                                            "batal ", "tidak ada ", "gak bisa ", "dak ",        "bukan ",
                                            "nda ",   "tanpa ",     "idak mau " };
    char room[LONGEST + 16];
    unsigned tried = 0, wrong = 0;

    (void)state;
    for (unsigned r = 0; r < rows_n; r++) {
        struct seen before = read_text(rows[r].text);
        const char *in = negators[r % (sizeof negators / sizeof *negators)];
        struct seen after;

        if (!before.taken || rows[r].text.n > LONGEST || !begins_with_keyword(rows[r].text))
            continue;
        after = read_text(with(room, rows[r].text, 0, 0, in));
        tried++;
        if (after.taken && (!after.command || after.command == before.command) && wrong++ < SHOWN)
            print_error("%sbefore %s\n", in, rows[r].line);
    }
    assert_true(tried > 900);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_cover_the_text),
        cmocka_unit_test(a_strange_character_spoils_its_number),
        cmocka_unit_test(a_picture_parts_and_a_digit_is_a_digit),
        cmocka_unit_test(a_negator_is_never_a_greeting),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
