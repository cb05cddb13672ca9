/* admission.c - see admission.h. */
#include "gateway/ingress/admission.h"

#include <arpa/inet.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/msisdn.h"

enum {
    SENDER_SETS = 4096,
    SENDER_WAYS = 8,
    REPLAY_SETS = 8192,
    REPLAY_WAYS = 8,
    SIGNATURE_HEX = 64,
};

struct admission_path admission_path(struct slice path)
{
    static const struct {
        const char *prefix;
        enum door door;
    } doors[] = { { "/sms/", DOOR_SMS }, { "/ussd/", DOOR_USSD }, { "/dlr/", DOOR_DLR } };
    struct admission_path out = { .door = DOOR_NONE };

    if (slice_is(path, "/emulator/inbox"))
        out.door = DOOR_INBOX;
    for (unsigned i = 0; i < sizeof doors / sizeof doors[0]; i++)
        if (slice_starts(path, doors[i].prefix)) {
            path = slice_skip(path, strlen(doors[i].prefix));
            out.door = doors[i].door;
            out.provider = slice_cut(&path, '/');
            out.token = path;
        }
    return out;
}

/* Cuts the last part off. */
static struct slice last_part(struct slice *path)
{
    size_t n = path->n;
    struct slice part;

    while (n > 0 && path->p[n - 1] != '/')
        n--;
    part = slice_skip(*path, n);
    *path = slice_take(*path, n ? n - 1 : 0);
    return part;
}

void admission_calls(struct admission_path *path)
{
    path->call = last_part(&path->token);
    path->session = last_part(&path->token);
}

static bool address_bytes(struct slice s, unsigned char out[16], unsigned *bits)
{
    char text[64];

    if (s.n >= sizeof text)
        return false;
    memcpy(text, s.p ? s.p : "", s.n);
    text[s.n] = '\0';
    *bits = 32;
    if (inet_pton(AF_INET, text, out) == 1)
        return true;
    *bits = 128;
    return inet_pton(AF_INET6, text, out) == 1;
}

