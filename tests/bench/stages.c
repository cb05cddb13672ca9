/* stages.c - each stage of a message's way by itself, without sockets, Redis or threads, for callgrind to
 * count: the instructions of a stage are those of its function stage_NAME and all that it calls.
 *
 *   stages sms|ussd COUNT FOLDER     FOLDER: a fresh one, for the two SQLite files
 *
 * What a stage needs of the one before it is made outside of its function.  Used by tests/bench/stages.mjs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flows/flow.h"
#include "flows/ruleset.h"
#include "gateway/district/log_db.h"
#include "gateway/district/sqlite_db.h"
#include "gateway/store/commit/private.h"
#include "parsers/dialect.h"
#include "parsers/smpp_text.h"
#include "tests/bench/bench.h"
#include "tests/support/mem_store.h"

#define STAGE __attribute__((noinline))

enum {
    BATCH = 500, /* rows that share a transaction, as under load */
    STEPS = 9,
    ARENA = 8 << 20,
};

extern const struct dialect dialect_emulator;

struct batch {
    char *bodies[BATCH];
    struct item items[BATCH];
    unsigned n;
};

struct bench {
    const struct ruleset *rules;
    struct mem_store store;
    struct store redis; /* what making a command needs of one */
    struct smpp_codings codings;
    struct sqlite_file *log, *sink;
    struct batch lines, rows;
    uint64_t chance;
    unsigned messages;
    char (*senders)[24]; /* every kader of the sample district, without + */
    unsigned senders_n;
};

bool stage_decode_sms(const struct smpp_codings *, struct slice pdu, struct arena *, struct inbound *);
bool stage_decode_ussd(const struct wire_request *, struct arena *, struct inbound *);
bool stage_read(const struct bench *, const struct sender *, const struct inbound *, struct arena *,
                struct intent *);
bool stage_step(const struct bench *, const struct context *, const struct intent *, const struct lease *,
                struct arena *, struct outcome *);
bool stage_encode(struct bench *, const struct inbound *, const struct outcome *);
bool stage_log(struct bench *);
bool stage_sink(struct bench *);

/* --- the stages --- */

STAGE bool stage_decode_sms(const struct smpp_codings *codings, struct slice whole, struct arena *a,
                            struct inbound *in)
{
    struct smpp_pdu p;

    if (smpp_decode(whole, &p) != SMPP_OK)
        return false;
    in->from = arena_printf(a, "+%.*s", SLICE_ARG(p.from.number));
    in->text = smpp_text_decode(codings, p.coding, smpp_payload(&p), a, &in->text_was_broken);
    return true;
}

STAGE bool stage_decode_ussd(const struct wire_request *r, struct arena *a, struct inbound *in)
{
    return dialect_emulator.decode_ussd(r, a, in) == WIRE_OK;
}

STAGE bool stage_read(const struct bench *b, const struct sender *who, const struct inbound *in,
                      struct arena *a, struct intent *intent)
{
    return flow_read(b->rules, who, in, b->store.now_ms, a, intent) == READ_OK;
}

STAGE bool stage_step(const struct bench *b, const struct context *seen, const struct intent *intent,
                      const struct lease *lease, struct arena *a, struct outcome *out)
{
    return flow_step(b->rules, seen, intent, lease, b->store.now_ms, a, out) == STEP_OK;
}

STAGE bool stage_encode(struct bench *b, const struct inbound *in, const struct outcome *out)
{
    struct commit_parts parts = { .keys = 0 };
    struct commit_effects effects = { .streams = 0 };
    bool ok = commit_command(&b->redis, in, "emulator", out, &parts, &effects);

    buf_free(&parts.bytes);
    free(effects.fired);
    return ok;
}

STAGE bool stage_log(struct bench *b)
{
    struct err e;

    return log_db_store(b->log, b->lines.items, b->lines.n, NULL, NULL, &e) == SQLITE_DB_OK;
}

STAGE bool stage_sink(struct bench *b)
{
    struct err e;

    return sqlite_db_store(b->sink, b->rows.items, b->rows.n, &e) == SQLITE_DB_OK;
}

/* --- what lies between them --- */

static void must(bool ok, const char *what)
{
    if (!ok)
        bench_die(what);
}

static void batch_end(struct batch *b)
{
    for (unsigned i = 0; i < b->n; i++)
        free(b->bodies[i]);
    b->n = 0;
}

static void batch_add(struct batch *b, struct buf *body)
{
    b->bodies[b->n] = body->p;
    b->items[b->n++] = (struct item){ .body = buf_slice(body), .first_ms = 1 };
}

