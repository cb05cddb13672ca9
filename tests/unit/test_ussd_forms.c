/* test_ussd_forms.c - every dialogue of every form, proven, drawn, walked and cut at every step.
 *
 * What a dialogue asks is never written down here: the walker reads where it stands and answers by the type
 * of the field, with digits where a keypad has only those. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "flows/step/roles.h"
#include "flows/ussd/page.h"
#include "tests/support/phone.h"

static void the_sample_is_proven(void **state)
{
    struct faults faults = { 0 };

    (void)state;
    ussd_check(phone_ruleset, &faults);
    for (unsigned i = 0; i < faults.n; i++)
        print_message("%s\n", faults.lines[i]);
    assert_int_equal(faults.n, 0);
    faults_free(&faults);
}

/* A menus folder with one bad thing more than the sample; the fault that it must give. */
static void what_would_not_work_on_a_phone_is_a_fault_at_load(void **state)
{
    static const struct {
        const char *text, *fault;
    } bads[] = {
        { "a: {title: x, entries: [{say: y, command: zzz, typed: ZZZ}]}", "no command \"zzz\"" },
        { "a: {title: x, entries: [{say: y, command: terima, typed: TERIMA}]}", "kader may not say" },
        { "a: {title: x, entries: [{say: y, form: timbang}]}\n  b: {title: x, entries: [{say: y, form: "
          "kasus}]}",
          "nothing leads to page \"b\"" },
        { "a: {title: x, entries: [{say: 'caf\u00e9 [a]', form: timbang}]}", "not every phone" },
        { "a: {title: x, entries: [{say: y, command: ok, typed: OK, ask: 'A very long question that does not "
          "fit on "
          "one page of a phone because somebody wanted to explain everything at once and did not stop'}]}",
          "septets at its longest" },
        { "a: {title: x, entries: [{say: y, form: timbang}]}", "names none under forms" },
        { "a: {title: x, entries: [{say: y, command: tugas, typed: TUGAS}, {say: z, command: tugas, typed: "
          "TUGAS}]}",
          "stands twice" },
        { "a: {title: x, entries: [{say: y, form: kejadian}]}\nforms: {kejadian: {fields: {jumlah: "
          "{zero_is_none: "
          "yes}}}}",
          "must be given" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        char folder[] = "/tmp/menusXXXXXX", path[64];
        struct faults faults = { 0 };
        struct ruleset set = *phone_ruleset;
        bool found = false;
        FILE *f;

        assert_non_null(mkdtemp(folder));
        snprintf(path, sizeof path, "%s/a.yaml", folder);
        f = fopen(path, "w");
        assert_non_null(f);
        fprintf(f, "role: kader\npages:\n  %s\n", bads[i].text);
        fclose(f);
        set.menus = menus_load(folder, &phone_ruleset->forms, &phone.arena, &faults);
        assert_non_null(set.menus);
        ussd_check(&set, &faults);
        for (unsigned k = 0; k < faults.n; k++)
            found = found || strstr(faults.lines[k], bads[i].fault);
        if (!found)
            fail_msg("not told: %s (%s)", bads[i].fault, faults.n ? faults.lines[0] : "no fault");
        faults_free(&faults);
        unlink(path);
        rmdir(folder);
    }
}

static void the_graph_is_drawn(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 1 << 20);
    ussd_graph(phone_ruleset, &b);
    assert_false(b.failed);
    assert_non_null(strstr(b.p, "\"kader/utama\" -> \"form timbang\""));
    assert_non_null(strstr(b.p, "\"timbang kirim\""));
    buf_free(&b);
}

/* The digits of an example: all that many handsets can send. */
static void digits_of(struct slice example, char *out)
{
    for (size_t i = 0; i < example.n; i++)
        if (example.p[i] >= '0' && example.p[i] <= '9')
            *out++ = example.p[i];
    *out = 0;
}

