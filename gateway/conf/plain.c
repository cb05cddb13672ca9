/* plain.c - see plain.h. */
#include "gateway/conf/plain.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

FILE *plain_open(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    FILE *f;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        f = fdopen(fd, "rb");
        if (!f)
            close(fd);
        return f;
    }
    close(fd);
    errno = 0;
    return NULL;
}

const char *plain_why(int error)
{
    return error ? strerror(error) : "it is no plain file";
}
