/* test_forms.c - the loader of config/forms: the sample loads, and each fault is told with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/conf/forms.h"

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[512];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void remove_file(const char *folder, const char *name)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

static const struct {
    const char *name, *form, *list, *fault; /* fault: what one line must hold */
} cases[] = {
    { "a good form", "name: a\nkeywords: [AAA]\nvariants: [nama]\n", "words:\n  - {code: x}\n", NULL },
    { "an unknown key", "name: a\nkeywords: [AAA]\nvariants: [nama]\ncolour: red\n",
      "words:\n  - {code: x}\n", "a.yaml:4:1" },
    { "an unknown field", "name: a\nkeywords: [AAA]\nvariants: [nama bb]\n", "words:\n  - {code: x}\n",
      "'bb'" },
    { "an unknown type", "name: a\nkeywords: [AAA]\nfields:\n  bb: {type: weight}\nvariants: [nama bb]\n",
      "words:\n  - {code: x}\n", "a.yaml:4:" },
    { "a choice without a list",
      "name: a\nkeywords: [AAA]\nfields:\n  c: {type: choice}\nvariants: [nama c]\n",
      "words:\n  - {code: x}\n", "'list'" },
    { "an unknown list",
      "name: a\nkeywords: [AAA]\nfields:\n  c: {type: choice, list: none}\nvariants: [nama c]\n",
      "words:\n  - {code: x}\n", "'none'" },
    { "no keyword", "name: a\nvariants: [nama]\n", "words:\n  - {code: x}\n", "keywords" },
    { "a phrase under two codes", "name: a\nkeywords: [AAA]\nvariants: [nama]\n",
      "words:\n  - {code: x, words: [one]}\n  - {code: y, words: [one]}\n", "'one'" },
    { "what it is", "name: a\nkeywords: [AAA]\nis: [death, visit]\nvariants: [nama]\n",
      "words:\n  - {code: x}\n", NULL },
    { "an unknown word in is", "name: a\nkeywords: [AAA]\nis: [visit, feast]\nvariants: [nama]\n",
      "words:\n  - {code: x}\n", "a.yaml:3:13" },
    { "a weighing without a weight",
      "name: a\nkeywords: [AAA]\nsubject: anak\nis: [weighing]\nvariants: [nama]\n",
      "words:\n  - {code: x}\n", "a.yaml:4:6" },
    { "a birth of nobody's child",
      "name: a\nkeywords: [AAA]\nis: [birth]\nfields:\n  tgl: {type: date}\nvariants: [nama tgl]\n",
      "words:\n  - {code: x}\n", "subject: anak" },
    { "unknown reporters", "name: a\nkeywords: [AAA]\nreporters: kades\nvariants: [nama]\n",
      "words:\n  - {code: x}\n", "a.yaml:3:12" },
    { "an unknown judge", "name: a\nkeywords: [AAA]\njudge: moon\nvariants: [nama]\n",
      "words:\n  - {code: x}\n", "a.yaml:3:8" },
    { "an unknown subject", "name: a\nkeywords: [AAA]\nsubject: moon\nvariants: [nama]\n",
      "words:\n  - {code: x}\n", "a.yaml:3:10" },
    { "cases of a name", "name: a\nkeywords: [AAA]\ncounts: nama\nvariants: [nama]\n",
      "words:\n  - {code: x}\n", "a.yaml:3:9" },
    { "an unknown meaning",
      "name: a\nkeywords: [AAA]\nfields:\n  berat: {type: number, as: mass}\nvariants: [nama berat]\n",
      "words:\n  - {code: x}\n", "a.yaml:4:29" },
    { "a meaning on a field of another type",
      "name: a\nkeywords: [AAA]\nfields:\n  berat: {type: text, as: weight}\nvariants: [nama berat]\n",
      "words:\n  - {code: x}\n", "a.yaml:4:3" },
    { "one meaning on two fields",
      "name: a\nkeywords: [AAA]\nfields:\n  ibu: {type: name, as: name}\nvariants: [nama ibu]\n",
      "words:\n  - {code: x}\n", "a.yaml:4:3" },
    { "a weighing whose weight is called otherwise",
      "name: a\nkeywords: [AAA]\nsubject: anak\nis: [weighing]\njudge: growth\nfields:\n  nomor: {type: "
      "nomor, as: number}\n  berat: {type: "
      "number, "
      "as: weight}\nvariants: [nama berat, nomor berat]\n",
      "words:\n  - {code: x}\n", NULL },
    { "a second way without a number",
      "name: a\nkeywords: [AAA]\nfields:\n  nomor: {type: nomor, as: number}\nvariants: [nama, nama "
      "nomor?]\n",
      "words:\n  - {code: x}\n", "a.yaml:5:11" },
    { "three ways",
      "name: a\nkeywords: [AAA]\nfields:\n  nomor: {type: nomor, as: number}\nvariants: [nama, nomor, nomor "
      "nama]\n",
      "words:\n  - {code: x}\n", "at most 2 variants" },
    { "counts without a week",
      "name: a\nkeywords: [AAA]\nfields:\n  kode: {type: counts, list: l}\nvariants: [kode]\n",
      "words:\n  - {code: x}\n", "'as: week'" },
    { "a judge without what it compares", "name: a\nkeywords: [AAA]\njudge: skdn\nvariants: [nama]\n",
      "words:\n  - {code: x}\n", "'as: skdn_bgm'" },
    { "broken YAML", "name: [a\n", "words:\n  - {code: x}\n", "a.yaml:" },
};

