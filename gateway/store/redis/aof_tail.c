/* aof_tail.c - see aof_tail.h. */
#include "gateway/store/redis/aof_tail.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct scan {
    const char *p, *end;
    bool wrong; /* not only cut off */
};

/* "*3\r\n", "$5\r\n": false at the end of the file, or when it is something else. */
static bool number(struct scan *s, char kind, int64_t *out)
{
    const char *p = s->p;

    *out = 0;
    if (p < s->end && *p++ != kind)
        return !(s->wrong = true);
    for (; p < s->end && *p >= '0' && *p <= '9' && *out < INT64_C(1) << 40; p++)
        *out = *out * 10 + (*p - '0');
    if (p < s->end && *p != '\r')
        return !(s->wrong = true);
    if (s->end - p < 2)
        return false;
    s->wrong = p[1] != '\n';
    s->p = p + 2;
    return !s->wrong;
}

static bool argument(struct scan *s, const char **text, int64_t *n)
{
    if (!number(s, '$', n) || s->end - s->p < *n + 2)
        return false;
    *text = s->p;
    s->p += *n;
    s->wrong = s->p[0] != '\r' || s->p[1] != '\n';
    s->p += 2;
    return !s->wrong;
}

/* One command; *text and *n: its first word. */
static bool command(struct scan *s, const char **text, int64_t *n)
{
    const char *other;
    int64_t words, length;

    if (!number(s, '*', &words) || !argument(s, text, n))
        return false;
    for (int64_t i = 1; i < words; i++)
        if (!argument(s, &other, &length))
            return false;
    return true;
}

int64_t aof_whole(const char *bytes, size_t size)
{
    struct scan s = { bytes, bytes + size, false };
    int64_t whole = 0;
    bool open = false;

    while (s.p < s.end) {
        const char *text;
        int64_t n;

        if (*s.p == '#') { /* a note of the time */
            const char *line = memchr(s.p, '\n', (size_t)(s.end - s.p));

            if (!line)
                break;
            s.p = line + 1;
        } else if (!command(&s, &text, &n)) {
            break;
        } else if (n == 5 && strncasecmp(text, "MULTI", 5) == 0) {
            open = true;
        } else if (n == 4 && strncasecmp(text, "EXEC", 4) == 0) {
            open = false;
        }
        if (!open)
            whole = s.p - bytes;
    }
    return s.wrong ? -1 : whole;
}

void aof_mend(const char *path)
{
    int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    int64_t whole = -1;
    struct stat st;
    void *bytes;

    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
        bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (bytes != MAP_FAILED) {
            whole = aof_whole(bytes, (size_t)st.st_size);
            munmap(bytes, (size_t)st.st_size);
        }
    }
    if (whole >= 0 && whole < st.st_size && ftruncate(fd, whole) == 0)
        (void)fdatasync(fd);
    close(fd);
}
