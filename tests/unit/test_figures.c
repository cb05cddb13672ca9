/* test_figures.c - counting indicators by rows: a small year, worked out by hand, and rows that are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flows/rows/figures.h"
#include "gateway/conf/forms.h"
#include "tests/support/rig.h"

struct world {
    struct arena arena;
    struct faults faults;
    struct form_set forms;
    char *folder;
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    arena_init(&w->arena, 64 << 20);
    assert_int_equal(forms_load("config/forms", &w->arena, &w->faults, &w->forms), 0);
    w->folder = rig_folder();
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    rig_folder_remove(w->folder);
    faults_free(&w->faults);
    arena_free(&w->arena);
    free(w);
    return 0;
}

static struct indicator_set *load(struct world *w, const char *rows)
{
    rig_write(w->folder, "indicators.yaml", rows);
    return indicators_load(w->folder, &w->forms, &w->arena, &w->faults);
}

#define HEAD "version: 1, klaster: 2, words: w, grade: A, source: s"

/* form, day, person, fields, findings */
struct given {
    const char *form, *day, *person, *fields, *findings;
};

static struct figures *count(struct world *w, const struct indicator_set *set, const struct given *g)
{
    struct figures *f = figures_new(set, &w->forms, 2026, &w->arena);
    char id[16];

    assert_non_null(f);
    for (unsigned i = 0; g[i].form; i++) {
        struct counted_report r = { .form = slice_of(g[i].form),
                                    .person_id = slice_of(g[i].person),
                                    .day = slice_of(g[i].day),
                                    .fields = slice_of(g[i].fields),
                                    .findings = slice_of(g[i].findings ? g[i].findings : "[]") };

        snprintf(id, sizeof id, "%u", i);
        r.id = arena_str(&w->arena, id);
        figures_add(f, &r);
    }
    return f;
}

static void expect(const struct figures *f, unsigned indicator, unsigned month, int64_t n, int64_t d)
{
    struct figure got = figures_of(f, indicator, month - 1);

    if (got.n != n || got.d != d)
        fail_msg("indicator %u month %u: %lld/%lld, not %lld/%lld", indicator, month, (long long)got.n,
                 (long long)got.d, (long long)n, (long long)d);
}

/* Two people of one puskesmas send its week, one of them in time: one week. */
static void a_week_counts_once_for_each_puskesmas(void **state)
{
    static const struct {
        const char *by, *at, *fields;
    } sent[] = { { "PKM01", "2026-11-16T09:00:00+07:00", "{\"minggu\":45,\"A\":14}" },
                 { "PKM01", "2026-11-18T09:00:00+07:00", "{\"minggu\":45,\"A\":14}" },
                 { "PKM02", "2026-11-18T09:00:00+07:00", "{\"minggu\":45,\"nihil\":true}" },
                 { "PKM01", "2026-11-23T09:00:00+07:00", "{\"minggu\":46,\"A\":21}" } };
    struct world *w = *state;
    const struct indicator_set *set =
        load(w, "indicators:\n"
                "  - {id: weeks, " HEAD ", n: {form: w2, once: year}}\n"
                "  - {id: in_time, " HEAD ", n: {form: w2, received: [mon, tue], once: year}}\n");
    struct figures *f = figures_new(set, &w->forms, 2026, &w->arena);

    assert_non_null(f);
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++)
        figures_add(f, &(struct counted_report){ .id = slice_make("1234" + i, 1),
                                                 .form = S("w2"),
                                                 .day = slice_take(slice_of(sent[i].at), 10),
                                                 .received_at = slice_of(sent[i].at),
                                                 .by = slice_of(sent[i].by),
                                                 .fields = slice_of(sent[i].fields),
                                                 .findings = S("[]") });
    expect(f, 0, 11, 3, 0);
    expect(f, 1, 11, 2, 0);
}

