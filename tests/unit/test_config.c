/* test_config.c - kentongan.yaml: values, defaults, and every fault at its place. */
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

#include "gateway/conf/config.h"
#include "tests/support/rig.h"

static char *folder;
static struct arena arena;
static struct faults faults;

static void write_file(const char *name, const char *text, mode_t mode)
{
    rig_write(folder, name, text);
    assert_int_equal(chmod(rig_path(folder, name), mode), 0);
}

static int make_folder(void **state)
{
    (void)state;
    folder = rig_folder();
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    rig_folder_remove(folder);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, 32 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    faults_free(&faults);
    arena_free(&arena);
    return 0;
}

static struct config *load(const char *text)
{
    faults_free(&faults);
    write_file("k.yaml", text, 0600);
    return config_load(rig_path(folder, "k.yaml"), &arena, &faults);
}

static void an_empty_file_has_all_defaults(void **state)
{
    struct config *c = load("# nothing\n");

    (void)state;
    assert_non_null(c);
    assert_int_equal(faults.n, 0);
    assert_true(slice_is(c->listen.host, "127.0.0.1"));
    assert_int_equal(c->listen.port, 7080);
    assert_int_equal(c->staff.port, 7081);
    assert_true(c->strict);
    assert_true(c->redis_managed);
    assert_int_equal(c->utc_offset_min, 420);
    assert_int_equal(c->ussd_ms, 3000);
    assert_int_equal(c->under_way, 4096);
    assert_int_equal(c->providers_n, 1);
    assert_true(slice_is(c->providers[0].dialect, "emulator"));
    assert_int_equal(c->sinks_n, 1);
    assert_string_equal(c->sinks[0].path.p, "/tmp/var/district.db");
    assert_int_equal(c->duty_n, 0);
}

static void paths_are_relative_to_the_file(void **state)
{
    struct config *c = load("state: ./deep/../var/\nplaces: /etc/x/places.csv\n");
    char want[300];

    (void)state;
    assert_non_null(c);
    snprintf(want, sizeof want, "%s/var", folder);
    assert_true(slice_is(c->state, want));
    assert_true(slice_is(c->places, "/etc/x/places.csv"));
}

static void the_contract_of_the_specification_loads(void **state)
{
    struct config *c;

    (void)state;
    write_file("secret", "0123456789abcdef\n", 0600);
    c = load(
        "listen: 127.0.0.1:0\n"
        "staff: \"[::1]:7081\"\n"
        "state: var\n"
        "public_url: https://sms.example.go.id\n"
        "timezone: Asia/Makassar\n"
        "language: id\n"
        "short_code: \"98120\"\n"
        "service_code: \"*123#\"\n"
        "redis: {address: unix:redis.sock}\n"
        "durability: loose\n"
        "limits: {per_sender: 10, per_provider: 600}\n"
        "duty: [\"0812 0000 0007\", \"+6281200000012\"]\n"
        "providers:\n"
        "  emulator: {dialect: emulator}\n"
        "  kannel:   {dialect: kannel, allow: [127.0.0.1, 10.0.0.0/8], token_file: secret, send: {url: "
        "\"http://127.0.0.1:13013/cgi-bin/sendsms\", username: u, password: p}}\n"
        "  at:       {dialect: africastalking, allow: [127.0.0.1], sms_via: kannel}\n"
        "  telko:    {dialect: smpp, host: 127.0.0.1, port: 2775, system_id: u, password: p, bind: tx+rx, "
        "window: 100, rate: 0}\n"
        "default_provider: kannel\n"
        "sinks:\n"
        "  lokal:     {kind: sqlite, path: var/district.db}\n"
        "  kabupaten: {kind: postgres, dsn: \"host=x dbname=y\"}\n"
        "  satusehat: {kind: fhir, url: \"https://x/fhir-r4/v1\", token_url: \"https://x/token\", client_id: "
        "i, "
        "client_secret_file: secret, organization: o}\n"
        "  lain:      {kind: http, url: \"https://x/\", secret_file: secret}\n");
    for (unsigned i = 0; i < faults.n; i++)
        print_message("%s\n", faults.lines[i]);
    assert_non_null(c);
    assert_int_equal(faults.n, 0);
    assert_true(slice_is(c->staff.host, "::1"));
    assert_int_equal(c->utc_offset_min, 480);
    assert_false(c->redis_managed);
    assert_true(slice_starts(c->redis_address, "unix:/"));
    assert_int_equal(c->duty_n, 2);
    assert_true(slice_is(c->duty[0], "+6281200000007"));
    assert_int_equal(c->providers_n, 4);
    assert_true(slice_is(config_provider(c, S("kannel"))->token, "0123456789abcdef"));
    assert_int_equal(config_provider(c, S("kannel"))->allow_n, 2);
    assert_int_equal(config_provider(c, S("telko"))->window, 100);
    assert_int_equal(c->sinks_n, 4);
}

