/* version.h - which version this is: what `git describe` said when it was built. */
#ifndef KENTONGAN_BASE_VERSION_H
#define KENTONGAN_BASE_VERSION_H

extern const char version_text[];

#endif