static void store_batches(struct bench *b, bool all)
{
    if (b->lines.n > BATCH - 2 || (all && b->lines.n)) {
        must(stage_log(b), "the message log");
        batch_end(&b->lines);
    }
    if (b->rows.n == BATCH || (all && b->rows.n)) {
        must(stage_sink(b), "the district database");
        batch_end(&b->rows);
    }
}

/* What the message log is told of it: its commit, and then what became of its answers. */
static void add_lines(struct bench *b, const struct inbound *in, const struct outcome *out)
{
    struct slice id = in->provider_id.n ? in->provider_id : S("0123456789abcdef");
    struct uuid_text uuids[OUTCOME_SMS];
    struct log_line line, became;
    struct buf entry, said;

    buf_init(&entry, COMMIT_COMMAND_MAX);
    buf_init(&said, COMMIT_COMMAND_MAX);
    for (unsigned i = 0; i < out->sms_n; i++) {
        char their_id[16];

        uuids[i] = sms_uuid(in, id, i);
        line.sms[i] = (struct log_sms){ .by = S("emulator"),
                                        .lane = sms_lane(out->sms[i].class),
                                        .sms = { .to = out->sms[i].to,
                                                 .text = out->sms[i].text,
                                                 .nomor = out->sms[i].nomor,
                                                 .uuid = slice_of(uuids[i].text),
                                                 .class = out->sms[i].class,
                                                 .expires_ms = out->sms[i].expires_ms } };
        log_line_clear(&became, LOG_SENT);
        became.uuid = line.sms[i].sms.uuid;
        became.provider = S("emulator");
        became.at_ms = in->received_ms;
        became.state = S("sent");
        became.attempts = 1;
        if (said.n)
            buf_char(&said, '\n');
        log_line_encode(&said, &became);
        buf_char(&said, '\n');
        became.what = LOG_ID;
        became.state = S("");
        became.attempts = 0;
        snprintf(their_id, sizeof their_id, "%x", ++b->messages);
        became.id = slice_of(their_id);
        log_line_encode(&said, &became);
    }
    message_log_line(&entry, &line, in, out, id, out->reason);
    batch_add(&b->lines, &entry);
    if (said.n)
        batch_add(&b->lines, &said);
}

static void add_rows(struct bench *b, const struct outcome *out)
{
    struct buf body;

    buf_init(&body, COMMIT_COMMAND_MAX);
    rows_encode(&body, out->rows, out->rows_n);
    if (out->rows_n)
        batch_add(&b->rows, &body);
}

static void load(struct bench *b, const struct inbound *in, struct sender *who, struct arena *a)
{
    *who = (struct sender){ .msisdn = in->from, .person = directory_person(&b->rules->directory, in->from) };
    who->state.ref = (struct subject_ref){ .kind = SUBJECT_SENDER, .id = in->from };
    mem_subject(&b->store, &who->state, a);
    if (in->kind != INBOUND_USSD)
        return;
    who->session.ref = (struct subject_ref){
        .kind = SUBJECT_SESSION,
        .id = arena_printf(a, "%.*s/%.*s", SLICE_ARG(in->from), SLICE_ARG(in->service_code)),
    };
    mem_subject(&b->store, &who->session, a);
}

/* Its way, but for the decoding; then it is carried out. */
static void pass(struct bench *b, const struct inbound *in, struct arena *a)
{
    static struct subject subjects[INTENT_SUBJECTS];
    struct sender who;
    struct intent intent;
    struct lease lease;
    struct context seen = { .inbound = in, .sender = &who, .subjects = subjects };
    struct outcome *out = outcome_new(a);

    must(out != NULL, "memory");
    load(b, in, &who, a);
    must(stage_read(b, &who, in, a, &intent), "flow_read");
    memset(subjects, 0, sizeof subjects);
    seen.subjects_n = intent.subjects_n;
    for (unsigned i = 0; i < intent.subjects_n; i++) {
        subjects[i].ref = intent.subjects[i];
        mem_subject(&b->store, &subjects[i], a);
    }
    lease = (struct lease){ .bodies = { 0 } };
    mem_lease(&b->store, &intent, &lease, in->provider_id.n ? in->provider_id : in->session, a);
    must(stage_step(b, &seen, &intent, &lease, a, out), "flow_step");
    must(stage_encode(b, in, out), "commit_command");
    if (message_log_wants(in, out))
        add_lines(b, in, out);
    add_rows(b, out);
    store_batches(b, false);
    mem_in(&b->store, in);
    if (b->store.fault[0])
        bench_die(b->store.fault);
}

static void find_senders(struct bench *b)
{
    const struct directory *d = &b->rules->directory;

    b->senders = calloc(d->people_n, sizeof *b->senders);
    must(b->senders != NULL, "memory");
    for (unsigned i = 0; i < d->people_n; i++)
        if (d->people[i]->role == ROLE_KADER && d->people[i]->active && d->people[i]->place)
            snprintf(b->senders[b->senders_n++], sizeof *b->senders, "%.*s",
                     SLICE_ARG(slice_skip(d->people[i]->msisdn, 1)));
    must(b->senders_n > 0, "config/people.csv: no kader");
}

