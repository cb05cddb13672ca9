/* people_desk.h - what the operator asks and orders about people (`kentongan people`), carried out in the
 * gateway. */
#ifndef KENTONGAN_PEOPLE_DESK_H
#define KENTONGAN_PEOPLE_DESK_H

#include "gateway/desk.h"

/* words: "export", "approve NOMOR", "retire NUMBER", "put msisdn,role,name,place,language,active,leader". */
desk_fn people_desk;

#endif
