/* test_menus.c - what the menus folder says, and which faults are found in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/conf/forms.h"
#include "gateway/conf/menus.h"

static struct arena arena;
static struct form_set forms;

static int load_forms(void **state)
{
    struct faults faults = { 0 };
    int rc;

    (void)state;
    arena_init(&arena, 16 << 20);
    rc = forms_load("config/forms", &arena, &faults, &forms);
    for (unsigned i = 0; i < faults.n; i++)
        print_message("%s\n", faults.lines[i]);
    faults_free(&faults);
    return rc;
}

static int free_forms(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void the_sample_has_a_menu_for_each_role_and_the_kaders_first_page(void **state)
{
    static const char *const says[] = { "Timbang", "Ibu hamil", "Kasus", "Rujuk", "Lainnya" };
    struct faults faults = { 0 };
    struct menu_set *set = menus_load("config/menus", &forms, &arena, &faults);
    const struct menu *kader;
    const struct menu_page *rest;

    (void)state;
    for (unsigned i = 0; i < faults.n; i++)
        print_message("%s\n", faults.lines[i]);
    assert_non_null(set);
    for (int r = ROLE_KADER; r <= ROLE_CAMAT; r++)
        assert_non_null(menu_for(set, (enum role)r, S("id")));
    kader = menu_for(set, ROLE_KADER, S("xx"));
    assert_int_equal(kader->pages[0].n, 5);
    for (unsigned i = 0; i < 5; i++)
        assert_true(slice_is(kader->pages[0].entries[i].say, says[i]));
    rest = menu_page(kader, S("lainnya"));
    assert_non_null(rest);
    assert_in_range(rest->n, forms.n - 4, MENU_ENTRIES);
    faults_free(&faults);
}

struct bad {
    const char *text, *fault;
};

static void each_fault_is_named_with_its_place(void **state)
{
    static const struct bad bads[] = {
        { "role: raja\npages: {a: {title: x, entries: [{say: y, form: timbang}]}}\n", "\"role\" takes" },
        { "role: kader\n", "needs \"pages\"" },
        { "role: kader\npages: {a: {title: x}}\n", "needs \"entries\"" },
        { "role: kader\npages: {a: {title: x, entries: [{say: y, form: zzz}]}}\n", "no form \"zzz\"" },
        { "role: kader\npages: {a: {title: x, entries: [{say: y, page: zzz}]}}\n", "no page \"zzz\"" },
        { "role: kader\npages: {a: {title: x, entries: [{say: y}]}}\n", "one of form, command, page" },
        { "role: kader\npages: {a: {title: x, entries: [{say: y, form: timbang, page: a}]}}\n",
          "one of form, command, page" },
        { "role: kader\npages: {a: {title: x, entries: [{say: y, command: ok}]}}\n", "needs \"typed\"" },
        { "role: kader\npages: {a: {title: x, entries: [{form: timbang}]}}\n", "needs \"say\"" },
        { "role: kader\npages: {a: {title: x, entries: [{say: y, form: timbang, fomr: z}]}}\n",
          "unknown key" },
        { "forms: {timbang: {ways: [{say: x, variant: 9}]}}\n", "\"variant\" takes" },
        { "forms: {timbang: {fields: {bb: {choices: [x]}}}}\n", "no text field \"bb\"" },
        { "forms: {kasus: {fields: {lokasi: {places: moon}}}}\n", "\"places\" takes" },
        { "forms: {skrining: {fields: {jawaban: {by: nama}}}}\n", "\"by\" takes" },
        { "forms: {skrining: {fields: {jawaban: {by: jenis, questions: {zzz: [a]}}}}}\n", "no word \"zzz\"" },
        { "forms: {zzz: {}}\n", "no form \"zzz\"" },
        { "role: [kades, raja]\npages: {a: {title: x, entries: [{say: y, form: rujuk}]}}\n",
          "\"role\" takes" },
        { "forms: {skrining: {fields: {jawaban: {by: jenis, questions: {tbc: [a]}}}}}\n",
          "a question is a map" },
        { "forms: {skrining: {fields: {jawaban: {by: jenis, questions: {tbc: [{ask: a}]}}}}}\n", "\"say\"" },
        { "forms: {timbang: {fields: {nama: {questions: {}, zero_is_none: yes}}}}\n", "cannot be 0 itself" },
        { "forms: {remaja: {fields: {ttd: {sex: X}}}}\n", "\"sex\" takes" },
        { "forms: {remaja: {fields: {ttd: {for: [raja]}}}}\n", "no group \"raja\"" },
        { "forms: {bumil: {group: raja}}\n", "no group \"raja\"" },
        { "forms: {kunjungan: {group_by: nama}}\n", "\"group_by\" takes" },
        { "groups: {tua: {from_months: 900, to_months: 800}}\n", "fits nobody" },
        { "offers: {tanda: {zzz: {sex: P}}}\n", "a word of the list" },
        { "offers: {zzz: {}}\n", "no word list \"zzz\"" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        char folder[] = "/tmp/menusXXXXXX", path[64];
        struct faults faults = { 0 };
        bool found = false;
        FILE *f;

        assert_non_null(mkdtemp(folder));
        snprintf(path, sizeof path, "%s/a.yaml", folder);
        f = fopen(path, "w");
        assert_non_null(f);
        fputs(bads[i].text, f);
        fclose(f);
        assert_null(menus_load(folder, &forms, &arena, &faults));
        for (unsigned k = 0; k < faults.n; k++)
            found = found || (strstr(faults.lines[k], bads[i].fault) && strstr(faults.lines[k], "a.yaml:"));
        if (!found)
            fail_msg("not told: %s (%s)", bads[i].fault, faults.n ? faults.lines[0] : "no fault");
        faults_free(&faults);
        unlink(path);
        rmdir(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_has_a_menu_for_each_role_and_the_kaders_first_page),
        cmocka_unit_test(each_fault_is_named_with_its_place),
    };

    return cmocka_run_group_tests(tests, load_forms, free_forms);
}
