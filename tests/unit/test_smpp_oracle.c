/* test_smpp_oracle.c - our SMPP codec against Net::SMPP (Debian's libnet-smpp-perl), both ways: what it
 * writes we read alike, and what we write it reads alike.  tests/oracle/net_smpp.pl is the other side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "parsers/smpp_pdu.h"

#define ORACLE "tests/oracle/net_smpp.pl"

enum {
    MANY = 3000,
    SEED = 20261121,
    LINE = 65536,
};

/* All that we know, in the order of the oracle's line. */
static const struct {
    const char *name;
    enum smpp_tag tag;
    unsigned octets; /* 0: as long as it likes */
} tags[] = {
    { "receipted_message_id", SMPP_TAG_RECEIPTED_MESSAGE_ID, 0 },
    { "user_message_reference", SMPP_TAG_USER_MESSAGE_REFERENCE, 2 },
    { "sar_msg_ref_num", SMPP_TAG_SAR_REF, 2 },
    { "sar_total_segments", SMPP_TAG_SAR_TOTAL, 1 },
    { "sar_segment_seqnum", SMPP_TAG_SAR_SEQ, 1 },
    { "sc_interface_version", SMPP_TAG_SC_INTERFACE_VERSION, 1 },
    { "network_error_code", SMPP_TAG_NETWORK_ERROR_CODE, 0 },
    { "message_payload", SMPP_TAG_MESSAGE_PAYLOAD, 0 },
    { "message_state", SMPP_TAG_MESSAGE_STATE, 1 },
    { "ussd_service_op", SMPP_TAG_USSD_SERVICE_OP, 1 },
    { "its_session_info", SMPP_TAG_ITS_SESSION_INFO, 2 },
};
#define TAGS (sizeof tags / sizeof tags[0])

static void put_hex(struct buf *b, struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        buf_printf(b, "%02x", (unsigned char)s.p[i]);
}

static void put_text(struct buf *b, const char *name, struct slice s)
{
    buf_printf(b, " %s=", name);
    put_hex(b, s);
}

static void put_tlv(struct buf *b, const char *name, const struct smpp_pdu *p, enum smpp_tag tag)
{
    struct slice v = S("");

    smpp_tlv_find(p, tag, &v);
    put_text(b, name, v);
}

static void print_fields(struct buf *b, const struct smpp_pdu *p)
{
    buf_printf(b, "cmd=%08x seq=%08x status=%08x", p->command, p->sequence, p->status);
    put_text(b, "service_type", p->service_type);
    buf_printf(b, " source_addr_ton=%02x source_addr_npi=%02x", p->from.ton, p->from.npi);
    put_text(b, "source_addr", p->from.number);
    buf_printf(b, " dest_addr_ton=%02x dest_addr_npi=%02x", p->to.ton, p->to.npi);
    put_text(b, "destination_addr", p->to.number);
    buf_printf(b, " esm_class=%02x protocol_id=%02x priority_flag=%02x", p->esm_class, p->protocol_id,
               p->priority);
    put_text(b, "schedule_delivery_time", p->schedule);
    put_text(b, "validity_period", p->validity);
    buf_printf(b,
               " registered_delivery=%02x replace_if_present_flag=%02x data_coding=%02x "
               "sm_default_msg_id=%02x",
               p->registered, p->replace, p->coding, p->default_message);
    put_text(b, "short_message", p->text);
    put_text(b, "message_id", p->message_id);
    put_text(b, "system_id", p->system_id);
    put_text(b, "password", p->password);
    put_text(b, "system_type", p->system_type);
    buf_printf(b, " interface_version=%02x", p->version);
    for (unsigned i = 0; i < TAGS; i++)
        put_tlv(b, tags[i].name, p, tags[i].tag);
}

static void assert_line(const struct buf *ours, const char *theirs)
{
    if (strncmp(theirs, ours->p, ours->n) != 0 || theirs[ours->n] != '\n')
        fail_msg("we read   %s\nit reads  %s", ours->p, theirs);
}

static void what_net_smpp_writes_we_read_alike(void **state)
{
    static char line[LINE];
    char command[128];
    unsigned n = 0;
    FILE *perl;

    (void)state;
    snprintf(command, sizeof command, "perl %s write %d %d", ORACLE, MANY, SEED);
    perl = popen(command, "r"); /* NOLINT: a fixed command of the test's own */
    assert_non_null(perl);
    while (fgets(line, sizeof line, perl)) {
        char *tab = strchr(line, '\t');
        struct smpp_pdu p;
        struct buf bytes, fields;
        size_t length;

        assert_non_null(tab);
        buf_init(&bytes, SMPP_PDU_MAX);
        buf_init(&fields, LINE);
        for (char *h = line; h + 1 < tab; h += 2)
            buf_char(&bytes, (char)strtol((char[]){ h[0], h[1], '\0' }, NULL, 16));
        assert_int_equal(smpp_frame(buf_slice(&bytes), &length), SMPP_FRAME_WHOLE);
        assert_int_equal(length, bytes.n);
        assert_int_equal(smpp_decode(buf_slice(&bytes), &p), SMPP_OK);
        print_fields(&fields, &p);
        assert_line(&fields, tab + 1);
        buf_free(&bytes);
        buf_free(&fields);
        n++;
    }
    assert_int_equal(pclose(perl), 0);
    assert_int_equal(n, MANY);
}

/* --- the other way --- */

static uint64_t chance = SEED;

static unsigned below(unsigned n)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (unsigned)(chance % n);
}

