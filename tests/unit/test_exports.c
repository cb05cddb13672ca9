/* test_exports.c - tables to be copied elsewhere: the sample's, faults with their place, cells that a
 * spreadsheet does not carry out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/base/csv_cell.h"
#include "gateway/conf/exports.h"

static struct arena arena;

static void the_sample_is_whole(void **state)
{
    struct faults faults = { 0 };
    const struct export_set *set = exports_load("config/rules", &arena, &faults);

    (void)state;
    assert_non_null(set);
    assert_non_null(export_of(set, S("timbang")));
    assert_null(export_of(set, S("tidak")));
    assert_int_equal(exports_load("config/texts", &arena, &faults)->n, 0);
    assert_int_equal(faults.n, 0);
    faults_free(&faults);
}

static void faults_name_their_place(void **state)
{
#define REST "  from: v\n  month: m\n  place: p\n  posyandu: q\n  order: o\n"
    static const struct {
        const char *text, *said;
    } rows[] = {
        { "a: 1\n", ":1:4: \"a\" takes a map" },
        { "a:\n" REST, "columns are missing" },
        { "a:\n" REST "  columns: [{is: x}]\n", ":7:13: head:" },
        { "a:\n" REST "  columns: [{head: X}]\n", ":7:13: " },
        { "a:\n" REST "  columns: [{head: X, is: \"1; DROP TABLE record\"}]\n", "an expression without ;" },
        { "a:\n" REST "  columns: [{head: X, is: x, as: name}]\n", "as: place" },
        { "a:\n" REST "  columns: [{head: X, is: x}]\n  judul: y\n", "judul" },
    };
    char folder[] = "/tmp/kentongan-exports-XXXXXX", path[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/" EXPORTS_FILE, folder);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct faults faults = { 0 };
        FILE *f = fopen(path, "w");

        assert_non_null(f);
        fputs(rows[i].text, f);
        fclose(f);
        assert_null(exports_load(folder, &arena, &faults));
        if (!faults.n || !strstr(faults.lines[0], rows[i].said))
            fail_msg("row %zu: %s", i, faults.n ? faults.lines[0] : "nothing");
        faults_free(&faults);
    }
    unlink(path);
    rmdir(folder);
}

static void no_cell_is_a_formula(void **state)
{
    static const char *const rows[][2] = {
        { "Siti", "\"Siti\"" },
        { "", "\"\"" },
        { "=1+1", "\"'=1+1\"" },
        { "+62", "\"'+62\"" },
        { "@a", "\"'@a\"" },
        { "\tx", "\"'\tx\"" },
        { "-1", "\"-1\"" },
        { "-1,5", "\"-1,5\"" },
        { "-", "\"'-\"" },
        { "-1+1", "\"'-1+1\"" },
        { "a \"b\"", "\"a \"\"b\"\"\"" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b;

        buf_init(&b, 256);
        csv_cell(&b, slice_of(rows[i][0]));
        assert_string_equal(b.p, rows[i][1]);
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_is_whole),
        cmocka_unit_test(faults_name_their_place),
        cmocka_unit_test(no_cell_is_a_formula),
    };
    int rc;

    arena_init(&arena, 16 << 20);
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return rc;
}
