/* test_rules.c - the rules of the sample district: what is an emergency, what a report shows, signals,
 * clocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/conf/forms.h"
#include "gateway/conf/rules.h"

static struct arena arena;
static struct faults faults;
static struct form_set forms;
static struct rule_set *rules;

static int load(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    if (forms_load("config/forms", &arena, &faults, &forms) == 0)
        rules = rules_load("config/rules", &forms, &arena, &faults);
    for (unsigned i = 0; i < faults.n; i++)
        print_message("%s\n", faults.lines[i]);
    return rules ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    faults_free(&faults);
    arena_free(&arena);
    return 0;
}

/* A form filled from "bb=1.9 jk=P tanda=kejang,demam". */
struct filled {
    const struct form *form;
    struct value values[FORM_FIELDS];
};

static struct value value_of(const struct field *f, struct slice text)
{
    struct value v = value_text(text);
    struct slice whole = text, part;
    int64_t a, b = 0;

    if (f->type == FIELD_NUMBER) {
        whole = slice_cut(&text, '.');
        assert_true(slice_to_i64(whole, &a));
        if (text.n)
            assert_true(slice_to_i64(text, &b));
        return value_number(a * 1000 + b * 100); /* one decimal */
    }
    if (f->type == FIELD_CHOICES) {
        v = (struct value){ .kind = VALUE_LIST, .items = ARENA_ARRAY(&arena, struct slice, 8) };
        while (text.n) {
            part = slice_cut(&text, ',');
            v.items[v.n++] = part;
        }
    }
    return v;
}

static struct filled fill(const char *form, const char *text)
{
    struct filled out = { .form = form_by_name(&forms, slice_of(form)) };
    struct slice rest = slice_of(text);

    assert_non_null(out.form);
    while (rest.n) {
        struct slice pair = slice_cut(&rest, ' '), name = arena_copy(&arena, slice_cut(&pair, '='));
        int i = form_field(out.form, name.p);

        if (i < 0)
            fail_msg("no field %s in %s", name.p, form);
        out.values[i] = value_of(&out.form->fields[i], pair);
    }
    return out;
}

