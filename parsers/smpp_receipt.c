/* smpp_receipt.c - see smpp_receipt.h. */
#include "parsers/smpp_receipt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* message_state, and the words that stand for it in texts; only the first five letters of those are read. */
static const struct {
    const char *word, *ours;
    uint32_t state;
    bool final;
} states[] = {
    { "ENROUTE", "buffered", 1, false }, { "DELIVRD", "delivered", 2, true },
    { "EXPIRED", "failed", 3, true },    { "DELETED", "failed", 4, true },
    { "UNDELIV", "failed", 5, true },    { "ACCEPTD", "accepted", 6, false },
    { "UNKNOWN", "failed", 7, true },    { "REJECTD", "rejected", 8, true },
};

enum {
    STATES = sizeof states / sizeof states[0],
    WORD = 5,
};

static void by_number(uint32_t n, struct smpp_receipt *r)
{
    for (unsigned i = 0; i < STATES; i++)
        if (states[i].state == n) {
            r->state = states[i].ours;
            r->final = states[i].final;
        }
}

static void by_word(struct slice word, struct smpp_receipt *r)
{
    for (unsigned i = 0; i < STATES; i++)
        if (word.n >= WORD && slice_ieq(slice_take(word, WORD), slice_make(states[i].word, WORD))) {
            r->state = states[i].ours;
            r->final = states[i].final;
        }
}

/* The word behind `key:`, wherever it stands; keys are found at the beginning and behind a blank. */
static struct slice field(struct slice text, const char *key)
{
    size_t n = strlen(key);

    for (size_t i = 0; i + n <= text.n; i++) {
        struct slice here = slice_skip(text, i), value;

        if ((i > 0 && text.p[i - 1] != ' ') || !slice_ieq(slice_take(here, n), slice_of(key)))
            continue;
        value = slice_skip(here, n);
        while (value.n && value.p[0] == ' ')
            value = slice_skip(value, 1);
        here = slice_cut(&value, ' ');
        return here;
    }
    return slice_make("", 0);
}

/* Some SMSCs end TLV strings in a NUL, some do not. */
static struct slice cstring(struct slice s)
{
    return slice_cut(&s, '\0');
}

/* Does it begin as receipts do, and tell a state? */
static bool has_shape(struct slice text)
{
    static const char *const keys[] = {
        "id:", "sub:", "dlvrd:", "submit date:", "done date:", "stat:", "err:"
    };
    struct smpp_receipt r = { .state = NULL };

    text = slice_trim(text);
    by_word(field(text, "stat:"), &r);
    for (size_t i = 0; r.state && i < sizeof keys / sizeof *keys; i++)
        if (slice_ieq(slice_take(text, strlen(keys[i])), slice_of(keys[i])))
            return true;
    return false;
}

bool smpp_receipt_read(const struct smpp_pdu *pdu, struct smpp_receipt *r)
{
    unsigned type = pdu->esm_class & SMPP_ESM_TYPE;
    bool flag = type == SMPP_ESM_RECEIPT || type == SMPP_ESM_INTERMEDIATE;
    struct slice text = smpp_payload(pdu), id = slice_make("", 0);
    bool shaped = has_shape(text), empty = slice_trim(text).n == 0;

    *r = (struct smpp_receipt){ .state = NULL };
    if (smpp_tlv_find(pdu, SMPP_TAG_RECEIPTED_MESSAGE_ID, &id))
        id = cstring(id);
    if (!shaped && !flag && !(id.n && empty))
        return false;
    r->sure = shaped || empty;
    r->id = id.n ? id : field(text, "id:");
    by_number(smpp_tlv_number(pdu, SMPP_TAG_MESSAGE_STATE, 0), r);
    if (!r->state)
        by_word(field(text, "stat:"), r);
    if (!r->state)
        r->state = "accepted"; /* of all that it may mean, what changes least */
    if (type == SMPP_ESM_INTERMEDIATE)
        r->final = false;
    return true;
}

/* --- ids --- */

void smpp_id_canonical(struct slice id, char out[SMPP_ID_MAX + 1])
{
    size_t n = 0;

    while (id.n > 1 && id.p[0] == '0')
        id = slice_skip(id, 1);
    for (; n < id.n && n < SMPP_ID_MAX; n++)
        out[n] = (char)(id.p[n] >= 'A' && id.p[n] <= 'Z' ? id.p[n] + 32 : id.p[n]);
    out[n] = '\0';
}

static bool as_number(const char *s, int base, uint64_t *out)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t v = 0;

    if (!*s)
        return false;
    for (; *s; s++) {
        const char *d = strchr(digits, *s);

        if (!d || d - digits >= base || v > (UINT64_MAX - 15) / (unsigned)base)
            return false;
        v = v * (unsigned)base + (uint64_t)(d - digits);
    }
    *out = v;
    return true;
}

void smpp_receipt_ids(struct slice id, struct smpp_ids *ids)
{
    uint64_t v;

    smpp_id_canonical(id, ids->text[0]);
    ids->n = 1;
    if (as_number(ids->text[0], 16, &v)) {
        snprintf(ids->text[ids->n], sizeof ids->text[0], "%llu", (unsigned long long)v);
        ids->n += strcmp(ids->text[ids->n], ids->text[0]) != 0;
    }
    if (as_number(ids->text[0], 10, &v)) {
        snprintf(ids->text[ids->n], sizeof ids->text[0], "%llx", (unsigned long long)v);
        ids->n += strcmp(ids->text[ids->n], ids->text[0]) != 0;
    }
}