bool admission_in_network(struct slice peer, struct slice network)
{
    unsigned char a[16], b[16];
    unsigned bits_a, bits_b;
    struct slice host = slice_cut(&network, '/');
    uint64_t bits;

    if (!address_bytes(peer, a, &bits_a) || !address_bytes(host, b, &bits_b) || bits_a != bits_b)
        return false;
    bits = bits_a;
    if (network.n && (!slice_to_u64(network, &bits) || bits > bits_a))
        return false;
    for (unsigned i = 0; i < bits; i++)
        if ((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1)
            return false;
    return true;
}

static bool is_loopback(struct slice peer)
{
    return admission_in_network(peer, S("127.0.0.0/8")) || slice_is(peer, "::1");
}

/* Takes as long for a wrong first letter as for a wrong last one. */
static bool token_is(struct slice token, struct slice wanted)
{
    uint8_t a[SHA256_DIGEST_SIZE], b[SHA256_DIGEST_SIZE];
    struct sha256_ctx ctx;

    sha256_init(&ctx);
    sha256_update(&ctx, token.n, (const uint8_t *)token.p);
    sha256_digest(&ctx, sizeof a, a);
    sha256_update(&ctx, wanted.n, (const uint8_t *)wanted.p);
    sha256_digest(&ctx, sizeof b, b);
    return memeql_sec(a, b, sizeof a) != 0;
}

static bool listed(struct slice address, const struct slice *list, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (admission_in_network(address, list[i]))
            return true;
    return false;
}

struct admission_caller admission_caller(const struct config *c, struct slice peer,
                                         struct slice forwarded_for, bool forwarded)
{
    struct admission_caller caller = { .address = peer, .forwarded = forwarded };
    bool trusted = listed(peer, c->proxies, c->proxies_n);

    if (!trusted) {
        if (forwarded && is_loopback(peer))
            caller.address = slice_make("", 0);
        return caller;
    }
    caller.forwarded = true;
    do {
        size_t n = forwarded_for.n;

        while (n > 0 && forwarded_for.p[n - 1] != ',')
            n--;
        caller.address = slice_trim(slice_skip(forwarded_for, n));
        forwarded_for = slice_take(forwarded_for, n ? n - 1 : 0);
    } while (forwarded_for.n && listed(caller.address, c->proxies, c->proxies_n));
    return caller;
}

/* From where, by the table of admission.h. */
static bool may_call_from(const struct provider_conf *p, struct slice address)
{
    if (slice_is(p->dialect, "emulator") && !is_loopback(address))
        return false;
    if (p->allow_n)
        return listed(address, p->allow, p->allow_n);
    if (p->token.n || config_signs(p))
        return true;
    return is_loopback(address);
}

enum reason admission_check(const struct provider_conf *p, const struct admission_caller *who,
                            struct slice token)
{
    if (!may_call_from(p, who->address) || (who->forwarded && slice_is(p->dialect, "emulator")))
        return REASON_bad_address;
    if (p->token.n ? !token_is(token, p->token) : token.n > 0)
        return REASON_bad_token;
    return REASON_accepted;
}

bool admission_welcomes(const struct config *c, struct slice peer)
{
    if (listed(peer, c->proxies, c->proxies_n))
        return true;
    for (unsigned i = 0; i < c->providers_n; i++)
        if (!slice_is(c->providers[i].dialect, "smpp") && may_call_from(&c->providers[i], peer))
            return true;
    return false;
}

void admission_complete(struct inbound *in, const struct provider_conf *p, int64_t now_ms, struct arena *a)
{
    struct msisdn number;

    in->provider = p->name;
    in->received_ms = now_ms;
    in->from_is_msisdn = msisdn_parse(in->from, &number);
    if (in->from_is_msisdn)
        in->from = arena_copy(a, msisdn_slice(&number));
    if (in->kind == INBOUND_USSD)
        in->provider_id = slice_make("", 0);
}

/* --- rates --- */

struct bucket {
    uint64_t who; /* 0: free */
    int64_t at_ms;
    int64_t tokens; /* thousandths of a message */
};

struct rates {
    struct bucket sender[SENDER_SETS][SENDER_WAYS];
    struct bucket provider[CONFIG_PROVIDERS];
};

struct rates *rates_new(void)
{
    return calloc(1, sizeof(struct rates));
}

void rates_free(struct rates *r)
{
    free(r);
}

/* The bucket of that one; else of the one that was seen longest ago, now its own and full. */
static struct bucket *bucket_of(struct bucket *set, unsigned n, uint64_t who, unsigned per_minute,
                                int64_t now)
{
    int64_t full = (int64_t)per_minute * 1000;
    struct bucket *b = set;

    for (unsigned i = 0; i < n && b->who != who; i++)
        if (set[i].who == who || set[i].at_ms < b->at_ms)
            b = &set[i];
    if (b->who != who) {
        *b = (struct bucket){ .who = who, .at_ms = now, .tokens = full };
        return b;
    }
    b->tokens += (now - b->at_ms) * per_minute / 60;
    b->at_ms = now;
    if (b->tokens > full)
        b->tokens = full;
    return b;
}

/* A USSD dialogue that began goes on: who answers its third page may be saying that somebody bleeds. */
static bool is_free(const struct inbound *in)
{
    return in->kind == INBOUND_DLR || (in->kind == INBOUND_USSD && in->op != USSD_BEGIN);
}

bool rates_take(struct rates *r, const struct config *c, const struct inbound *in, int64_t now)
{
    uint64_t who = slice_hash(in->from) | 1, via = slice_hash(in->provider) | 1;
    struct bucket *s = NULL, *p = NULL;

    if (is_free(in))
        return true;
    if (c->per_sender)
        s = bucket_of(r->sender[(who >> 1) % SENDER_SETS], SENDER_WAYS, who, c->per_sender, now);
    if (c->per_provider)
        p = bucket_of(r->provider, CONFIG_PROVIDERS, via, c->per_provider, now);
    if ((s && s->tokens < 1000) || (p && p->tokens < 1000))
        return false;
    if (s)
        s->tokens -= 1000;
    if (p)
        p->tokens -= 1000;
    return true;
}

/* --- signed requests are taken once --- */

struct replays {
    struct seen {
        uint64_t key;
        int64_t until_ms; /* 0 = free */
        bool taken;
    } seen[REPLAY_SETS][REPLAY_WAYS];
};

struct replays *replays_new(void)
{
    return calloc(1, sizeof(struct replays));
}

void replays_free(struct replays *r)
{
    free(r);
}

uint64_t replays_key(struct slice provider, struct slice signature)
{
    char hex[SIGNATURE_HEX];
    size_t n = 0;

    signature = slice_trim(signature);
    if (signature.n > SIGNATURE_HEX)
        signature = slice_skip(signature, signature.n - SIGNATURE_HEX);
    for (; n < signature.n; n++)
        hex[n] =
            signature.p[n] >= 'A' && signature.p[n] <= 'F' ? (char)(signature.p[n] + 32) : signature.p[n];
    return slice_hash(slice_make(hex, n)) ^ slice_hash(provider) << 1;
}

enum replay replays_take(struct replays *r, uint64_t key, int64_t now, int64_t life)
{
    struct seen *set = r->seen[key % REPLAY_SETS], *out = set;

    for (unsigned i = 0; i < REPLAY_WAYS; i++) {
        if (set[i].key == key && set[i].until_ms > now)
            return set[i].taken ? REPLAY_TAKEN : REPLAY_UNDER_WAY;
        if (set[i].until_ms < out->until_ms)
            out = &set[i];
    }
    *out = (struct seen){ .key = key, .until_ms = now + life };
    return REPLAY_FRESH;
}

void replays_end(struct replays *r, uint64_t key, bool taken)
{
    struct seen *set = r->seen[key % REPLAY_SETS];

    for (unsigned i = 0; i < REPLAY_WAYS; i++) {
        if (set[i].key != key)
            continue;
        set[i].taken = taken;
        if (!taken)
            set[i].until_ms = 0;
    }
}
