/* dns.c - LD_PRELOAD: while the file $DNS_HANG_FLAG exists, the resolver says nothing of any name (of numbers
 * it does), as when the name server of the telco's network is gone. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef int resolve_f(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static int hangs(const char *name)
{
    const char *flag = getenv("DNS_HANG_FLAG");
    struct in6_addr number;
    struct stat st;

    return name && flag && inet_pton(AF_INET, name, &number) != 1 &&
           inet_pton(AF_INET6, name, &number) != 1 && stat(flag, &st) == 0;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
    static resolve_f *real;

    while (hangs(name))
        usleep(50000);
    if (!real)
        real = (resolve_f *)dlsym(RTLD_NEXT, "getaddrinfo");
    return real(name, service, hints, out);
}
