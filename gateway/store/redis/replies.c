/* replies.c - see replies.h.  The functions are what hiredis calls to make the objects of a reply: read.h. */
#include "gateway/store/redis/replies.h"

#if HIREDIS_MAJOR < 1
typedef int elements_n;
#else
typedef size_t elements_n;
#endif

/* Of the task's type, in the place of its parent where it has one. */
static redisReply *make(const redisReadTask *task)
{
    redisReply *r = ARENA_NEW((struct arena *)task->privdata, redisReply);

    if (!r)
        return NULL;
    r->type = task->type;
    if (task->parent)
        ((redisReply *)task->parent->obj)->element[task->idx] = r;
    return r;
}

static void *make_string(const redisReadTask *task, char *p, size_t n)
{
    redisReply *r = make(task);
    struct slice s = arena_copy(task->privdata, slice_make(p, n));

    if (!r || ((struct arena *)task->privdata)->failed)
        return NULL;
    r->str = (char *)(uintptr_t)s.p;
    r->len = s.n;
    return r;
}

static void *make_array(const redisReadTask *task, elements_n n)
{
    redisReply *r = make(task);

    if (!r)
        return NULL;
    r->elements = (size_t)n;
    r->element = n > 0 ? ARENA_ARRAY((struct arena *)task->privdata, redisReply *, (size_t)n) : NULL;
    return r->element || n == 0 ? r : NULL;
}

static void *make_integer(const redisReadTask *task, long long v)
{
    redisReply *r = make(task);

    if (r)
        r->integer = v;
    return r;
}

/* In the place of a string or an array, as whose it is announced. */
static void *make_nil(const redisReadTask *task)
{
    redisReply *r = make(task);

    if (r)
        r->type = REDIS_REPLY_NIL;
    return r;
}

static void leave(void *object)
{
    (void)object; /* goes with its arena */
}

redisReader *replies_reader(struct arena *a)
{
    static const redisReplyObjectFunctions functions = {
        .createString = make_string,
        .createArray = make_array,
        .createInteger = make_integer,
        .createNil = make_nil,
        .freeObject = leave,
    };
    redisReader *reader =
        redisReaderCreateWithFunctions((redisReplyObjectFunctions *)(uintptr_t)&functions); /* read only */

    if (reader)
        redisReaderSetPrivdata(reader, a);
    return reader;
}