static void who_can_prove_nothing_calls_from_this_machine_only(void **state)
{
    struct config *c = load("providers: {kannel: {dialect: kannel, send: {url: \"http://127.0.0.1/\"}}}\n");

    (void)state;
    assert_non_null(c);
    assert_int_equal(c->providers[0].allow_n, 2);
    assert_true(config_is_loopback(c->providers[0].allow[0]));
    assert_true(slice_is(c->default_provider, "kannel")); /* the first, where none is named */
}

struct fault_case {
    const char *yaml, *fault; /* fault: begins so, behind the folder: "k.yaml:1:9: …" */
};

static void each_has_its_fault(const struct fault_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct config *c = load(cases[i].yaml);
        bool found = false;

        for (unsigned f = 0; f < faults.n; f++)
            found = found || slice_starts(slice_of(faults.lines[f] + strlen(folder) + 1), cases[i].fault);
        if (c || !found)
            fail_msg("%s -> %s", cases[i].yaml, faults.n ? faults.lines[0] : "no fault");
    }
}

static void every_fault_has_its_place_and_remedy(void **state)
{
    static const struct fault_case cases[] = {
        { "listen: localhost:7080\n", "k.yaml:1:9: \"listen\" takes a numeric address" },
        { "listen: 127.0.0.1\n", "k.yaml:1:9: \"listen\" takes" },
        { "listen: 127.0.0.1:70800\n", "k.yaml:1:9: \"listen\" takes" },
        { "listen: [a]\n", "k.yaml:1:9: \"listen\" takes one value" },
        { "listne: 127.0.0.1:7080\n", "k.yaml:1:1: unknown key \"listne\": do you mean \"listen\"?" },
        { "provider: {}\n", "k.yaml:1:1: unknown key \"provider\": do you mean \"providers\"?" },
        { "zzzzzzzzzz: 1\n", "k.yaml:1:1: unknown key \"zzzzzzzzzz\": `kentongan check --defaults`" },
        { "listen: 127.0.0.1:1\nlisten: 127.0.0.1:2\n", "k.yaml:2:1: double key" },
        { "timezone: Asia/Djakarta\n", "k.yaml:1:11: \"timezone\" takes Asia/Jakarta" },
        { "durability: lose\n", "k.yaml:1:13: \"durability\" takes strict or loose" },
        { "short_code: 12a\n", "k.yaml:1:13: \"short_code\" takes a number to send to" },
        { "service_code: \"123\"\n", "k.yaml:1:15: \"service_code\" takes a code to dial" },
        { "service_code: \"*12**3#\"\n", "k.yaml:1:15: \"service_code\" takes a code to dial" },
        { "service_code: \"*#\"\n", "k.yaml:1:15: \"service_code\" takes a code to dial" },
        { "limits: {per_sender: -1}\n", "k.yaml:1:22: \"per_sender\" takes a whole number from 0 to 100000" },
        { "limits: {per_sender: 100001}\n", "k.yaml:1:22: \"per_sender\" takes" },
        { "limits: {per_sendr: 1}\n", "k.yaml:1:10: unknown key \"per_sendr\": do you mean \"per_sender\"?" },
        { "limits: {ussd: 4}\n", "k.yaml:1:16: \"ussd\" takes a time such as 500ms, 4s" },
        { "limits: {ussd: 10m}\n", "k.yaml:1:16: \"ussd\" takes" },
        { "redis: {managed: maybe}\n", "k.yaml:1:18: \"managed\" takes yes or no" },
        { "redis: {managed: no}\n", "k.yaml:1:8: \"redis\": managed: no needs an address" },
        { "redis: {managed: yes, address: 127.0.0.1:1}\n", "k.yaml:1:8: \"redis\": either" },
        { "redis: {address: redis.sock}\n", "k.yaml:1:18: \"address\" takes unix:" },
        { "duty: []\n", "k.yaml:1:7: \"duty\" takes 1 to 8 telephone numbers" },
        { "duty: [\"98120\"]\n", "k.yaml:1:8: \"duty\" takes telephone numbers" },
        { "public_url: sms.example.go.id\n", "k.yaml:1:13: \"public_url\" takes a URL" },
        { "providers: {}\n", "k.yaml:1:12: no provider" },
        { "providers: {A B: {dialect: emulator}}\n", "k.yaml:1:13: name of a provider" },
        { "providers: {e: {dialect: emulater}}\n", "k.yaml:1:26: \"dialect\" takes one of: kannel" },
        { "providers: {e: {}}\n", "k.yaml:1:16: \"dialect\" is missing" },
        { "providers: {k: {dialect: kannel, tokenfile: x}}\n",
          "k.yaml:1:34: unknown key \"tokenfile\": do you mean \"token_file\"?" },
        { "providers: {k: {dialect: kannel, token_file: none}}\n", "k.yaml:1:46: \"token_file\": " },
        { "providers: {k: {dialect: kannel, token_file: empty}}\n", "k.yaml:1:46: \"token_file\": " },
        { "providers: {k: {dialect: kannel, secret_file: secret}}\n",
          "k.yaml:1:34: \"secret_file\" does nothing for dialect kannel" },
        { "providers: {k: {dialect: infobip, token_file: secret, secret_file: secret}}\n",
          "k.yaml:1:55: \"secret_file\" does nothing for dialect infobip" },
        { "providers: {k: {dialect: smpp, host: h, system_id: u, allow: [127.0.0.1]}}\n",
          "k.yaml:1:55: \"allow\" does nothing for dialect smpp" },
        { "providers: {k: {dialect: kannel, port: 1}}\n",
          "k.yaml:1:34: \"port\" does nothing for dialect kannel" },
        { "trusted_proxies: [x]\n", "k.yaml:1:19: \"trusted_proxies\" takes addresses" },
        { "providers: {k: {dialect: kannel, allow: [kannel.local]}}\n",
          "k.yaml:1:42: \"allow\" takes addresses such as" },
        { "providers: {k: {dialect: kannel, allow: [10.0.0.0/33]}}\n", "k.yaml:1:42: \"allow\" takes" },
        { "providers: {t: {dialect: smpp, system_id: u}}\n", "k.yaml:1:16: \"host\" is missing" },
        { "providers: {k: {dialect: kannel, sms_via: k}}\n", "k.yaml:1:13: \"sms_via\": \"k\" is no other" },
        { "providers: {k: {dialect: kannel, send: {url: \"http://h/\"}, failover: x}}\n",
          "k.yaml:1:70: \"failover\": \"x\" is no other provider" },
        { "providers: {k: {dialect: kannel, send: {url: \"http://h/\"}, failover: k}}\n",
          "k.yaml:1:70: \"failover\": \"k\" is no other provider" },
        { "providers: {k: {dialect: kannel, send: {url: \"http://h/\"}, failover: e}, e: {dialect: "
          "emulator}}\n",
          "k.yaml:1:70: \"failover\": \"e\" cannot carry SMS" },
        { "providers: {k: {dialect: kannel, send: {url: \"http://h/\"}}, e: {dialect: emulator, failover: "
          "k}}\n",
          "k.yaml:1:94: \"failover\": \"e\" sends no SMS by itself" },
        { "providers: {k: {dialect: kannel, send: {url: \"http://h/\"}, failover: l}, l: {dialect: kannel, "
          "send: {url: \"http://h/\"}, failover: k}}\n",
          "k.yaml:1:70: \"failover\": the chain from \"k\" comes back to it" },
        { "providers: {k: {dialect: kannel, sms_via: x}}\n", "k.yaml:1:13: \"sms_via\": \"x\" is no other" },
        { "providers: {k: {dialect: kannel, send: {username: u}}}\n", "k.yaml:1:40: \"url\" is missing" },
        { "default_provider: telko\n", "k.yaml:1:19: \"default_provider\": there is no provider \"telko\"" },
        { "listen: 0.0.0.0:7080\nproviders: {e: {dialect: emulator}}\n", "k.yaml:2:13: the emulator is for" },
        { "listen: 0.0.0.0:7080\n", "k.yaml:1:1: the emulator is for" },
        { "providers: {e: {dialect: emulator, allow: [10.0.0.1]}}\n",
          "k.yaml:1:13: the emulator takes only" },
        { "a: &b 1\n", "k.yaml:1:4: anchors are not used here" },
        { "a: !x 1\n", "k.yaml:1:4: tags are not used here" },
        { "- listen\n", "k.yaml:1:1: not a configuration" },
    };

    (void)state;
    write_file("empty", "", 0600);
    each_has_its_fault(cases, sizeof cases / sizeof *cases);
}

