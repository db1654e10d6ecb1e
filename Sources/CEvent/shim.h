#include <sys/types.h> /* first: libevent defines _GNU_SOURCE, and fd_set would differ from the Glibc module of Swift */
#include <event2/event.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <event2/util.h>
