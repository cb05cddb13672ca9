/* lane.c - see lane.h. */
#include "gateway/delivery/lane.h"

#include <stdlib.h>

#include "gateway/loop/loop.h"

enum {
    SENDING_MAGIC = 0x6a6f6273
};

void lane_init(struct lane *l, struct provider *home, unsigned number)
{
    *l = (struct lane){ .home = home, .number = number };
    l->last = &l->waiting;
}

/* --- SMS under way --- */

struct sending *sending_from_entry(struct lane *l, const struct entry *e, struct err *why)
{
    struct arena arena;
    struct sending *j;

    arena_init(&arena, LANE_JOB_MEMORY);
    j = ARENA_NEW(&arena, struct sending);
    if (!j || sms_decode(arena_copy(&arena, e->body), &arena, &j->sms, why) != 0 || arena.failed) {
        arena_free(&arena);
        return NULL;
    }
    j->magic = SENDING_MAGIC;
    j->lane = l;
    j->id = arena_copy(&arena, e->id);
    j->attempts = e->attempts;
    j->first_ms = e->first_ms;
    j->recovered = e->recovered;
    j->arena = arena;
    return j;
}

struct sending *sending_from_sms(struct lane *l, const struct sms *sms, int64_t now_ms)
{
    struct arena arena;
    struct sending *j;

    arena_init(&arena, LANE_JOB_MEMORY);
    j = ARENA_NEW(&arena, struct sending);
    if (!j) {
        arena_free(&arena);
        return NULL;
    }
    j->magic = SENDING_MAGIC;
    j->lane = l;
    j->first_ms = now_ms;
    j->sms = (struct lane_sms){ .to = arena_copy(&arena, sms->to),
                                .text = arena_copy(&arena, sms->text),
                                .class = sms->class,
                                .expires_ms = sms->expires_ms };
    j->arena = arena;
    return j;
}

struct sending *sending_of(void *arg)
{
    struct sending *j = arg;

    if (j->magic != SENDING_MAGIC)
        abort();
    return j;
}

void sending_part(struct sending *j)
{
    if (j->straggler)
        j->straggler->heir = j->heir;
    if (j->heir)
        j->heir->straggler = j->straggler;
    j->straggler = j->heir = NULL;
}

struct sending *sending_heir(struct sending *j)
{
    struct arena arena;
    struct sending *heir;

    arena_init(&arena, LANE_JOB_MEMORY);
    heir = ARENA_NEW(&arena, struct sending);
    if (!heir)
        return NULL;
    *heir = *j;
    heir->id = arena_copy(&arena, j->id);
    heir->sms.to = arena_copy(&arena, j->sms.to);
    heir->sms.text = arena_copy(&arena, j->sms.text);
    heir->sms.uuid = arena_copy(&arena, j->sms.uuid);
    heir->sms.nomor = arena_copy(&arena, j->sms.nomor);
    heir->sms.question_provider = arena_copy(&arena, j->sms.question_provider);
    if (arena.failed) {
        arena_free(&arena);
        return NULL;
    }
    heir->next = NULL;
    heir->at = NULL;
    heir->by = NULL;
    heir->smpp = NULL;
    heir->cut = heir->patience = NULL;
    heir->straggler = j;
    heir->arena = arena;
    j->heir = heir;
    j->straggles = true;
    j->expected = false;
    return heir;
}

void sending_free(struct sending *j)
{
    sending_part(j);
    loop_timer_free(j->cut);
    loop_timer_free(j->patience);
    j->magic = 0;
    arena_free(&j->arena); /* it lives in it */
}

/* --- the queue of a lane --- */

void lane_add(struct lane *l, struct sending *j)
{
    j->next = NULL;
    j->queue = l;
    *l->last = j;
    l->last = &j->next;
    l->waiting_n++;
}

enum rank sending_rank(const struct sending *j)
{
    return j->sms.class == SMS_EMERGENCY ? RANK_EMERGENCY : (enum rank)j->lane->number;
}

bool lane_has(const struct lane *l, int64_t now_ms, enum rank least)
{
    for (const struct sending *j = l->waiting; j; j = j->next)
        if (j->due_ms <= now_ms && sending_rank(j) <= least)
            return true;
    return false;
}

static struct sending *take(struct lane *l, struct sending **at)
{
    struct sending *j = *at;

    if (!j)
        return NULL;
    *at = j->next;
    if (l->last == &j->next)
        l->last = at;
    j->next = NULL;
    j->queue = NULL;
    l->waiting_n--;
    return j;
}

struct sending *lane_first(struct lane *l, int64_t now_ms, enum rank least)
{
    struct sending **at = &l->waiting;

    while (*at && ((*at)->due_ms > now_ms || sending_rank(*at) > least))
        at = &(*at)->next;
    return take(l, at);
}

struct sending *lane_find(const struct lane *l, bool (*like)(const struct sending *, const struct sending *),
                          const struct sending *one)
{
    struct sending *j = l->waiting;

    while (j && !like(j, one))
        j = j->next;
    return j;
}

void lane_leave(struct sending *j)
{
    struct sending **at = &j->queue->waiting;

    while (*at != j)
        at = &(*at)->next;
    (void)take(j->queue, at);
}

int64_t lane_due_ms(const struct lane *l)
{
    int64_t due = INT64_MAX;

    for (const struct sending *j = l->waiting; j; j = j->next)
        if (j->due_ms < due)
            due = j->due_ms;
    return due;
}

void lane_clear(struct lane *l)
{
    for (struct sending *j; (j = l->waiting);) {
        l->waiting = j->next;
        sending_free(j);
    }
    l->last = &l->waiting;
    l->waiting_n = 0;
}

/* --- under way --- */

void sending_list(struct sending **head, struct sending *j)
{
    j->next = *head;
    if (j->next)
        j->next->at = &j->next;
    j->at = head;
    *head = j;
}

void sending_unlist(struct sending *j)
{
    if (!j->at)
        return;
    *j->at = j->next;
    if (j->next)
        j->next->at = j->at;
    j->at = NULL;
}