static void a_generic_provider_is_checked_to_the_letter(void **state)
{
    static const struct fault_case cases[] = {
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], }}\n",
          "k.yaml:1:13: a provider of dialect generic needs one of" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], sms_in: {from: a}}}\n",
          "k.yaml:1:63: \"text\" is missing" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], sms_in: {from: /a, text: b}}}\n",
          "k.yaml:1:70: \"from\": a pointer needs format: json" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], sms_in: {from: a, text: b, method: GET, "
          "format: json}}}\n",
          "k.yaml:1:103: a GET has no body" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], sms_in: {from: a, text: b, list: /m, "
          "format: xml}}}\n",
          "k.yaml:1:88: \"list\" needs format: json" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], sms_in: {from: a, text: b, textt: c}}}\n",
          "k.yaml:1:82: unknown key \"textt\": do you mean \"text\"?" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], sms_in: {from: a, text: b, parts: n, part: "
          "k}}}\n",
          "k.yaml:1:63: \"parts\", \"part\" and \"ref\" go together" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], sms_in: {from: /a, text: /b, format: json, "
          "list: /m, "
          "parts: /n, part: /k, ref: /r}}}\n",
          "k.yaml:1:125: \"part\" and \"list\" do not go together" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], sms_in: {from: a b, text: b}}}\n",
          "k.yaml:1:70: \"from\" takes the name of a field, or a pointer" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], ussd_in: {from: a, text: b, session: c, "
          "ends: x}}}\n",
          "k.yaml:1:64: \"event\" and its words" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], ussd_in: {from: a, text: b, session: c, "
          "last: \"{page}\"}}}\n",
          "k.yaml:1:64: \"goes_on\" and \"last\" go together" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], ussd_in: {from: a, text: b, session: c, "
          "last: \"{page}\", goes_on: \"{text}\"}}}\n",
          "k.yaml:1:120: \"goes_on\": there is no {text} here; the words are: page session from" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], ussd_in: {from: a, text: b, session: c, "
          "type: text/xml, last: \"<a>{page}</a>\", goes_on: \"<a>{page}\"}}}\n",
          "k.yaml:1:143: \"goes_on\" is no whole text/xml" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], ussd_in: {from: a, text: b, session: c, "
          "last: x, goes_on: \"{page}\"}}}\n",
          "k.yaml:1:101: \"last\" must hold {page}" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], dlr_in: {state: s, delivered: OK}}}\n",
          "k.yaml:1:63: \"dlr_in\" needs \"id\" or \"our_id\"" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], dlr_in: {state: s, id: i}}}\n",
          "k.yaml:1:63: \"dlr_in\" needs \"delivered\"" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], sms_in: {from: a, text: b}, answer: {type: "
          "application/json, taken: \"{\"}}}\n",
          "k.yaml:1:123: \"taken\" is no whole application/json" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], sms_in: {from: a, text: b}, answer: {type: "
          "image/png}}}\n",
          "k.yaml:1:98: \"type\" takes application/x-www-form-urlencoded" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], sms_in: {from: a, text: b}, answer: "
          "{busy_status: 200}}}\n",
          "k.yaml:1:105: a busy_status under 400 needs \"busy\"" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], sms_in: {from: a, text: b}, signature: "
          "{}}}\n",
          "k.yaml:1:94: \"signature\" needs \"secret_file\"" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], secret_file: secret, sms_in: {from: a, "
          "text: b, method: GET}}}\n",
          "k.yaml:1:111: a GET has no body that could be signed" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], secret_file: secret, sms_in: {from: /a, "
          "text: /b, format: json}, signature: {over: query}}}\n",
          "k.yaml:1:113: its body is not signed" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], send: {url: \"http://x/\", body: "
          "\"to={to}\"}}}\n",
          "k.yaml:1:86: \"send\" says nowhere {text}" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], send: {url: \"http://x/?{to}{text}\", "
          "method: GET, body: x}}}\n",
          "k.yaml:1:110: a GET has no body" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], send: {url: \"http://{to}/\", body: "
          "\"{to}{text}\"}}}\n",
          "k.yaml:1:67: \"url\": the host cannot be a {word}" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], send: {url: \"http://x/{foo}\", body: "
          "\"{to}{text}\"}}}\n",
          "k.yaml:1:67: \"url\": there is no {foo} here" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], send: {url: \"http://x/\", type: "
          "application/json, body: \"[{to},{text}]\"}}}\n",
          "k.yaml:1:110: \"body\" is no whole application/json" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], send: {url: \"http://x/\", body: "
          "\"{to}{text}{dlr_url}\"}}}\n",
          "k.yaml:1:61: {dlr_url} needs \"public_url\"" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], send: {url: \"http://x/\", body: "
          "\"{to}{text}\", taken: \"(a\"}}}\n",
          "k.yaml:1:107: \"taken\" is no regular expression: at character 3: missing closing parenthesis" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], send: {url: \"http://x/\", body: "
          "\"{to}{text}\", headers: [\"Host: x\"]}}}\n",
          "k.yaml:1:110: \"headers\" takes lines such as" },
        { "providers: {g: {dialect: generic, allow: [127.0.0.1], send: {url: \"http://x/\", body: "
          "\"{to}{text}\", headers: [\"A: {page}\"]}}}\n",
          "k.yaml:1:110: \"headers\": there is no {page} here" },
        { "providers: {k: {dialect: kannel, sms_in: {from: a}}}\n",
          "k.yaml:1:34: \"sms_in\" belongs to dialect: generic" },
        { "providers: {k: {dialect: kannel, send: {url: \"http://x/\", method: GET}}}\n",
          "k.yaml:1:59: \"method\" belongs to dialect: generic" },
        { "providers: {k: {dialect: kannel, budget: 100ms}}\n", "k.yaml:1:42: \"budget\" takes a time" },
    };

    (void)state;
    write_file("secret", "0123456789abcdef\n", 0600);
    each_has_its_fault(cases, sizeof cases / sizeof *cases);
}

