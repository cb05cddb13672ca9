/* unmeasured.h - words that say why there is no value, or only guess at it (SPEC 2.2). */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_VALUES_UNMEASURED_H
#define KENTONGAN_FLOWS_UNDERSTAND_VALUES_UNMEASURED_H

#include "gateway/base/arena.h"
#include "gateway/model/report.h"
#include "gateway/model/ruleset.h"

/* The text says only that there is no value: `tidak`, `belum diukur`, `kosong`. */
bool understand_says_none(const struct ruleset *, struct slice text, struct arena *);

/* Why a text without a number does not answer what is asked: it cannot be measured, or will be yet. */
enum unmeasured {
    UNMEASURED_NOT,    /* it says nothing of the kind */
    UNMEASURED_CANNOT, /* `tensimeternya rusak`, `anaknya ga mau ditimbang`: of measures alone */
    UNMEASURED_YET,    /* `nanti ya bu`, `belum tahu` */
};

/* Its value comes from a device. */
bool understand_is_measure(const struct field *);
/* asked: the field; NULL: none. */
enum unmeasured understand_unmeasured(const struct ruleset *, const struct field *asked, struct slice text,
                                      struct arena *);
/* `gak tau umurnya, kira kira 4 bulan`: what is guessed, as a guess; else the text. */
struct slice understand_estimated(const struct ruleset *, struct slice text, struct arena *);

#endif
