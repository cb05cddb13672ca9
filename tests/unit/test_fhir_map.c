/* test_fhir_map.c - what a mapping to FHIR may not leave out is told at load, with file and line. */
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

#include "gateway/conf/fhir.h"
#include "gateway/conf/forms.h"

static struct arena arena;
static struct form_set forms;
static char folder[] = "/tmp/kentongan-fhir-XXXXXX";

static int load(void **state)
{
    struct faults faults = { 0 };

    (void)state;
    arena_init(&arena, 64 << 20);
    return mkdtemp(folder) && forms_load("config/forms", &arena, &faults, &forms) == 0 ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    arena_free(&arena);
    return rmdir(folder);
}

static void put(const char *name, const char *text)
{
    char path[128];
    FILE *f;

    snprintf(path, sizeof path, "%s/fhir/%s", folder, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* The first fault of this mapping of timbang and kasus; empty when there is none. */
static const char *fault_of(const char *form, const char *mapping)
{
    static char text[256];
    struct faults faults = { 0 };
    char path[128];

    snprintf(path, sizeof path, "%s/fhir", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    put("common.yaml",
        "version: 1\nsystems: {loinc: http://loinc.org, icd10: http://x, observation-category: http://y}\n");
    snprintf(path, sizeof path, "%s.yaml", form);
    put(path, mapping);
    if (fhir_map_load(folder, &forms, &arena, &faults))
        text[0] = '\0';
    else
        snprintf(text, sizeof text, "%s",
                 faults.n ? faults.lines[0] + strlen(folder) + strlen("/fhir/") : "?");
    faults_free(&faults);
    put(path, "");
    snprintf(path, sizeof path, "%s/fhir/common.yaml", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/fhir/%s.yaml", folder, form);
    unlink(path);
    snprintf(path, sizeof path, "%s/fhir", folder);
    rmdir(path);
    return text;
}

static void what_is_left_out_is_told_with_its_place(void **state)
{
    (void)state;
    assert_string_equal(
        fault_of("timbang", "resources:\n  - {observation: bb, code: loinc 29463-7, unit: kg}\n"), "");
    assert_non_null(
        strstr(fault_of("timbang", "resources:\n  - {observation: berat, code: loinc 1, unit: kg}\n"),
               "timbang.yaml:2:5: observation: form timbang has no field \"berat\""));
    assert_non_null(strstr(fault_of("timbang", "resources:\n  - {observation: bb, unit: kg}\n"),
                           "timbang.yaml:2:5: code: a system"));
    assert_non_null(
        strstr(fault_of("timbang", "resources:\n  - {observation: bb, code: loinc 1}\n"), "unit"));
    assert_non_null(
        strstr(fault_of("timbang", "resources:\n  - {observation: bb, code: kemkes 1, unit: kg}\n"),
               "no system \"kemkes\""));
    assert_non_null(
        strstr(fault_of("timbang", "resources:\n  - {condition: bb, system: icd10}\n"), "another type"));
    assert_non_null(
        strstr(fault_of("bumil", "resources:\n  - {observation: td, code: loinc 1, unit: kg}\n"), "half"));
    assert_non_null(strstr(fault_of("timbang", "send: sometimes\n"), "checked or always"));
    assert_non_null(strstr(
        fault_of("kasus", "resources:\n  - {condition: penyakit, system: icd10, codes: {diare: A09}}\n"),
        "\"malaria\" has no code here"));
    assert_non_null(strstr(fault_of("timbang", "kirim: checked\n"), "kirim"));
}

static void the_samples_are_whole(void **state)
{
    struct faults faults = { 0 };
    const struct fhir_map *map = fhir_map_load("config/forms", &forms, &arena, &faults);

    (void)state;
    assert_non_null(map);
    assert_int_equal(faults.n, 0);
    assert_non_null(fhir_form_of(map, S("timbang")));
    assert_null(fhir_form_of(map, S("skdn"))); /* counts are nobody's record */
    faults_free(&faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_is_told_with_its_place),
        cmocka_unit_test(the_samples_are_whole),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
