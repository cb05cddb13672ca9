/* smpp_page.c - see smpp_page.h. */
#include "gateway/ingress/smpp_page.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/stat.h"

enum {
    PAGE_MEMORY = 16384,
    PATIENCE_MS = 10000, /* then the network has ended the session */
    AGAIN_MS = 100,
};

struct page {
    struct smpp_pages *pages; /* NULL: freed meanwhile */
    struct page *next, **at;
    struct smpp_provider *provider;
    struct smpp_link *by;
    struct smpp_caller caller;
    struct slice text, tlvs;
    uint8_t coding;
    bool under_way;
    int64_t until_ms;
    struct loop_timer *again;
    struct arena arena;
};

struct smpp_pages {
    struct loop *loop;
    struct page *first;
};

static void copy_number(struct smpp_address *a, char mem[24], const struct smpp_address *from)
{
    *a = *from;
    a->number = slice_take(from->number, 20);
    if (a->number.n)
        memcpy(mem, a->number.p, a->number.n);
    a->number.p = mem;
}

void smpp_caller_take(struct smpp_caller *c, const struct smpp_ussd *u, const struct smpp_pdu *pdu)
{
    c->ussd = *u;
    copy_number(&c->phone, c->phone_text, &pdu->from);
    copy_number(&c->code, c->code_text, &pdu->to);
}

static void page_free(void *arg)
{
    struct page *p = arg;

    loop_timer_free(p->again);
    arena_free(&p->arena);
    free(p);
}

static void end(struct page *p, const char *how)
{
    struct loop *loop = p->pages->loop;

    *p->at = p->next;
    if (p->next)
        p->next->at = p->at;
    stat_get(STAT_COUNTER, "smpp_ussd_pages_total", "USSD pages by submit_sm, by how they ended.", "outcome",
             how)
        ->value++;
    loop_reap(loop, page_free, p);
}

static void on_sent(void *arg, const struct smpp_result *r);

static void try(struct page *p)
{
    struct smpp_pdu pdu = { .command = SMPP_SUBMIT_SM,
                            .service_type = S("USSD"),
                            .from = p->caller.code,
                            .to = p->caller.phone,
                            .coding = p->coding,
                            .text = p->text,
                            .tlvs = p->tlvs };
    int64_t wait = smpp_provider_wait_ms(p->provider, true);

    p->under_way = !wait && smpp_provider_send(p->provider, p->by, &pdu, on_sent, p);
    if (p->under_way)
        return;
    if (clock_mono_ms() + wait > p->until_ms)
        end(p, "late");
    else
        loop_timer_set(p->again, wait > AGAIN_MS ? wait : AGAIN_MS);
}

static void on_again(void *arg)
{
    try(arg);
}

static void on_sent(void *arg, const struct smpp_result *r)
{
    struct page *p = arg;
    enum smpp_verdict verdict;

    p->under_way = false;
    if (!p->pages) {
        page_free(p);
        return;
    }
    if (r->outcome == SMPP_LOST) {
        end(p, "lost");
        return;
    }
    verdict = smpp_verdict(r->pdu->status);
    if (verdict == SMPP_ACCEPTED)
        end(p, "sent");
    else if (verdict == SMPP_REFUSED)
        end(p, "refused");
    else
        loop_timer_set(p->again, AGAIN_MS);
}

struct smpp_pages *smpp_pages_new(struct loop *loop)
{
    struct smpp_pages *pages = calloc(1, sizeof *pages);

    if (pages)
        pages->loop = loop;
    return pages;
}

static struct slice tlvs_of(const struct smpp_habits *h, struct page *p, bool ends)
{
    struct slice out;
    struct buf b;

    buf_init(&b, SMPP_PDU_MAX);
    smpp_ussd_answer(h->ussd, &p->caller.ussd, ends, &b);
    if (p->text.n > SMPP_SHORT_MAX) {
        smpp_tlv_put(&b, SMPP_TAG_MESSAGE_PAYLOAD, p->text);
        p->text = S("");
    }
    out = arena_copy(&p->arena, buf_slice(&b));
    buf_free(&b);
    return out;
}

void smpp_pages_send(struct smpp_pages *pages, struct smpp_provider *provider, struct smpp_link *by,
                     const struct smpp_caller *caller, struct slice utf8, bool ends)
{
    const struct smpp_habits *h = smpp_provider_habits(provider);
    struct page *p = calloc(1, sizeof *p);

    if (!p)
        return;
    arena_init(&p->arena, PAGE_MEMORY);
    p->pages = pages;
    p->provider = provider;
    p->by = by;
    p->caller = *caller;
    p->caller.phone.number.p = p->caller.phone_text;
    p->caller.code.number.p = p->caller.code_text;
    p->text = smpp_text_encode(&h->codings, arena_copy(&p->arena, utf8), &p->arena, &p->coding);
    p->tlvs = tlvs_of(h, p, ends);
    p->until_ms = clock_mono_ms() + PATIENCE_MS;
    p->again = loop_timer_new(pages->loop, "smpp page", on_again, p);
    if (p->arena.failed || !p->again) {
        page_free(p);
        return;
    }
    p->next = pages->first;
    if (p->next)
        p->next->at = &p->next;
    p->at = &pages->first;
    pages->first = p;
    try(p);
}

void smpp_pages_free(struct smpp_pages *pages)
{
    struct page *p = pages->first, *next;

    for (; p; p = next) {
        next = p->next;
        p->pages = NULL;
        if (!p->under_way)
            page_free(p);
    }
    free(pages);
}