static void one_sms(struct bench *b, unsigned i)
{
    char text[160], id[32];
    struct inbound in = { .kind = INBOUND_SMS,
                          .provider = S("emulator"),
                          .from_is_msisdn = true,
                          .to = S("98120"),
                          .received_ms = b->store.now_ms };
    struct smpp_pdu p = { .command = SMPP_DELIVER_SM,
                          .sequence = i + 1,
                          .from = { 1, 1, slice_of(b->senders[i % b->senders_n]) },
                          .to = { 0, 1, S("98120") } };
    struct arena a;
    struct buf pdu;

    arena_init(&a, ARENA);
    buf_init(&pdu, SMPP_PDU_MAX);
    bench_weighing(&b->chance, text);
    p.text = slice_of(text);
    must(smpp_encode(&pdu, &p), "a PDU that cannot be written");
    must(stage_decode_sms(&b->codings, buf_slice(&pdu), &a, &in), "decode");
    snprintf(id, sizeof id, "m%u", i);
    in.provider_id = slice_of(id);
    pass(b, &in, &a);
    buf_free(&pdu);
    arena_free(&a);
}

static void one_step(struct bench *b, unsigned i)
{
    static const char *const answers[STEPS] = { "", "1", "1", NULL, "2", "14", "9%2C2", "76", "1" };
    static char name[32];
    const char *answer = answers[i % STEPS];
    char body[256];
    struct inbound in = { .kind = INBOUND_USSD };
    struct wire_request r = { .method = S("POST"), .content_type = S("application/x-www-form-urlencoded") };
    struct arena a;

    if (i % STEPS == 0) {
        bench_name(&b->chance, name);
        *strchr(name, ' ') = '+';
    }
    snprintf(body, sizeof body, "session=b%u&from=%%2B%s&code=*123%%23&text=%s", i / STEPS,
             b->senders[i / STEPS % b->senders_n], answer ? answer : name);
    r.body = slice_of(body);
    arena_init(&a, ARENA);
    must(stage_decode_ussd(&r, &a, &in), "decode");
    in.provider = S("emulator");
    in.from_is_msisdn = true;
    in.received_ms = b->store.now_ms;
    pass(b, &in, &a);
    must(b->store.screen_ends == (i % STEPS == STEPS - 1), b->store.screen);
    arena_free(&a);
}

static void open_files(struct bench *b, const char *folder)
{
    char path[512];
    struct err e = { "" };

    snprintf(path, sizeof path, "%s/log.db", folder);
    must(sqlite_file_setup(), "sqlite_file_setup");
    must(log_db_open(path, 0, &b->log, &e) == SQLITE_DB_OK, e.text);
    snprintf(path, sizeof path, "%s/district.db", folder);
    must(sqlite_db_open(path, 0, &b->sink, &e) == SQLITE_DB_OK, e.text);
}

int main(int argc, char **argv)
{
    static struct bench b = { .chance = 88172645463325252U };
    static char district[] = "19.06", sink[] = "lokal", provider[] = "emulator";
    struct faults faults = { 0 };
    struct ruleset *rules;
    struct config *c;
    struct arena conf;
    bool ussd;

    if (argc != 4)
        bench_die("stages sms|ussd COUNT FOLDER");
    ussd = strcmp(argv[1], "ussd") == 0;
    arena_init(&conf, RULESET_ARENA);
    c = config_load("config/kentongan.yaml", &conf, &faults);
    rules = c ? ruleset_load(c, &conf, &faults) : NULL;
    must(rules != NULL, "config/kentongan.yaml");
    b.rules = rules;
    b.redis = (struct store){ .district = district,
                              .sinks = { sink },
                              .sinks_n = 1,
                              .providers = { provider },
                              .providers_n = 1,
                              .dup_ttl_ms = 1000 };
    smpp_codings_default(&b.codings);
    mem_init(&b.store, rules, 1795219200000); /* 2026-11-21 07:00 in Jakarta */
    find_senders(&b);
    open_files(&b, argv[3]);
    for (unsigned i = 0; i < strtoul(argv[2], NULL, 10); i++) {
        b.store.now_ms += 1000;
        if (ussd)
            one_step(&b, i);
        else
            one_sms(&b, i);
    }
    store_batches(&b, true);
    sqlite_file_close(b.log);
    sqlite_file_close(b.sink);
    mem_free(&b.store);
    free(b.senders);
    ruleset_free(rules);
    faults_free(&faults);
    arena_free(&conf);
    return 0;
}
