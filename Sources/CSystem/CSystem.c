#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* accept4 */
#endif
#include "CSystem.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
int csystem_malloc_trim(void) { return malloc_trim(0); }
void csystem_tune_malloc(void) {
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MXFAST, 20 * sizeof(void *)); /* the most that it takes */
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 2 << 20);
}
#else
int csystem_malloc_trim(void) { return 0; }
void csystem_tune_malloc(void) {}
#endif

#ifdef __linux__
#include <link.h>
#include <sys/mman.h>

static int release_readable_parts(struct dl_phdr_info *object, size_t size, void *unused) {
    (void)size, (void)unused;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        /* What can be written may have been changed, by the loader or by us: it is nowhere else. */
        if (part->p_type != PT_LOAD || part->p_flags & PF_W) continue;
        uintptr_t start = (object->dlpi_addr + part->p_vaddr + page - 1) & ~(page - 1);
        uintptr_t end = (object->dlpi_addr + part->p_vaddr + part->p_filesz) & ~(page - 1);
        if (start < end) madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void csystem_release_code(void) { dl_iterate_phdr(release_readable_parts, NULL); }

void csystem_release_stack(void) {
    char here;
    /* Other threads' stacks have neighbours; below this one the system leaves 128 MiB free. */
    if (gettid() != getpid()) return;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), depth = 512 << 10;
    /* Two pages more than needed: this call and a signal's handler write there. */
    uintptr_t end = ((uintptr_t)&here & ~(page - 1)) - 2 * page;
    madvise((void *)(end - depth), depth, MADV_DONTNEED);
}
#else
void csystem_release_code(void) {}
void csystem_release_stack(void) {}
#endif

int csystem_keep_room(int file, long long bytes) {
    if (bytes <= 0) return 0;
#ifdef __APPLE__
    fstore_t wish = {F_ALLOCATEALL, F_PEOFPOSMODE, 0, bytes, 0};
    return fcntl(file, F_PREALLOCATE, &wish) == -1 || ftruncate(file, bytes) == -1 ? errno : 0;
#else
    return posix_fallocate(file, 0, bytes);
#endif
}

#ifdef __linux__
int csystem_open_wake(int *write_end) { return *write_end = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

int csystem_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
#else
static int prepared(int descriptor) {
    if (descriptor >= 0) {
        fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
        fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }
    return descriptor;
}

int csystem_open_wake(int *write_end) {
    int ends[2];
    if (pipe(ends) != 0) return -1;
    *write_end = prepared(ends[1]);
    return prepared(ends[0]);
}

int csystem_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return prepared(accept(listener, address, length));
}
#endif

void csystem_unmask(uint8_t *bytes, size_t count, const uint8_t mask[4], size_t offset) {
    uint8_t turned[8];
    for (size_t i = 0; i < 8; i++) turned[i] = mask[(offset + i) & 3];
    uint64_t wide, eight;
    memcpy(&wide, turned, 8);
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        memcpy(&eight, bytes + i, 8);
        eight ^= wide;
        memcpy(bytes + i, &eight, 8);
    }
    for (; i < count; i++) bytes[i] ^= turned[i & 7];
}

/* Within a character the state is: bytes still to come, then the lowest and the highest value the next one may have. */
#define WITHIN(left, low, high) ((uint32_t)(left) << 16 | (uint32_t)(low) << 8 | (uint32_t)(high))

static uint32_t after_first_byte(uint8_t byte) {
    if (byte < 0x80) return 0;
    if (byte < 0xC2) return CSYSTEM_UTF8_INVALID;
    if (byte < 0xE0) return WITHIN(1, 0x80, 0xBF);
    if (byte == 0xE0) return WITHIN(2, 0xA0, 0xBF);
    if (byte == 0xED) return WITHIN(2, 0x80, 0x9F);
    if (byte < 0xF0) return WITHIN(2, 0x80, 0xBF);
    if (byte == 0xF0) return WITHIN(3, 0x90, 0xBF);
    if (byte < 0xF4) return WITHIN(3, 0x80, 0xBF);
    if (byte == 0xF4) return WITHIN(3, 0x80, 0x8F);
    return CSYSTEM_UTF8_INVALID;
}

uint32_t csystem_utf8(uint32_t state, const uint8_t *bytes, size_t count) {
    size_t i = 0;
    while (i < count && state != CSYSTEM_UTF8_INVALID) {
        if (state == 0) {
            uint64_t eight;
            while (i + 8 <= count) {
                memcpy(&eight, bytes + i, 8);
                if (eight & 0x8080808080808080u) break;
                i += 8;
            }
            if (i < count) state = after_first_byte(bytes[i++]);
        } else {
            uint8_t byte = bytes[i++];
            uint32_t left = state >> 16;
            if (byte < (state >> 8 & 0xFF) || byte > (state & 0xFF)) state = CSYSTEM_UTF8_INVALID;
            else state = left > 1 ? WITHIN(left - 1, 0x80, 0xBF) : 0;
        }
    }
    return state;
}
