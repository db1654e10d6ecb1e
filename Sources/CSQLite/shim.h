#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* as the Glibc module of Swift is built, or fd_set differs */
#endif
#include <sqlite3.h>
