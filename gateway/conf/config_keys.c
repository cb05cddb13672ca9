/* config_keys.c - the table of keys (config_keys.def) as data. */
#include <stddef.h>

#include "gateway/conf/config_value.h"

#define OF_TOP(m)       offsetof(struct config, m)
#define OF_REDIS(m)     offsetof(struct config, m)
#define OF_LIMITS(m)    offsetof(struct config, m)
#define OF_PROVIDER(m)  offsetof(struct provider_conf, m)
#define OF_SEND(m)      offsetof(struct send_conf, m)
#define OF_SINK(m)      offsetof(struct sink_conf, m)
#define OF_SEND_AS(m)   offsetof(struct shape, m)
#define OF_SMS(m)       OF_SEND_AS(m)
#define OF_USSD(m)      OF_SEND_AS(m)
#define OF_DLR(m)       OF_SEND_AS(m)
#define OF_ANSWER(m)    OF_SEND_AS(m)
#define OF_SIGNATURE(m) OF_SEND_AS(m)

const struct key config_keys[] = {
#define KEY(section, name, type, member, min, max, fallback, prose)                                          \
    { SECTION_##section, name, KEY_##type, OF_##section(member), min, max, fallback, prose },
#include "gateway/conf/config_keys.def"
#undef KEY
};

const size_t config_keys_n = sizeof config_keys / sizeof *config_keys;