static void the_sample_providers_load_without_a_word(void **state)
{
    struct config *c;
    struct buf out;

    (void)state;
    faults_free(&faults);
    c = config_load("config/providers-contoh.yaml", &arena, &faults);
    assert_non_null(c);
    assert_int_equal(faults.n, 0);
    assert_int_equal(c->providers_n, 4);
    assert_int_equal(config_ussd_budget(c, S("agregator-json")), 2500);
    assert_int_equal(config_ussd_budget(c, S("telko-get")), 3000);
    assert_int_equal(config_ussd_budget(c, S("nobody")), 3000);
    buf_init(&out, 1 << 20);
    config_print(&out, c);
    /* Templates, passwords and queries may hold what is secret. */
    assert_null(strstr(out.p, "contoh\""));
    assert_null(strstr(out.p, "pass="));
    assert_non_null(strstr(out.p, "\"/sender/msisdn\""));
    buf_free(&out);
}

static void an_open_secret_is_warned_of(void **state)
{
    struct config *c;

    (void)state;
    write_file("open.secret", "0123456789abcdef\n", 0644);
    c = load(
        "providers: {k: {dialect: kannel, token_file: open.secret, send: {url: \"http://127.0.0.1/\"}}}\n");
    assert_non_null(c);
    assert_int_equal(faults.n, 1);
    assert_int_equal(faults.warnings, 1);
    assert_non_null(strstr(faults.lines[0], "chmod 600"));
}

