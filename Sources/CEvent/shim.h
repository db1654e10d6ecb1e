#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* as the Glibc module of Swift is built, or fd_set differs */
#endif
#include <event2/event.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <event2/util.h>
