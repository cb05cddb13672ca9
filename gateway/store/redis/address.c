/* address.c - see address.h. */
#include "gateway/store/redis/address.h"

#include <event2/util.h>
#include <string.h>
#include <sys/un.h>

int redis_address(const char *address, struct sockaddr_storage *to, socklen_t *n, struct err *err)
{
    struct sockaddr_un *un = (struct sockaddr_un *)to;
    int size = sizeof *to;

    if (strncmp(address, "unix:", 5) == 0) {
        size_t len = strlen(address + 5);

        if (!len || len >= sizeof un->sun_path)
            return err_set(
                err, "redis: the path of the socket must have 1 to %zu bytes: choose a shorter state: folder",
                sizeof un->sun_path - 1);
        un->sun_family = AF_UNIX;
        memcpy(un->sun_path, address + 5, len + 1);
        *n = sizeof *un;
        return 0;
    }
    if (evutil_parse_sockaddr_port(address, (struct sockaddr *)to, &size) != 0)
        return err_set(err, "redis: address must be unix:/path or a numeric address with a port, such as "
                            "127.0.0.1:6379");
    *n = (socklen_t)size;
    return 0;
}