static void all_faults_are_told_at_once(void **state)
{
    (void)state;
    assert_null(load("listen: x\nstaff: y\ntimezone: z\n"));
    assert_int_equal(faults.n, 3);
}

static void the_printed_defaults_load_without_a_word(void **state)
{
    struct config *plain, *printed;
    struct buf out;

    (void)state;
    buf_init(&out, 1 << 20);
    config_print_defaults(&out);
    assert_false(out.failed);
    printed = load(out.p);
    for (unsigned i = 0; i < faults.n; i++)
        print_message("%s\n", faults.lines[i]);
    assert_non_null(printed);
    assert_int_equal(faults.n, 0);
    plain = load("");
    assert_true(slice_eq(plain->state, printed->state));
    assert_true(slice_eq(plain->sinks[0].path, printed->sinks[0].path));
    assert_int_equal(plain->ussd_ms, printed->ussd_ms);
    assert_true(slice_eq(plain->service_code, printed->service_code));
    buf_free(&out);
}

static void hosts_of_urls(void **state)
{
    static const struct {
        const char *url, *host;
        bool loopback;
    } cases[] = {
        { "http://127.0.0.1:13013/x", "127.0.0.1", true },
        { "http://[::1]:80/", "::1", true },
        { "https://localhost", "localhost", true },
        { "https://user:pw@sms.example.id:8443/a?b", "sms.example.id", false },
        { "https://127.0.0.1@evil.example/", "evil.example", false },
        { "https://127.0.0.1.evil.example/", "127.0.0.1.evil.example", false },
        { "https://", "", false },
        { "nonsense", "", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice host = config_url_host(slice_of(cases[i].url));

        if (!slice_is(host, cases[i].host) || config_is_loopback(host) != cases[i].loopback)
            fail_msg("%s: %.*s", cases[i].url, SLICE_ARG(host));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_empty_file_has_all_defaults, begin, end),
        cmocka_unit_test_setup_teardown(paths_are_relative_to_the_file, begin, end),
        cmocka_unit_test_setup_teardown(the_contract_of_the_specification_loads, begin, end),
        cmocka_unit_test_setup_teardown(who_can_prove_nothing_calls_from_this_machine_only, begin, end),
        cmocka_unit_test_setup_teardown(every_fault_has_its_place_and_remedy, begin, end),
        cmocka_unit_test_setup_teardown(a_generic_provider_is_checked_to_the_letter, begin, end),
        cmocka_unit_test_setup_teardown(the_sample_providers_load_without_a_word, begin, end),
        cmocka_unit_test_setup_teardown(an_open_secret_is_warned_of, begin, end),
        cmocka_unit_test_setup_teardown(all_faults_are_told_at_once, begin, end),
        cmocka_unit_test_setup_teardown(the_printed_defaults_load_without_a_word, begin, end),
        cmocka_unit_test_setup_teardown(hosts_of_urls, begin, end),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