static void emergencies(void **state)
{
    static const struct {
        const char *form, *values, *heard, *reason; /* reason NULL: none */
    } cases[] = {
        { "lahir", "bb=1.9", "", "lahir di bawah 2 kg" },
        { "lahir", "bb=2.0", "", NULL },
        { "timbang", "umur=14bl tanda=demam", "", NULL },
        { "timbang", "umur=14bl tanda=demam,kejang", "", "kejang" },
        { "timbang", "umur=14bl tanda=menyusu", "", NULL },
        { "timbang", "umur=11bl tanda=menyusu", "", "tidak mau menyusu" },
        { "timbang", "umur=2th tanda=menyusu", "", NULL },
        { "timbang", "tanda=menyusu", "", "tidak mau menyusu" },
        { "bumil", "td=170/120", "", NULL },
        { "bumil", "tanda=menyusu", "", NULL },
        { "bumil", "tanda=gerak", "", "gerak janin kurang" },
        { "bumil", "tanda=darah,kejang", "darah", "perdarahan, kejang" },
        { "dewasa", "td=200/120", "", NULL },
        { "dewasa", "tanda=pelo,lumpuh", "", "bicara pelo, lumpuh" },
        { "rujuk", "", "darah", "perdarahan" },
        { "rujuk", "umur=20th", "demam", NULL },
        { "rujuk", "umur=3hr", "menyusu", "tidak mau menyusu" },
        { "rujuk", "umur=3th", "menyusu", NULL },
        { NULL, "", "sesak,dada", "sesak, nyeri dada" },
        { NULL, "", "menyusu", "tidak mau menyusu" },
        { NULL, "", "demam,batuk", NULL },
        { "kasus", "", "menyusu", "tidak mau menyusu" },
        { "lansia", "tanda=menyusu", "", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct filled f = { 0 };
        struct slice heard[4], rest = slice_of(cases[i].heard), reason;
        unsigned n = 0;
        bool e1;

        if (cases[i].form)
            f = fill(cases[i].form, cases[i].values);
        while (rest.n)
            heard[n++] = slice_cut(&rest, ',');
        e1 = rules_emergency(rules, f.form, f.values, heard, n, &arena, &reason);
        if (e1 != (cases[i].reason != NULL) || (e1 && !slice_is(reason, cases[i].reason)))
            fail_msg("%s %s / %s: \"%s\"", cases[i].form ? cases[i].form : "-", cases[i].values,
                     cases[i].heard, reason.p);
    }
}

static void findings(void **state)
{
    static const struct {
        const char *form, *values, *ids;
    } cases[] = {
        { "bumil", "td=120/80 lila=24", "" },
        { "bumil", "td=140/80", "bumil.td" },
        { "bumil", "td=120/90", "bumil.td" },
        { "bumil", "td=159/109", "bumil.td" },
        { "bumil", "td=160/90", "bumil.td_berat" },
        { "bumil", "td=140/110 lila=23.4", "bumil.td_berat bumil.kek" },
        { "bumil", "lila=23.5", "" },
        { "lahir", "bb=2.4", "lahir.bblr" },
        { "lahir", "bb=2.5", "" },
        { "lahir", "bb=1.9", "lahir.bblr_berat" },
        { "timbang", "umur=12bl lila=11.4", "balita.lila_merah" },
        { "timbang", "umur=12bl lila=11.5", "balita.lila_kuning" },
        { "timbang", "umur=12bl lila=12.5", "" },
        { "timbang", "umur=5bl lila=11.4", "" },
        { "timbang", "umur=60bl lila=11.4", "" },
        { "timbang", "umur=20hr suhu=37.6", "neonatus.suhu_tinggi" },
        { "timbang", "umur=20hr suhu=36.4", "neonatus.suhu_rendah" },
        { "timbang", "umur=20hr suhu=37.5", "" },
        { "dewasa", "td=180/100", "dewasa.td_berat" },
        { "dewasa", "td=139/89 gds=139", "" },
        { "dewasa", "gds=69", "dewasa.gds_rendah" },
        { "dewasa", "gds=200", "dewasa.gds" },
        { "dewasa", "gds=300", "dewasa.gds" },
        { "dewasa", "gds=301", "dewasa.gds_sangat" },
        { "lansia", "td=120/70 aks=20", "" },
        { "lansia", "aks=19 skilas=gizi", "lansia.aks lansia.skilas" },
        { "remaja", "jk=P hb=11.9", "remaja.hb_p" },
        { "remaja", "jk=L hb=12.5", "remaja.hb_l" },
        { "remaja", "jk=P hb=7.9", "remaja.hb_berat" },
        { "nifas", "tanda=demam", "tanda.demam" },
        { "skrining", "jenis=tbc jawaban=YTTT", "skrining.tbc_satu" },
        { "skrining", "jenis=tbc jawaban=YTTY", "skrining.tbc" },
        { "skrining", "jenis=puma jawaban=1212000", "skrining.puma" },
        { "skrining", "jenis=puma jawaban=1211000", "" },
        { "skrining", "jenis=puma jk=L umur=61th jawaban=11100", "skrining.puma_l60" },
        { "skrining", "jenis=puma jk=P umur=61th jawaban=11100", "" },
        { "skrining", "jenis=puma jk=P umur=45th jawaban=21110", "" },
        { "skrining", "jenis=srq jawaban=TTTTTTTTTTTTTTTTYTTT", "skrining.srq17" },
        { "skrining", "jenis=srq jawaban=YYYYYYTTTTTTTTTTTTTT", "skrining.srq" },
        { "kunjungan", "temuan=tidak_patuh,bahaya", "kunjungan.bahaya kunjungan.patuh" },
        { "wafat", "umur=3hr jk=L", "wafat.bayi" },
        { "wafat", "umur=30th jk=P", "wafat.perempuan" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct filled f = fill(cases[i].form, cases[i].values);
        struct finding found[8];
        unsigned n = rules_findings(rules, f.form, f.values, found, 8);
        struct buf ids;

        buf_init(&ids, 512);
        for (unsigned k = 0; k < n; k++) {
            buf_printf(&ids, "%s%.*s", k ? " " : "", SLICE_ARG(found[k].id));
            assert_int_equal(found[k].version, 1);
            assert_true(found[k].class != URGENCY_NONE);
        }
        if (!slice_is(buf_slice(&ids), cases[i].ids))
            fail_msg("%s %s: \"%.*s\"", cases[i].form, cases[i].values, SLICE_ARG(buf_slice(&ids)));
        buf_free(&ids);
    }
}

static void the_suicide_question_is_for_nakes_only(void **state)
{
    struct filled f = fill("skrining", "jenis=srq jawaban=TTTTTTTTTTTTTTTTYTTT");
    struct finding found[4];

    (void)state;
    assert_int_equal(rules_findings(rules, f.form, f.values, found, 4), 1);
    assert_true(found[0].nakes_only);
    assert_int_equal(found[0].class, URGENCY_E2);
}

static void every_sign_has_a_class_and_every_disease_a_row(void **state)
{
    const struct word_list *signs = list_by_name(&forms, S("tanda"));
    const struct word_list *diseases = list_by_name(&forms, S("penyakit"));

    (void)state;
    assert_non_null(signs);
    assert_non_null(diseases);
    for (unsigned i = 0; i < signs->n; i++)
        if (rules_sign(rules, signs->words[i].code) == URGENCY_NONE)
            fail_msg("%.*s", SLICE_ARG(signs->words[i].code));
    for (unsigned i = 0; i < diseases->n; i++) {
        const struct disease_rule *d = rules_disease(rules, diseases->words[i].code);

        if (!slice_eq(d->slug, diseases->words[i].code))
            fail_msg("%.*s", SLICE_ARG(diseases->words[i].code));
    }
}

/* Without form and age, as a message that was not understood is judged. */
static void a_sign_alone_has_its_class(void **state)
{
    static const struct {
        const char *code;
        enum urgency class;
    } cases[] = {
        { "darah", URGENCY_E1 },  { "kejang", URGENCY_E1 },  { "pingsan", URGENCY_E1 },
        { "sesak", URGENCY_E1 },  { "dada", URGENCY_E1 },    { "pelo", URGENCY_E1 },
        { "lumpuh", URGENCY_E1 }, { "gerak", URGENCY_E1 },   { "menyusu", URGENCY_E1 },
        { "demam", URGENCY_E2 },  { "ketuban", URGENCY_E2 }, { "nonsense", URGENCY_NONE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (rules_sign(rules, slice_of(cases[i].code)) != cases[i].class)
            fail_msg("%s", cases[i].code);
}

static void signals_know_who_is_by_name(void **state)
{
    (void)state;
    assert_false(rules_disease(rules, S("diare"))->by_name);
    assert_true(rules_disease(rules, S("campak"))->by_name);
    assert_int_equal(rules_disease(rules, S("campak"))->single, 1);
    assert_true(slice_is(rules_disease(rules, S("dengue"))->letter, "C"));
    assert_true(rules_disease(rules, S("keracunan"))->by_name);
    assert_false(rules_disease(rules, S("nothing of the kind"))->by_name);
}

static void clocks_and_figures_are_there(void **state)
{
    (void)state;
    assert_int_equal(rules_clock_ms(rules, "referral_e1"), 15 * 60000);
    assert_int_equal(rules_clock_ms(rules, "referral_e2"), 24 * 3600000);
    assert_int_equal(rules_clock_ms(rules, "referral_e3"), INT64_C(7) * 86400000);
    assert_int_equal(rules_clock_ms(rules, "draft"), 24 * 3600000);
    assert_int_equal(rules_clock_ms(rules, "no such clock"), -1);
    assert_int_equal(rules_figure(rules, "signal_cases"), 5000);
    assert_int_equal(rules_figure(rules, "rise_factor"), 1500);
    assert_int_equal(rules_figure(rules, "no such figure"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(emergencies),
        cmocka_unit_test(findings),
        cmocka_unit_test(the_suicide_question_is_for_nakes_only),
        cmocka_unit_test(every_sign_has_a_class_and_every_disease_a_row),
        cmocka_unit_test(a_sign_alone_has_its_class),
        cmocka_unit_test(signals_know_who_is_by_name),
        cmocka_unit_test(clocks_and_figures_are_there),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
