/* private.h - what audit.c tells store.c. */
#ifndef KENTONGAN_STORE_PRIVATE_H
#define KENTONGAN_STORE_PRIVATE_H

#include "gateway/store/redis/shared.h"

/* audit.c */
struct audit *audit_new(struct store *);
void audit_up(struct store *);
void audit_free(struct audit *);

#endif