static struct slice some(char *mem, unsigned max, bool any_octet)
{
    unsigned n = below(max + 1);

    for (unsigned i = 0; i < n; i++)
        mem[i] = (char)(any_octet ? below(256) : 33 + below(90));
    return slice_make(mem, n);
}

struct made {
    char type[8], from[64], to[64], text[256], id[66], system[16], password[9], system_type[13];
    char values[TAGS][4096];
    struct buf tlvs;
    struct smpp_pdu pdu;
};

static void make_tlvs(struct made *m)
{
    for (unsigned i = 0; i < TAGS; i++) {
        if (below(2))
            continue;
        if (tags[i].octets)
            smpp_tlv_put_number(&m->tlvs, tags[i].tag, tags[i].octets, below(1U << 8 * tags[i].octets));
        else
            smpp_tlv_put(&m->tlvs, tags[i].tag, some(m->values[i], 4000, true));
    }
    m->pdu.tlvs = buf_slice(&m->tlvs);
}

static struct smpp_address address(char *mem, unsigned max)
{
    return (struct smpp_address){ (uint8_t)below(256), (uint8_t)below(256), some(mem, max, false) };
}

static void make_message(struct made *m)
{
    struct smpp_pdu *p = &m->pdu;
    bool data = p->command == SMPP_DATA_SM;

    p->service_type = some(m->type, 5, false);
    p->from = address(m->from, data ? 64 : 20);
    p->to = address(m->to, data ? 64 : 20);
    p->esm_class = (uint8_t)below(256);
    p->registered = (uint8_t)below(256);
    p->coding = (uint8_t)below(256);
    if (data)
        return;
    p->protocol_id = (uint8_t)below(256);
    p->priority = (uint8_t)below(256);
    p->replace = (uint8_t)below(256);
    p->default_message = (uint8_t)below(256);
    p->schedule = below(2) ? S("261121090000000+") : S("");
    p->validity = below(2) ? S("000001000000000R") : S("");
    p->text = some(m->text, 254, true);
}

static void make_bind(struct made *m)
{
    struct smpp_pdu *p = &m->pdu;

    p->system_id = some(m->system, 15, false);
    p->password = some(m->password, 8, false);
    p->system_type = some(m->system_type, 12, false);
    p->version = SMPP_VERSION;
    p->from = address(m->from, 40);
}

/* All that we write, and what an SMSC would: the codec is one. */
static void make(struct made *m, unsigned i)
{
    static const uint32_t commands[] = {
        SMPP_SUBMIT_SM,
        SMPP_DELIVER_SM,
        SMPP_DATA_SM,
        SMPP_SUBMIT_SM | SMPP_RESPONSE,
        SMPP_DELIVER_SM | SMPP_RESPONSE,
        SMPP_DATA_SM | SMPP_RESPONSE,
        SMPP_BIND_TRANSCEIVER,
        SMPP_BIND_TRANSMITTER,
        SMPP_BIND_RECEIVER,
        SMPP_ENQUIRE_LINK,
        SMPP_ENQUIRE_LINK | SMPP_RESPONSE,
        SMPP_UNBIND,
        SMPP_UNBIND | SMPP_RESPONSE,
        SMPP_GENERIC_NACK,
    };
    struct smpp_pdu *p = &m->pdu;

    *p = (struct smpp_pdu){ .command = commands[i % (sizeof commands / sizeof commands[0])],
                            .sequence = 1 + below(SMPP_SEQUENCE_MAX) };
    buf_init(&m->tlvs, SMPP_PDU_MAX);
    if (p->command & SMPP_RESPONSE)
        p->status = below(256);
    switch (p->command & ~SMPP_RESPONSE) {
    case SMPP_SUBMIT_SM:
    case SMPP_DELIVER_SM:
    case SMPP_DATA_SM:
        if (p->command & SMPP_RESPONSE)
            p->message_id = some(m->id, 64, false);
        else
            make_message(m);
        make_tlvs(m);
        break;
    case SMPP_BIND_TRANSCEIVER:
    case SMPP_BIND_TRANSMITTER:
    case SMPP_BIND_RECEIVER:
        make_bind(m);
        break;
    default:
        break;
    }
}

static void what_we_write_net_smpp_reads_alike(void **state)
{
    char path[] = "/tmp/kentongan-oracle-XXXXXX", command[160];
    static char line[LINE];
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w"), *perl;
    static struct made m;
    struct buf b;

    (void)state;
    assert_non_null(file);
    buf_init(&b, LINE);
    for (unsigned i = 0; i < MANY; i++) {
        struct buf hex;

        make(&m, i);
        buf_clear(&b);
        assert_true(smpp_encode(&b, &m.pdu));
        buf_init(&hex, LINE);
        put_hex(&hex, buf_slice(&b));
        fprintf(file, "%s\n", hex.p);
        buf_free(&hex);
        buf_free(&m.tlvs);
    }
    fclose(file);
    chance = SEED;
    snprintf(command, sizeof command, "perl %s read < %s", ORACLE, path);
    perl = popen(command, "r"); /* NOLINT: a fixed command of the test's own */
    assert_non_null(perl);
    for (unsigned i = 0; i < MANY; i++) {
        assert_non_null(fgets(line, sizeof line, perl));
        make(&m, i);
        buf_clear(&b);
        print_fields(&b, &m.pdu);
        assert_line(&b, line);
        buf_free(&m.tlvs);
    }
    assert_int_equal(pclose(perl), 0);
    unlink(path);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_net_smpp_writes_we_read_alike),
        cmocka_unit_test(what_we_write_net_smpp_reads_alike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
