/* test_texts.c - the catalogue: what is refused at loading, and how a text is filled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/conf/texts.h"
#include "tests/support/rig.h"

static char *folder;
static struct arena arena;
static struct faults faults;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, 32 << 20);
    folder = rig_folder();
    return 0;
}

static int end(void **state)
{
    (void)state;
    faults_free(&faults);
    arena_free(&arena);
    rig_folder_remove(folder);
    return 0;
}

static struct text_set *load(const char *id)
{
    faults_free(&faults);
    rig_write(folder, "id.yaml", id);
    return texts_load(folder, &arena, &faults);
}

static const char *fill(const struct text_set *set, const char *key, const char *nama, const char *nomor)
{
    const struct text_fill f[] = { { "nama", slice_of(nama) }, { "nomor", slice_of(nomor) } };

    return text_fill(set, S("id"), key, f, 2, &arena).p;
}

static const char slots[] = "slots:\n  nama: cut 20\n  nomor: keep 5\n";

static struct text_set *with_texts(const char *texts)
{
    char all[2048];

    snprintf(all, sizeof all, "%s%s", slots, texts);
    return load(all);
}

static void slots_are_filled_cut_and_folded(void **state)
{
    struct text_set *set = with_texts("r:\n"
                                      "  a: \"Diterima {nomor}: {nama}.\"\n"
                                      "  b: \"Bu {nama} {nomor} {nama}\"\n"
                                      "  c: \"Anak {nama 8}\"\n");
    static const struct {
        const char *key, *nama, *nomor, *want;
    } cases[] = {
        { "r.a", "Siti Aminah", "48217", "Diterima 48217: Siti Aminah." },
        { "r.a", "Siti Nurhaliza Aminah Lestari", "48217", "Diterima 48217: Siti Nurhaliza..." },
        { "r.a", "Siti Nurhaliza Aminah", "48217", "Diterima 48217: Siti Nurhaliza..." },
        { "r.a", "Siti Nurhaliza Amina", "48217", "Diterima 48217: Siti Nurhaliza Amina." },
        { "r.a", "Muhammadsyarifuddinbakhtiar", "48217", "Diterima 48217: Muhammadsyarifuddi..." },
        { "r.a",
          "N\xC3\xA9n\xC3\xA9 \xE2\x80\x99"
          "Ali\xE2\x80\x99 \xF0\x9F\x98\x80",
          "1", "Diterima 1: Nene 'Ali'." },
        { "r.a", "a{b}[c]~\x01\n_d", "1", "Diterima 1: a(b)(c)- d." },
        { "r.b", "", "48217", "Bu 48217" },
        { "r.c", "Siti Aminah", "", "Anak Siti.." },
        { "r.none", "x", "y", "r.none" },
    };

    (void)state;
    assert_non_null(set);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(fill(set, cases[i].key, cases[i].nama, cases[i].nomor), cases[i].want);
}

static void an_empty_slot_leaves_no_blank_before_a_comma_or_point(void **state)
{
    struct text_set *set = with_texts("a: \"Di {nama}, nomor {nomor}. Ya\"\n");

    (void)state;
    assert_non_null(set);
    assert_string_equal(fill(set, "a", "", ""), "Di, nomor. Ya");
    assert_string_equal(fill(set, "a", "Kelubi", "7"), "Di Kelubi, nomor 7. Ya");
}

static void numbers_are_never_cut_and_the_rest_gives_way(void **state)
{
    struct text_set *set =
        with_texts("r: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa {nama} {nomor}\"\n");
    const char *s;

    (void)state;
    assert_non_null(set);
    s = fill(set, "r", "Siti Aminah Kartini", "1234567890123");
    assert_true(strlen(s) <= TEXT_SMS);
    assert_non_null(strstr(s, " 1234567890123"));
    assert_non_null(strstr(s, ".."));
}

static void a_cut_never_splits_a_number(void **state)
{
    (void)state;
    assert_string_equal(text_cut(S("perdarahan, TD 180/110"), 20, &arena).p, "perdarahan, TD..");
    assert_string_equal(text_cut(S("BB 9,2kg TB 76cm"), 16, &arena).p, "BB 9,2kg TB 76cm");
    assert_string_equal(text_cut(S("BB 9,2kg TB 76cm"), 15, &arena).p, "BB 9,2kg TB..");
    assert_string_equal(text_cut(S("081234567890123456"), 10, &arena).p, "..");
    assert_string_equal(text_cut(S("a 120/80mmHg"), 8, &arena).p, "a..");
    assert_string_equal(text_cut(S(""), 10, &arena).p, "");
}

static void safe_is_what_ascii_and_gsm7_share(void **state)
{
    static const char safe[] = " #*.,/-+:;=()'%&?!\"<>0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "abcdefghijklmnopqrstuvwxyz";

    (void)state;
    for (int c = 0; c < 256; c++)
        if (text_is_safe((char)c) != (memchr(safe, c, sizeof safe - 1) != NULL))
            fail_msg("%d", c);
}

static void pages_keep_their_lines(void **state)
{
    struct text_set *set = with_texts("ussd:\n  a: \"1 {nama}\\n0 kembali\"\n");

    (void)state;
    assert_non_null(set);
    assert_string_equal(fill(set, "ussd.a", "Ana\n2 Ani", ""), "1 Ana\n2 Ani\n0 kembali");
}

static void languages_have_parts_and_lean_on_indonesian(void **state)
{
    struct text_set *set;

    (void)state;
    rig_write(folder, "id-more.yaml", "more: {x: \"x {nama}\"}\n");
    rig_write(folder, "mly.yaml", "r: {a: \"Nyo {nama}\"}\n");
    set = with_texts("r: {a: \"a\", b: \"b\"}\n");
    for (unsigned i = 0; i < faults.n; i++)
        print_message("%s\n", faults.lines[i]);
    assert_non_null(set);
    assert_int_equal(texts_count(set, S("")), 3);
    assert_true(text_exists(set, S("id"), "more.x"));
    assert_true(slice_is(text_fill(set, S("mly"), "r.b", NULL, 0, &arena), "b"));
    assert_true(slice_is(text_fill(set, S("xx"), "r.a", NULL, 0, &arena), "a"));
    assert_true(texts_language(set, S("mly")));
    assert_false(texts_language(set, S("xx")));
}

static void what_no_phone_could_show_is_refused(void **state)
{
    static const struct {
        const char *text, *fault;
    } cases[] = {
        { "a: \"{nam}\"\n", "id.yaml:4:4: slot {nam} is not declared" },
        { "a: \"{nama\"\n", "id.yaml:4:4: a brace without its partner" },
        { "a: \"nama}\"\n", "id.yaml:4:4: a character that not every phone shows" },
        { "a: \"x [y]\"\n", "id.yaml:4:4: a character that not every phone shows" },
        { "a: \"caf\xC3\xA9\"\n", "id.yaml:4:4: a character that not every phone shows" },
        { "a: \"x~\"\n", "id.yaml:4:4: a character" },
        { "a: \"x\\ny\"\n", "id.yaml:4:4: a character" },
        { "a: \"\"\n", "id.yaml:4:4: \"a\" takes a text" },
        { "a: [x]\n", "id.yaml:4:4: \"a\" takes a text" },
        { "a: \"{nama 2}\"\n", "id.yaml:4:4: {nama" },
        { "a: "
          "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
          "aaaaaaaa"
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{nama}\"\n",
          "id.yaml:4:4: 161 septets at its longest fill, 160 fit" },
        { "ussd: {a: "
          "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
          "aaaaaaaaaaaaaaa"
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{nama}\"}\n",
          "id.yaml:4:11: 183 septets at its longest fill, 182 fit" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text_set *set = with_texts(cases[i].text);

        if (set || faults.n == 0 ||
            !slice_starts(slice_of(faults.lines[0] + strlen(folder) + 1), cases[i].fault))
            fail_msg("%s -> %s", cases[i].text, faults.n ? faults.lines[0] : "no fault");
    }
    assert_null(load("slots:\n  a: 20\n"));
    assert_null(load("slots:\n  a: cut 0\n"));
    assert_null(load("slots:\n  a: cut 200\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(slots_are_filled_cut_and_folded, begin, end),
        cmocka_unit_test_setup_teardown(an_empty_slot_leaves_no_blank_before_a_comma_or_point, begin, end),
        cmocka_unit_test_setup_teardown(numbers_are_never_cut_and_the_rest_gives_way, begin, end),
        cmocka_unit_test_setup_teardown(a_cut_never_splits_a_number, begin, end),
        cmocka_unit_test(safe_is_what_ascii_and_gsm7_share),
        cmocka_unit_test_setup_teardown(pages_keep_their_lines, begin, end),
        cmocka_unit_test_setup_teardown(languages_have_parts_and_lean_on_indonesian, begin, end),
        cmocka_unit_test_setup_teardown(what_no_phone_could_show_is_refused, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
