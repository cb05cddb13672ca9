/* address.h - where Redis listens. */
#ifndef KENTONGAN_STORE_REDIS_ADDRESS_H
#define KENTONGAN_STORE_REDIS_ADDRESS_H

#include <sys/socket.h>

#include "gateway/base/err.h"

/* Reads "unix:/path" or a numeric address with a port ("127.0.0.1:6379", "[::1]:6379"). */
int redis_address(const char *address, struct sockaddr_storage *to, socklen_t *n, struct err *) MUST_CHECK;

#endif
