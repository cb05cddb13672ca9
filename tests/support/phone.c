/* phone.c - see phone.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "flows/ruleset.h"
#include "flows/ussd/page.h"
#include "gateway/conf/config.h"
#include "tests/support/phone.h"

enum {
    BLOB_MOST = 1000, /* bytes of a session */
};

static struct arena conf;
struct ruleset *phone_ruleset;
struct phone phone;

int phone_rules(void **state)
{
    struct faults faults = { 0 };
    struct config *c;

    (void)state;
    arena_init(&conf, RULESET_ARENA);
    c = config_load("config/kentongan.yaml", &conf, &faults);
    phone_ruleset = c ? ruleset_load(c, &conf, &faults) : NULL;
    for (unsigned i = 0; i < faults.n; i++)
        print_message("%s\n", faults.lines[i]);
    faults_free(&faults);
    return phone_ruleset ? 0 : -1;
}

int phone_no_rules(void **state)
{
    (void)state;
    ruleset_free(phone_ruleset);
    arena_free(&conf);
    return 0;
}

int phone_begin(void **state)
{
    (void)state;
    memset(&phone, 0, sizeof phone);
    mem_init(&phone.store, phone_ruleset, 1795219200000); /* 2026-11-21 07:00 in Jakarta */
    arena_init(&phone.arena, 1 << 20);
    snprintf(phone.from, sizeof phone.from, PHONE_KADER);
    snprintf(phone.code, sizeof phone.code, "*123#");
    return 0;
}

int phone_end(void **state)
{
    (void)state;
    assert_string_equal(phone.store.fault, "");
    mem_free(&phone.store);
    arena_free(&phone.arena);
    return 0;
}

void phone_new(void)
{
    phone_end(NULL);
    phone_begin(NULL);
}

/* What the session says after a request; what a telco would show. */
static void look(void)
{
    struct slice id, blob;

    arena_reset(&phone.arena);
    id = arena_printf(&phone.arena, "%s/*123#", phone.from);
    blob = mem_blob(&phone.store, SUBJECT_SESSION, id);
    assert_in_range(blob.n, 0, BLOB_MOST);
    ussd_state_decode(phone_ruleset, arena_copy(&phone.arena, blob), &phone.arena, &phone.state);
    phone.page = phone.store.screen;
    phone.ended = phone.store.screen_ends;
    assert_in_range(strlen(phone.page), 0, USSD_SEPTETS);
}

void phone_request(enum ussd_op op, const char *text, unsigned step)
{
    char id[32];
    struct inbound in = { .kind = INBOUND_USSD,
                          .provider = S("emulator"),
                          .from = slice_of(phone.from),
                          .from_is_msisdn = phone.from[0] == '+',
                          .session = slice_of(phone.session),
                          .service_code = slice_of(phone.code),
                          .text = slice_of(text),
                          .op = op,
                          .step = step };

    phone.store.now_ms += 7000;
    in.received_ms = phone.store.now_ms;
    snprintf(id, sizeof id, "u%u", ++phone.requests);
    in.provider_id = slice_of(id); /* only to make ids of; the daemon uses the session's revision */
    ussd_dialled(phone_ruleset, &in);
    mem_in(&phone.store, &in);
    look();
}

void phone_dial(void)
{
    snprintf(phone.session, sizeof phone.session, "s%u", ++phone.sessions);
    phone_request(USSD_BEGIN, "", 0);
}

void phone_type(const char *text)
{
    phone_request(USSD_INPUT, text, 0);
}

void phone_type_all(const char *inputs)
{
    struct slice rest = slice_of(inputs);

    while (rest.n) {
        struct slice one = slice_cut(&rest, '>');
        char text[100];

        snprintf(text, sizeof text, "%.*s", SLICE_ARG(one));
        phone_type(text);
    }
}

bool phone_waits(void)
{
    return mem_waits(&phone.store, "ussd") || mem_waits(&phone.store, "draft");
}

void phone_pass(int64_t ms)
{
    mem_pass(&phone.store, ms);
    look();
}

void phone_says(const char *part)
{
    if (!strstr(phone.page, part))
        fail_msg("the page does not say \"%s\":\n%s", part, phone.page);
}

void phone_sms(const char *to, const char *part)
{
    for (unsigned i = 0; i < phone.store.sms_n; i++)
        if (strcmp(phone.store.sms[i].to, to) == 0 && strstr(phone.store.sms[i].text, part))
            return;
    for (unsigned i = 0; i < phone.store.sms_n; i++)
        print_message("%s: %s\n", phone.store.sms[i].to, phone.store.sms[i].text);
    fail_msg("no SMS to %s says \"%s\"", to, part);
}

unsigned phone_sms_to(const char *to)
{
    unsigned n = 0;

    for (unsigned i = 0; i < phone.store.sms_n; i++)
        n += strcmp(phone.store.sms[i].to, to) == 0;
    return n;
}

const char *phone_record(unsigned i)
{
    static char text[512];

    text[0] = 0;
    for (unsigned k = 0; k < phone.store.rows_n; k++) {
        struct rows rows;
        struct row row;

        if (strcmp(phone.store.rows[k].kind, "record") != 0 || i-- > 0)
            continue;
        rows = rows_begin(slice_of(phone.store.rows[k].json), &phone.arena);
        assert_int_equal(rows_next(&rows, &row, NULL), 1);
        snprintf(text, sizeof text, "%.*s %.*s", SLICE_ARG(row.record.form),
                 SLICE_ARG(node_json(row.record.fields, &phone.arena)));
        break;
    }
    return text;
}

unsigned phone_records(void)
{
    unsigned n = 0;

    for (unsigned k = 0; k < phone.store.rows_n; k++)
        n += strcmp(phone.store.rows[k].kind, "record") == 0;
    return n;
}
