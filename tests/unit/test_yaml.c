/* test_yaml.c - strict YAML: every fault has a place and a remedy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/conf/yaml.h"

static struct arena arena;
static struct faults faults;

static int fresh(void **state)
{
    (void)state;
    arena_init(&arena, 8 << 20);
    faults = (struct faults){ 0 };
    return 0;
}

static int gone(void **state)
{
    (void)state;
    arena_free(&arena);
    faults_free(&faults);
    return 0;
}

static struct yaml *parse(const char *text)
{
    return yaml_parse(slice_of(text), "f.yaml", &arena, &faults);
}

static void hostile_files_are_refused_with_their_place(void **state)
{
    static const struct {
        const char *text, *fault;
    } cases[] = {
        { "a: 1\nb: 2\na: 3\n", "f.yaml:3:1: double key \"a\", first at line 1: remove one" },
        { "a: &x 1\n", "f.yaml:1:4: anchors are not used here: write the value out" },
        { "a: 1\nb: *x\n", "f.yaml:2:4: aliases are not used here: write the value out" },
        { "a: !!int 1\n", "f.yaml:1:4: tags are not used here: write the plain value" },
        { "a: pesan: dua\n",
          "f.yaml:1:9: mapping values are not allowed in this context: a text with ': ' in it needs "
          "quotes" },
        { "a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document: one file, one document" },
        { "[[[[[[[[[[[[[[[[[[[[", "f.yaml:1:17: more than 16 levels deep" },
        { "? [a]\n: 1\n", "f.yaml:1:3: a key must be a word" },
        { "a:\n\tb: 1\n",
          "f.yaml:2:1: found character that cannot start any token: indent with blanks, never with a "
          "tab, and quote texts that begin with a special character" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(parse(cases[i].text));
        assert_true(faults.n > 0);
        assert_string_equal(faults.lines[0], cases[i].fault);
        faults_free(&faults);
    }
}

static void a_nul_is_no_text(void **state)
{
    (void)state;
    assert_null(yaml_parse(slice_make("a: 1\0", 5), "f.yaml", &arena, &faults));
    assert_int_equal(faults.n, 1);
}

/* A pipe would never begin, a device never end. */
static void what_is_no_plain_file_is_not_read(void **state)
{
    char folder[] = "/tmp/kentongan-yaml-XXXXXX", pipe[64];
    const char *const paths[] = { "/dev/zero", folder, pipe };

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(pipe, sizeof pipe, "%s/pipe", folder);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_null(yaml_load(paths[i], &arena, &faults));
        assert_int_equal(faults.n, i + 1);
        assert_non_null(strstr(faults.lines[i], "cannot be read: it is no plain file"));
    }
    assert_int_equal(unlink(pipe), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void files_of_windows_and_empty_ones_are_fine(void **state)
{
    static const char *const cases[] = { "\xef\xbb\xbf"
                                         "a: satu\r\nb: dua\r\n",
                                         "a: satu\nb: dua" };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct yaml *m = parse(cases[i]);

        assert_non_null(m);
        assert_true(slice_is(yaml_text(m, "a", "", &faults), "satu"));
        assert_true(slice_is(yaml_text(m, "b", "", &faults), "dua"));
    }
    assert_int_equal(parse("")->n, 0);
    assert_int_equal(parse("# only a comment\n")->kind, YAML_MAP);
}

static void readers_give_the_default_or_a_fault_at_the_value(void **state)
{
    struct yaml *m = parse("whole: 12\nbig: 99\ntext: x\nlist: [a, b]\none: a\nkg: 9.2\nyes: on\n");
    unsigned n;

    (void)state;
    assert_int_equal(yaml_int(m, "whole", 1, 0, 20, &faults), 12);
    assert_int_equal(yaml_int(m, "missing", 7, 0, 20, &faults), 7);
    assert_true(yaml_bool(m, "yes", false, &faults));
    assert_int_equal(yaml_milli(m, "kg", 0, &faults), 9200);
    yaml_texts(m, "list", &n, &arena, &faults);
    assert_int_equal(n, 2);
    yaml_texts(m, "one", &n, &arena, &faults);
    assert_int_equal(n, 1);
    assert_int_equal(faults.n, 0);
    assert_int_equal(yaml_int(m, "big", 1, 0, 20, &faults), 1);
    assert_string_equal(faults.lines[0], "f.yaml:2:6: \"big\" takes a whole number from 0 to 20, not \"99\"");
    assert_false(yaml_bool(m, "text", false, &faults));
    assert_string_equal(faults.lines[1], "f.yaml:3:7: \"text\" takes yes or no, not \"x\"");
    yaml_milli(m, "text", 0, &faults);
    assert_string_equal(faults.lines[2], "f.yaml:3:7: \"text\" takes a number such as 9.2, not \"x\"");
    yaml_text(m, "list", "", &faults);
    assert_string_equal(faults.lines[3], "f.yaml:4:7: \"list\" takes one value, not a list or map");
}

static void unknown_keys_are_named_with_the_nearest_known(void **state)
{
    struct yaml *m = parse("listen: 1\nlitsen: 2\nzzz: 3\n");

    (void)state;
    yaml_text(m, "listen", "", &faults);
    yaml_done(m, &faults);
    assert_int_equal(faults.n, 2);
    assert_string_equal(faults.lines[0], "f.yaml:2:1: unknown key \"litsen\"; \"listen\" stands at line 1");
    assert_string_equal(faults.lines[1],
                        "f.yaml:3:1: unknown key \"zzz\": remove it, or see the manual for the keys here");
}

static void numbers_are_exact_thousandths(void **state)
{
    static const struct {
        const char *text;
        int64_t milli; /* -1: no number */
    } cases[] = { { "0", 0 },
                  { "9.2", 9200 },
                  { "9.25", 9250 },
                  { "9.251", 9251 },
                  { "9.2511", -1 },
                  { "9,2", -1 },
                  { "", -1 },
                  { ".5", -1 },
                  { "5.", -1 },
                  { "1e3", -1 },
                  { "-0.5", -500 },
                  { "0x1", -1 },
                  { "99999999999999999999", -1 } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct yaml y = { .kind = YAML_SCALAR, .text = slice_of(cases[i].text) };
        int64_t v = -1;

        if (!yaml_scalar_milli(&y, &v))
            v = -1;
        assert_int_equal(v, cases[i].milli);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hostile_files_are_refused_with_their_place, fresh, gone),
        cmocka_unit_test_setup_teardown(a_nul_is_no_text, fresh, gone),
        cmocka_unit_test_setup_teardown(what_is_no_plain_file_is_not_read, fresh, gone),
        cmocka_unit_test_setup_teardown(files_of_windows_and_empty_ones_are_fine, fresh, gone),
        cmocka_unit_test_setup_teardown(readers_give_the_default_or_a_fault_at_the_value, fresh, gone),
        cmocka_unit_test_setup_teardown(unknown_keys_are_named_with_the_nearest_known, fresh, gone),
        cmocka_unit_test_setup_teardown(numbers_are_exact_thousandths, fresh, gone),
    };

    return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
