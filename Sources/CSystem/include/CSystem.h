#ifndef CSYSTEM_H
#define CSYSTEM_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/socket.h>
#ifdef __linux__
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/random.h>
#endif

#include "Spawn.h"

/* Gives freed memory back to the system (malloc.h is not in Swift's Glibc module). Returns 1 when some was given back. */
int csystem_malloc_trim(void);

/* One heap for the loop and one for all other threads; glibc would give each thread its own, which keeps what a burst left
   in it. With one heap for all, the loop and the database wait for each other's allocations: a fifth of a turn's CPU.
   Pieces of up to 160 bytes are kept as they are until memory is given back, instead of being joined at once: 3 % of a turn.
   Pieces of 1 MiB and more are the system's again as soon as they are free; glibc would keep them in the heap after the first. */
void csystem_tune_malloc(void);

/* Unmaps code and constants that stand in the program's and its libraries' files, so that what a start or a burst needed
   once is not kept in memory for us. What is used again comes back from the system's cache of files, 64 KiB at a time. */
void csystem_release_code(void);

/* Gives back what the program's first thread once had on its stack and has no more. For that thread to call; in others it
   does nothing. */
void csystem_release_stack(void);

/* A descriptor that becomes readable when 8 bytes are written to write_end: an eventfd, or a pipe. -1 on failure. */
int csystem_open_wake(int *write_end);

/* Makes a file at least so long, with room on the disk for all of it. 0, or the error's number. */
int csystem_keep_room(int file, long long bytes);

/* accept, non-blocking and closed on exec. -1 and errno on failure. */
int csystem_accept(int listener, struct sockaddr *address, socklen_t *length);

/* Byte loops, in C because they must be fast in every build. */

/* XORs the bytes in place with the WebSocket mask; offset is how many bytes of the frame came before. */
void csystem_unmask(uint8_t *bytes, size_t count, const uint8_t mask[4], size_t offset);

/* Goes on with a check of UTF-8 from state (0 at the start of a text). Returns the new state: 0 between characters,
   CSYSTEM_UTF8_INVALID from the first byte that no text could have there, else within a character. */
#define CSYSTEM_UTF8_INVALID 1u
uint32_t csystem_utf8(uint32_t state, const uint8_t *bytes, size_t count);
#endif