/* An answer to the page on which the dialogue stands. */
static void answer_for(char out[100])
{
    const struct field *f = phone.state.field >= 0 ? &phone.state.form->fields[phone.state.field] : NULL;

    strcpy(out, phone.state.place == USSD_COUNT ? "5" : "1");
    if (phone.state.place != USSD_FIELD || !f)
        return;
    if (ussd_may_end(&phone.state))
        strcpy(out, "99");
    else if (ussd_may_skip(&phone.state) && !ussd_zero_skips(phone_ruleset, &phone.state))
        strcpy(out, "999");
    else if (f->type == FIELD_NAME)
        strcpy(out, "Siti Aminah");
    else if (f->type == FIELD_NOMOR)
        strcpy(out, phone.state.form->about == FORM_ABOUT_CHILD ? phone.child : phone.report);
    else if (f->type == FIELD_DATE)
        strcpy(out, "201126");
    else if (f->type == FIELD_ANSWERS || f->type == FIELD_MONTH)
        snprintf(out, 100, "%.*s", SLICE_ARG(f->example));
    else if (f->type == FIELD_NUMBER || f->type == FIELD_AGE || f->type == FIELD_PRESSURE)
        digits_of(f->example, out);
}

/* The digits by which entry `e` of a page is chosen: what the role may not report has none. */
static unsigned digit_of(const struct menu *m, const struct menu_page *p, const struct menu_entry *e)
{
    unsigned at = 1;

    for (const struct menu_entry *x = p->entries; x < e; x++)
        at += !x->form || roles_may_report(m->role, x->form);
    return at;
}

static void choose_digit(unsigned digit)
{
    char text[12];

    snprintf(text, sizeof text, "%u", digit);
    phone_type(text);
}

/* Chooses the form (and way) from the menu: everything up to the form's first page. */
static bool open_form(const struct menu *m, const struct form *f, unsigned way)
{
    const struct menu_form *mf = menu_form(phone_ruleset->menus, f);

    phone_dial();
    for (unsigned p = 0; p < m->n; p++)
        for (unsigned e = 0; e < m->pages[p].n; e++) {
            if (m->pages[p].entries[e].form != f)
                continue;
            for (unsigned k = 0; p > 0 && k < m->pages[0].n; k++)
                if (slice_eq(m->pages[0].entries[k].name, m->pages[p].name))
                    choose_digit(digit_of(m, &m->pages[0], &m->pages[0].entries[k]));
            choose_digit(digit_of(m, &m->pages[p], &m->pages[p].entries[e]));
            if (mf && mf->ways_n > 1)
                choose_digit(way + 1);
            return true;
        }
    return false;
}

/* A weighing that was there before: its numbers answer the pages that ask for one. */
static void know_a_child(void)
{
    const char *at;

    phone_dial();
    phone_type_all("1>1>Budi Santoso>1>14>9,4>76>1");
    assert_int_equal(sscanf(phone.page, "Diterima %15[0-9]", phone.report), 1);
    at = strstr(phone.page, "No anak ");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "No anak %15[0-9]", phone.child), 1);
}

/* Walks to the end; when cut >= 0, the session drops before that step and a new one goes on.  Returns the
 * number of steps; 0 when no menu leads to it. */
static unsigned walk(const struct form *f, unsigned way, int cut)
{
    enum role role = roles_may_report(ROLE_KADER, f) ? ROLE_KADER : ROLE_PUSKESMAS;
    unsigned steps = 0;
    char input[100], before[400];
    const char *news;

    phone_new();
    know_a_child();
    snprintf(phone.from, sizeof phone.from, "%s", role == ROLE_KADER ? PHONE_KADER : PHONE_PUSKESMAS);
    if (!open_form(menu_for(phone_ruleset->menus, role, S("id")), f, way))
        return 0;
    while (!phone.ended) {
        if (steps++ == (unsigned)cut) {
            snprintf(before, sizeof before, "%s", phone.page);
            phone_dial();
            phone_says("1 Lanjut\n2 Mulai baru");
            phone_type("1");
            /* Who was called is said once, above the page. */
            news = strstr(before, "sudah diberi tahu") ? strchr(before, '\n') : NULL;
            assert_string_equal(phone.page, news ? news + 1 : before);
        }
        answer_for(input);
        phone_type(input);
        if (steps > 60)
            fail_msg("%.*s does not end:\n%s", SLICE_ARG(f->name), phone.page);
    }
    return steps;
}