static void each_fault_has_its_place(void **state)
{
    char folder[] = "/tmp/formsXXXXXX", lists[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(lists, sizeof lists, "%s/lists", folder);
    assert_int_equal(mkdir(lists, 0700), 0);
    write_file(folder, "fields.yaml", "nama: {type: name, as: name}\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a;
        struct faults faults = { 0 };
        struct form_set set;
        bool seen = false;
        int rc;

        arena_init(&a, 8 << 20);
        write_file(folder, "a.yaml", cases[i].form);
        write_file(lists, "l.yaml", cases[i].list);
        rc = forms_load(folder, &a, &faults, &set);
        for (unsigned f = 0; f < faults.n; f++)
            seen |= cases[i].fault && strstr(faults.lines[f], cases[i].fault) != NULL;
        if ((rc == 0) != (cases[i].fault == NULL) || (cases[i].fault && !seen))
            fail_msg("%s: %d %s", cases[i].name, rc, faults.n ? faults.lines[0] : "(no fault)");
        faults_free(&faults);
        arena_free(&a);
    }
    remove_file(folder, "a.yaml");
    remove_file(folder, "fields.yaml");
    remove_file(lists, "l.yaml");
    rmdir(lists);
    rmdir(folder);
}

static void the_sample_has_all_seventeen_forms(void **state)
{
    static const char *const names[] = { "timbang", "bumil",     "nifas",    "lahir", "imunisasi", "remaja",
                                         "dewasa",  "lansia",    "skrining", "kasus", "kejadian",  "w2",
                                         "rujuk",   "kunjungan", "wafat",    "skdn",  "kegiatan" };
    struct arena a;
    struct faults faults = { 0 };
    struct form_set set;

    (void)state;
    arena_init(&a, 16 << 20);
    assert_int_equal(forms_load("config/forms", &a, &faults, &set), 0);
    assert_int_equal(set.n, 17);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct form *f = form_by_name(&set, slice_of(names[i]));

        assert_non_null(f);
        assert_true(f->title.n > 0 && f->klaster.n > 0 && f->examples_n > 0);
        for (unsigned k = 0; k < f->fields_n; k++)
            assert_int_equal(f->fields[k].position, k);
    }
    assert_ptr_equal(form_by_keyword(&set, S("BALITA")), form_by_name(&set, S("timbang")));
    assert_null(form_by_keyword(&set, S("balita")));
    arena_free(&a);
    faults_free(&faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_has_its_place),
        cmocka_unit_test(the_sample_has_all_seventeen_forms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
