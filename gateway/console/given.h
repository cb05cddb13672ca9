/* given.h - what every question is given beside the parameters of its address. */
#ifndef KENTONGAN_CONSOLE_GIVEN_H
#define KENTONGAN_CONSOLE_GIVEN_H

#include "gateway/console/request.h"

/* Adds _e1 _e2 _e3 _verify (clocks in ms), _week (the epidemiological week that is over), _bulan and _lalu
 * (the month asked for or this one, and the one before), and what `cari` is: _nomor, _dari, or _match for
 * FTS5; _kata likewise of `kata`; _kecamatan or _desa, what `desa` is. */
void given_add(struct request *);

#endif