static void every_dialogue_survives_a_drop_at_every_step(void **state)
{
    unsigned walked = 0, cuts = 0;

    (void)state;
    for (unsigned i = 0; i < phone_ruleset->forms.n; i++) {
        const struct form *f = &phone_ruleset->forms.forms[i];
        const struct menu_form *mf = menu_form(phone_ruleset->menus, f);

        for (unsigned way = 0; way < (mf && mf->ways_n ? mf->ways_n : 1); way++) {
            unsigned steps = walk(f, way, -1), rows = phone_records(), sent = phone.store.sms_n;
            char filed[512], page[400];

            if (!steps)
                continue;
            walked++;
            snprintf(filed, sizeof filed, "%s", phone_record(1));
            snprintf(page, sizeof page, "%s", phone.page);
            if (phone_records() != 2)
                print_message("%.*s (%u) ends without a record: %s\n", SLICE_ARG(f->name), way + 1,
                              phone.page);
            for (unsigned cut = 0; cut < steps; cut++, cuts++) {
                assert_int_equal(walk(f, way, (int)cut), steps);
                assert_string_equal(phone_record(1), filed);
                assert_int_equal(phone_records(), rows);
                assert_int_equal(phone.store.sms_n, sent);
                assert_string_equal(phone.page, page);
            }
        }
    }
    print_message("%u dialogues, %u cuts\n", walked, cuts);
    assert_int_equal(walked, 21);
}

static void whatever_is_typed_gets_a_page(void **state)
{
    static const char *const inputs[] = {
        "0",
        "00",
        "000",
        "98",
        "99",
        "9",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "11",
        "1,3",
        "",
        " ",
        "*",
        "#",
        "1*2",
        "Siti Aminah",
        "14",
        "9,2",
        "92",
        "12080",
        "1035",
        "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
        "-1",
        "99999999999999999999999999",
        "{\"v\":1}",
        "%s%n",
        "KEJANG",
        "1 1 1",
        "0000",
        "TIMBANG#x",
    };
    const size_t n = sizeof inputs / sizeof *inputs;
    uint64_t x = 88172645463325252ULL;
    char long_input[4000];

    (void)state;
    memset(long_input, 'a', sizeof long_input - 1);
    memcpy(long_input + 180, "\xe2\x82\xac\xe2\x82\xac", 6);
    long_input[sizeof long_input - 1] = 0;
    for (unsigned i = 0; i < 3000; i++) {
        size_t k;

        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        k = (size_t)(x >> 20) % (n + 12);
        if (i % 200 == 0)
            phone_new();
        if (i % 200 == 0 || phone.ended || k == n)
            phone_dial();
        else
            phone_type(k < n ? inputs[k] : k == n + 1 ? long_input : "1");
        if (!phone.page[0])
            fail_msg("no page after input %zu", k);
    }
}

/* --- what a page offers works --- */

struct offers {
    char key[40][8];
    unsigned n;
};

static void offer(struct offers *o, const char *digits, size_t n)
{
    if (n > 0 && n < sizeof o->key[0] && o->n < 40)
        snprintf(o->key[o->n++], sizeof o->key[0], "%.*s", (int)n, digits);
}

/* The digits in front of the page's lines, and every key of its last one. */
static void offered(struct offers *o)
{
    const char *line = phone.page, *last = strrchr(phone.page, '\n');

    o->n = 0;
    last = last ? last + 1 : phone.page;
    for (; line && line < last; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        size_t n = strspn(line, "0123456789");

        if (n && line[n] == ' ' && phone.state.place != USSD_ECHO && line != phone.page)
            offer(o, line, n);
    }
    for (const char *at = last; at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL) {
        size_t n = strspn(at, "0123456789");

        if (n && n <= 3 && at[n] == ' ' && strchr("LSKYBN", at[n + 1]) && at[n + 1])
            offer(o, at, n);
    }
}

static uint64_t chance(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x >> 20;
}