static void each_way_of_counting_gives_what_paper_gives(void **state)
{
    struct world *w = *state;
    const struct indicator_set *set =
        load(w, "indicators:\n"
                "  - {id: year, " HEAD ", n: {form: bumil, if: [k >= 4], once: year}}\n"
                "  - {id: month, " HEAD
                ", n: {form: timbang, findings: ['nt N'], once: month}, d: {form: timbang, once: month}}\n"
                "  - {id: each, " HEAD ", n: {form: nifas, each: [hari <= 2, hari >= 3 and hari <= 7]}}\n"
                "  - {id: reaches, " HEAD ", n: {form: bumil, sum: ttd, reaches: 90}}\n"
                "  - {id: sum, " HEAD ", n: {form: skdn, sum: d}, d: {form: skdn, sum: s}}\n"
                "  - {id: reports, " HEAD
                ", n: {form: lahir, if: [bb < 2.5], once: report}, d: {form: lahir, once: report}}\n"
                "  - {id: less, " HEAD ", n: {form: imunisasi, if: [vaksin has dpt1], once: year}, less: "
                "{form: imunisasi, if: [vaksin has mr1], once: year}}\n"
                "  - {id: all, " HEAD ", n: {form: '*', once: month, by: posyandu}}\n");
    static const char rose[] = "[{\"id\":\"nt\",\"v\":1,\"class\":\"\",\"say\":\"N\"}]";
    static const char fell[] =
        "[{\"id\":\"nt\",\"v\":1,\"class\":\"\",\"say\":\"T\"},{\"id\":\"growth.bgm\",\"say\":\"BGM\"}]";
    static const struct given reports[] = {
        /* Tablets of last year count for a pregnancy that goes on; the visits of last year do not count
           twice. */
        { "bumil", "2025-12-10", "", "{\"nama\":\"Sri\",\"ukh\":20,\"k\":2,\"ttd\":60}", NULL },
        { "bumil", "2026-01-10", "", "{\"nama\":\"SRI\",\"ukh\":24,\"k\":4,\"ttd\":30}", NULL },
        { "bumil", "2026-02-10", "", "{\"nama\":\"Sri\",\"ukh\":28,\"k\":5,\"ttd\":30}", NULL },
        { "bumil", "2026-02-10", "", "{\"nama\":\"Ana\",\"ukh\":28,\"k\":3,\"ttd\":89}", NULL },
        { "timbang", "2026-01-05", "c1", "{\"bb\":9.2}", rose },
        { "timbang", "2026-01-06", "c1", "{\"bb\":9.2}", rose }, /* the same child again */
        { "timbang", "2026-01-05", "c2", "{\"bb\":8}", fell },
        { "timbang", "2026-02-05", "c1", "{\"bb\":9.4}", NULL },
        { "nifas", "2026-01-01", "", "{\"nama\":\"Ana\",\"hari\":1}", NULL },
        { "nifas", "2026-03-03", "", "{\"nama\":\"Ana\",\"hari\":5}", NULL },
        { "nifas", "2026-03-03", "", "{\"nama\":\"Ina\",\"hari\":5}", NULL },
        { "skdn", "2026-04-01", "", "{\"s\":60,\"k\":58,\"d\":50,\"bulan\":\"2026-04\"}", NULL },
        { "lahir", "2026-05-01", "b1", "{\"bb\":2.4}", NULL },
        { "lahir", "2026-05-02", "b2", "{\"bb\":2.5}", NULL },
        { "imunisasi", "2026-06-01", "c1", "{\"vaksin\":[\"dpt1\",\"opv2\"]}", NULL },
        { "imunisasi", "2026-06-01", "c2", "{\"vaksin\":[\"dpt1\"]}", NULL },
        { "imunisasi", "2026-07-01", "c1", "{\"vaksin\":[\"mr1\"]}", NULL },
        { "nothing", "2026-08-01", "", "{}", NULL },
        { "timbang", "garbage", "c1", "{\"bb\":9.2}", rose },
        { NULL, NULL, NULL, NULL, NULL },
    };
    const struct figures *f;

    for (unsigned i = 0; i < w->faults.n; i++)
        print_message("%s\n", w->faults.lines[i]);
    assert_non_null(set);
    f = count(w, set, reports);
    expect(f, 0, 1, 1, 0);
    expect(f, 0, 2, 0, 0);
    expect(f, 1, 1, 1, 2);
    expect(f, 1, 2, 0, 1);
    expect(f, 2, 1, 0, 0);
    expect(f, 2, 3, 1, 0);
    expect(f, 3, 1, 1, 0);
    expect(f, 3, 2, 0, 0);
    expect(f, 4, 4, 50, 60);
    expect(f, 5, 5, 1, 2);
    expect(f, 6, 6, 2, 0);
    expect(f, 6, 7, -1, 0);
    expect(f, 7, 1, 1, 0);
    expect(f, 7, 7, 1, 0);
    expect(f, 7, 8, 0, 0);
    assert_int_equal(figures_last_month(f), 6);
}

static void rows_that_cannot_be_counted_are_refused_where_they_stand(void **state)
{
    static const struct {
        const char *row, *fault;
    } cases[] = {
        { "n: {form: nothing}", "there is no form" },
        { "n: {form: bumil, if: [nothing > 3]}", "no field" },
        { "n: {form: bumil, if: [k has x]}", "does not fit the type" },
        { "n: {form: imunisasi, each: [vaksin has nothing]}", "is no code" },
        { "n: {form: bumil, sum: nama}", "takes a field of numbers" },
        { "n: {form: bumil, reaches: 90}", "needs \"sum\"" },
        { "n: {form: bumil, once: week}", "takes one of" },
        { "n: {form: bumil}, d: {group: nobody}", "is no code of the list kelompok" },
        { "n: {form: bumil, wen: [k > 3]}", "wen" },
        { "d: {group: bumil}", "\"n\" is missing" },
        { "n: {form: '*', if: [k > 3]}", "needs one form" },
    };
    struct world *w = *state;
    char text[512];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned before = w->faults.n;
        bool told = false;

        snprintf(text, sizeof text, "indicators:\n  - {id: a, " HEAD ", %s}\n", cases[i].row);
        assert_null(load(w, text));
        for (unsigned k = before; k < w->faults.n; k++)
            told = told || strstr(w->faults.lines[k], cases[i].fault);
        if (!told)
            fail_msg("%s: %s", cases[i].row, w->faults.n > before ? w->faults.lines[before] : "no fault");
    }
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(each_way_of_counting_gives_what_paper_gives),
        CASE(a_week_counts_once_for_each_puskesmas),
        CASE(rows_that_cannot_be_counted_are_refused_where_they_stand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
