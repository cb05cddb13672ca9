/* emulator.h - the door to the emulator's inbox: GET /emulator/inbox?msisdn=…&wait=S&after=ID (SPEC 4). */
#ifndef KENTONGAN_INGRESS_EMULATOR_H
#define KENTONGAN_INGRESS_EMULATOR_H

#include "gateway/conf/config.h"
#include "gateway/delivery/inbox.h"
#include "gateway/http/http.h"

struct emulator;

/* inbox may be NULL: the door then says 404. */
struct emulator *emulator_new(struct http *, struct inbox *);
/* Answers at once, or when one more than `after` is there, or when `wait` seconds (60 at most) are over. */
void emulator_inbox(struct emulator *, const struct config *, struct http_request *);
/* Answers all that wait, and from now on at once. */
void emulator_release(struct emulator *);
/* Before http_close(). */
void emulator_free(struct emulator *);

#endif