static void list_items(char *out, size_t n)
{
    out[0] = 0;
    for (unsigned i = 0; phone.state.form && i < phone.state.form->fields_n; i++)
        for (unsigned k = 0; k < phone.state.values[i].n; k++)
            snprintf(out + strlen(out), n - strlen(out), "%.*s,", SLICE_ARG(phone.state.values[i].items[k]));
}

/* Any role walks anywhere by what the pages offer: no offer is refused, and back loses nothing of a list. */
static void whatever_a_page_offers_works(void **state)
{
    static const enum role roles[] = { ROLE_KADER, ROLE_BIDAN, ROLE_PUSKESMAS, ROLE_RS,
                                       ROLE_KADES, ROLE_CAMAT, ROLE_DINKES };
    const struct directory *d = &phone_ruleset->directory;
    uint64_t x = 88172645463325252ULL;
    unsigned typed = 0;

    (void)state;
    for (unsigned round = 0; round < 140; round++) {
        phone_new();
        know_a_child();
        for (unsigned i = d->people_n; i-- > 0;)
            if (d->people[i]->role == roles[round % 7] && d->people[i]->active)
                snprintf(phone.from, sizeof phone.from, "%.*s", SLICE_ARG(d->people[i]->msisdn));
        if (round % 7 == 0)
            snprintf(phone.from, sizeof phone.from, PHONE_KADER);
        phone_dial();
        for (unsigned step = 0; step < 40; step++) {
            struct offers o;
            char before[400], input[100], items[400], then[400];
            enum ussd_place place;

            if (phone.ended)
                phone_dial();
            offered(&o);
            place = phone.state.place;
            snprintf(before, sizeof before, "%s", phone.page);
            list_items(items, sizeof items);
            if (o.n == 0 || chance(&x) % 3 == 0) {
                answer_for(input);
                phone_type(input);
                continue;
            }
            snprintf(input, sizeof input, "%s", o.key[chance(&x) % o.n]);
            phone_type(input);
            typed++;
            if (place != USSD_ECHO &&
                (strstr(phone.page, "Pilihan tidak ada") || strstr(phone.page, "Tidak terbaca") ||
                 strstr(phone.page, "Nomor salah")))
                fail_msg("%s is offered, but:\n%s\n--\n%s", input, before, phone.page);
            list_items(then, sizeof then);
            if (place == USSD_ECHO && strcmp(input, "0") == 0)
                assert_string_equal(then, items);
        }
    }
    print_message("%u offers taken\n", typed);
    assert_true(typed > 2000);
}

static void broken_blobs_begin_at_the_menu(void **state)
{
    static const char *const blobs[] = {
        "",
        "{",
        "[]",
        "{\"v\":2,\"place\":\"menu\"}",
        "{\"v\":1}",
        "{\"v\":1,\"place\":\"moon\"}",
        "{\"v\":1,\"place\":\"field\"}",
        "{\"v\":1,\"place\":\"field\",\"form\":\"gone\",\"ask\":\"bb\"}",
        "{\"v\":1,\"place\":\"field\",\"form\":\"timbang\"}",
        "{\"v\":1,\"place\":\"field\",\"form\":\"timbang\",\"way\":9,\"ask\":\"bb\"}",
        "{\"v\":1,\"place\":\"echo\",\"form\":\"timbang\",\"over\":77,\"said\":{}}"
    };

    (void)state;
    for (size_t i = 0; i < sizeof blobs / sizeof *blobs; i++) {
        struct ussd_state s;
        bool ok = ussd_state_decode(phone_ruleset, slice_of(blobs[i]), &phone.arena, &s);

        assert_false(ok);
        assert_int_equal(s.place, USSD_MENU);
        assert_null(s.form);
    }
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, phone_begin, phone_end)
    const struct CMUnitTest tests[] = {
        CASE(the_sample_is_proven),
        CASE(what_would_not_work_on_a_phone_is_a_fault_at_load),
        CASE(the_graph_is_drawn),
        CASE(every_dialogue_survives_a_drop_at_every_step),
        CASE(whatever_is_typed_gets_a_page),
        CASE(whatever_a_page_offers_works),
        CASE(broken_blobs_begin_at_the_menu),
    };

    return cmocka_run_group_tests(tests, phone_rules, phone_no_rules);
}
