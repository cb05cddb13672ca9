/* test_smpp_parts.c - the file of parts: what was synced is there after a crash, what was torn is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/ingress/smpp_parts.h"

static char folder[64], file[96];
static unsigned found;
static char last[64];
static int64_t last_ms;

static int setup(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/kentongan-parts-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/parts/now", folder);
    return 0;
}

static int teardown(void **state)
{
    char older[96];

    (void)state;
    snprintf(older, sizeof older, "%s/parts/older", folder);
    unlink(file);
    unlink(older);
    snprintf(older, sizeof older, "%s/parts", folder);
    rmdir(older);
    rmdir(folder);
    return 0;
}

static void on_part(void *arg, struct slice provider, int64_t at_ms, struct slice pdu)
{
    (void)arg;
    found++;
    last_ms = at_ms;
    snprintf(last, sizeof last, "%.*s %.*s", SLICE_ARG(provider), SLICE_ARG(pdu));
}

static struct smpp_parts_log *opened(void)
{
    struct err e = { "" };
    struct smpp_parts_log *l;

    found = 0;
    l = smpp_parts_open(folder, on_part, NULL, &e);
    assert_non_null(l);
    return l;
}

static bool synced(struct smpp_parts_log *l)
{
    bool good = smpp_parts_write(l) && smpp_parts_sync(l);

    smpp_parts_synced(l, good);
    return good;
}

static void three_parts(void)
{
    struct smpp_parts_log *l = opened();

    smpp_parts_add(l, S("telko"), 1000, S("satu"));
    smpp_parts_add(l, S("telko"), 2000, S("dua"));
    assert_true(synced(l));
    smpp_parts_add(l, S("lain"), 3000, S("tiga"));
    assert_true(synced(l));
    smpp_parts_add(l, S("lain"), 4000, S("never synced"));
    smpp_parts_close(l);
}

static void what_was_synced_is_there_again(void **state)
{
    struct smpp_parts_log *l;

    (void)state;
    three_parts();
    l = opened();
    assert_int_equal(found, 3);
    assert_string_equal(last, "lain tiga");
    assert_int_equal(last_ms, 3000);
    smpp_parts_close(l);
}

/* Cut at every byte: the whole frames before the cut are there, and the file goes on behind them. */
static void a_torn_end_is_cut_off(void **state)
{
    struct stat st;
    off_t whole;

    (void)state;
    three_parts();
    assert_int_equal(stat(file, &st), 0);
    whole = st.st_size;
    for (off_t n = whole - 1; n >= 0; n--) {
        struct smpp_parts_log *l;
        unsigned before;

        assert_int_equal(truncate(file, n), 0);
        l = opened();
        before = found;
        assert_true(before < 3);
        smpp_parts_add(l, S("telko"), 5000, S("baru"));
        assert_true(synced(l));
        smpp_parts_close(l);
        l = opened();
        assert_int_equal(found, before + 1);
        assert_string_equal(last, "telko baru");
        smpp_parts_close(l);
        unlink(file);
        three_parts();
    }
}

static void a_flipped_bit_is_no_part(void **state)
{
    struct smpp_parts_log *l;
    FILE *f;

    (void)state;
    three_parts();
    f = fopen(file, "r+");
    assert_non_null(f);
    fseek(f, 30, SEEK_SET);
    fputc('X', f);
    fclose(f);
    l = opened();
    assert_true(found < 3);
    smpp_parts_close(l);
}

static void the_file_is_emptied_when_nothing_waits(void **state)
{
    struct smpp_parts_log *l;
    struct stat st;

    (void)state;
    three_parts();
    l = opened();
    smpp_parts_add(l, S("telko"), 9000, S("satu lagi"));
    assert_true(synced(l));
    smpp_parts_trim(l, 9000); /* the youngest may still wait */
    assert_int_equal(stat(file, &st), 0);
    assert_true(st.st_size > 0);
    smpp_parts_trim(l, INT64_MAX);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_size, 0);
    smpp_parts_add(l, S("telko"), 9500, S("lagi"));
    assert_true(synced(l));
    smpp_parts_close(l);
    l = opened();
    assert_int_equal(found, 1);
    smpp_parts_close(l);
}

/* 3 MiB through two files, while one old part waits all the time: it is never lost. */
static void a_full_file_gives_way_to_the_next(void **state)
{
    static char big[4096];
    struct smpp_parts_log *l = opened();

    (void)state;
    memset(big, 'x', sizeof big);
    smpp_parts_add(l, S("telko"), 1, S("lama"));
    for (int64_t i = 2; i < 700; i++) {
        smpp_parts_add(l, S("telko"), i, slice_make(big, sizeof big));
        assert_true(synced(l));
        smpp_parts_trim(l, 1);
    }
    smpp_parts_close(l);
    l = opened();
    assert_int_equal(found, 699);
    smpp_parts_trim(l, INT64_MAX);
    smpp_parts_close(l);
    l = opened();
    assert_int_equal(found, 0);
    smpp_parts_close(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_synced_is_there_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_torn_end_is_cut_off, setup, teardown),
        cmocka_unit_test_setup_teardown(a_flipped_bit_is_no_part, setup, teardown),
        cmocka_unit_test_setup_teardown(the_file_is_emptied_when_nothing_waits, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_file_gives_way_to_the_next, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
