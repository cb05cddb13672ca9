/* secret.c - see secret.h. */
#include "gateway/conf/secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/conf/plain.h"

enum {
    MOST = 512,
};

bool secret_file_check(const char *path, const char *what, struct mark at, struct faults *faults)
{
    struct stat st;

    if (stat(path, &st) != 0) {
        fault_add(faults, at, "\"%s\": %s cannot be read: %s", what, path, strerror(errno));
        return false;
    }
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        fault_warn(faults, at, "%s can be read by others: chmod 600 %s", path, path);
    if (st.st_uid != geteuid() && st.st_uid != 0)
        fault_warn(faults, at, "%s belongs to another user, who can change it: chown it", path);
    return true;
}

struct slice secret_load(const char *path, const char *what, struct mark at, struct arena *arena,
                         struct faults *faults)
{
    struct slice s = S("");
    char line[1024];
    FILE *f;

    if (!secret_file_check(path, what, at, faults))
        return s;
    f = plain_open(path);
    if (!f || !fgets(line, sizeof line, f)) {
        fault_add(faults, at, "\"%s\": %s %s", what, path, f ? "is empty" : "cannot be read");
    } else {
        s = slice_trim(slice_of(line));
        if (s.n == 0 || s.n > MOST) {
            fault_add(faults, at, "\"%s\": the first line of %s is empty or over %d characters", what, path,
                      MOST);
            s = S("");
        } else {
            s = arena_copy(arena, s);
        }
    }
    if (f)
        fclose(f);
    explicit_bzero(line, sizeof line);
    return s;
}
