/* Many WebSocket clients in one process.

     client PORT rate  N SECONDS METHOD PARAMS TOKEN   requests a second, one under way on each of N connections
     client PORT echo  N SECONDS - - -                 64-byte round trips a second against an echo at /ws
     client PORT hold  N SECONDS - - TOKEN             logs N clients in and keeps them; prints "ready"
     client PORT turns N SECONDS - - TOKEN             turns a second, one under way in each of N sessions; p50 and p99 in ms
     client PORT first 1 0 - - TOKEN                   waits for the gateway; the moment of the first answer, CLOCK_MONOTONIC in s
     client PORT crowd N SECONDS - - TOKEN             the same, each session written to by a client of its own, who sees them all
     client PORT watch N SECONDS - - TOKEN             logs N clients in, counts the events they get: "events COUNT"

   With TOKEN "-" no login is sent (echo). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { UPGRADING, CHALLENGED, LOGGING_IN, READY };
/* As in the design's figures: 200 turns in 20 sessions. */
enum { TURNS_A_SESSION = 10 };

struct peer { int fd, state; size_t have, cap; char *in; double sent; long serial; };
/* One conversation: who writes in it, and the turn under way. */
struct session { struct peer *writer; double sent; long serial; };

static const char *mode, *method, *params, *token;
static int ready_count, wanted, peer_count, measuring;
static struct session *sessions;
static long answers, events;
static double *latencies;
static size_t latency_count, latency_cap;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void send_all(int fd, const char *data, size_t n) {
    while (n) {
        ssize_t w = send(fd, data, n, MSG_NOSIGNAL);
        if (w < 0 && (errno == EAGAIN || errno == EINTR)) { usleep(100); continue; }
        if (w <= 0) return;
        data += w, n -= w;
    }
}

static void send_text(struct peer *p, const char *text) {
    size_t n = strlen(text), at = 2;
    static char frame[1 << 16];
    frame[0] = (char)0x81;
    if (n < 126) frame[1] = (char)(0x80 | n);
    else { frame[1] = (char)(0x80 | 126); frame[2] = (char)(n >> 8); frame[3] = (char)n; at = 4; }
    memset(frame + at, 0, 4); /* a mask of zeros leaves the text as it is */
    memcpy(frame + at + 4, text, n);
    send_all(p->fd, frame, at + 4 + n);
}

static int has_turns(void) { return !strcmp(mode, "turns") || !strcmp(mode, "crowd") || !strcmp(mode, "first"); }

static void next_turn(struct session *session) {
    char text[1024];
    int index = session - sessions;
    session->sent = now();
    session->serial++;
    snprintf(text, sizeof text, "{\"type\":\"req\",\"id\":\"t%d-%ld\",\"method\":\"chat.send\",\"params\":{\"sessionKey\":"
             "\"agent:main:bench-%d-%ld\",\"message\":\"hi\",\"deliver\":false,\"idempotencyKey\":\"b-%d-%d-%ld\"}}",
             index, session->serial, index, (session->serial - 1) / TURNS_A_SESSION, getpid(), index, session->serial);
    send_text(session->writer, text);
}

static void next_request(struct peer *p) {
    char text[8192];
    p->sent = now();
    p->serial++;
    if (!strcmp(mode, "echo")) return send_text(p, "0123456789012345678901234567890123456789012345678901234567890123");
    snprintf(text, sizeof text, "{\"type\":\"req\",\"id\":\"r%ld\",\"method\":\"%s\",\"params\":%s}", p->serial, method, params);
    send_text(p, text);
}

static void note_latency(double seconds) {
    if (latency_count == latency_cap) latencies = realloc(latencies, (latency_cap = latency_cap * 2 + 1024) * sizeof *latencies);
    latencies[latency_count++] = seconds;
}

static void got_ready(struct peer *p) {
    p->state = READY;
    if (++ready_count == peer_count && (!strcmp(mode, "hold") || !strcmp(mode, "watch"))) { printf("ready\n"); fflush(stdout); }
    if (has_turns()) {
        for (int i = 0; i < wanted; i++) if (sessions[i].writer == p) next_turn(&sessions[i]);
    } else if (strcmp(mode, "hold") && strcmp(mode, "watch")) next_request(p);
}

static void got_frame(struct peer *p, const char *text, size_t n) {
    if (p->state == CHALLENGED) {
        if (!strcmp(token, "-")) return got_ready(p);
        char connect[1024];
        snprintf(connect, sizeof connect, "{\"type\":\"req\",\"id\":\"c\",\"method\":\"connect\",\"params\":{\"minProtocol\":4,"
                 "\"maxProtocol\":4,\"client\":{\"id\":\"gateway-client\",\"version\":\"1\",\"platform\":\"linux\",\"mode\":\"backend\"},"
                 "\"role\":\"operator\",\"scopes\":[\"operator.admin\"],\"caps\":[],\"auth\":{\"token\":\"%s\"}}}", token);
        send_text(p, connect);
        p->state = LOGGING_IN;
    } else if (p->state == LOGGING_IN) {
        if (memmem(text, n < 80 ? n : 80, "\"type\":\"res\"", 12)) {
            if (!memmem(text, n < 120 ? n : 120, "\"ok\":true", 9)) { fprintf(stderr, "refused: %.*s\n", (int)(n < 300 ? n : 300), text); exit(1); }
            got_ready(p);
        }
    } else if (!strcmp(mode, "watch")) {
        if (measuring) events++;
    } else if (has_turns()) {
        char key[32];
        int length = snprintf(key, sizeof key, "\"b-%d-", getpid());
        char *id = memmem(text, n, key, length), *rest;
        if (!id) return;
        long index = strtol(id + length, &rest, 10), serial = strtol(rest + 1, NULL, 10);
        struct session *session = &sessions[index];
        if (session->writer != p || session->serial != serial) return;
        if (memmem(text, n, "\"state\":\"error\"", 15)) { fprintf(stderr, "turn failed: %.*s\n", (int)n, text); exit(1); }
        if (memmem(text, n, "\"state\":\"final\"", 15)) {
            answers++;
            note_latency(now() - session->sent);
            next_turn(session);
        }
    } else if (!strcmp(mode, "echo") || memmem(text, n < 80 ? n : 80, "\"type\":\"res\"", 12)) {
        if (strcmp(mode, "echo") && !memmem(text, n < 120 ? n : 120, "\"ok\":true", 9)) { fprintf(stderr, "failed: %.*s\n", (int)(n < 300 ? n : 300), text); exit(1); }
        answers++;
        note_latency(now() - p->sent);
        next_request(p);
    }
}

static void parse(struct peer *p) {
    size_t at = 0;
    if (p->state == UPGRADING) {
        char *end = memmem(p->in, p->have, "\r\n\r\n", 4);
        if (!end) return;
        if (strncmp(p->in, "HTTP/1.1 101", 12)) { fprintf(stderr, "no upgrade: %.60s\n", p->in); exit(1); }
        at = end + 4 - p->in;
        p->state = CHALLENGED;
        if (!strcmp(mode, "echo")) got_ready(p);
    }
    while (p->have - at >= 2) {
        unsigned char *f = (unsigned char *)p->in + at;
        size_t length = f[1] & 127, head = 2;
        if (length == 126) { if (p->have - at < 4) break; length = f[2] << 8 | f[3]; head = 4; }
        else if (length == 127) { if (p->have - at < 10) break; length = 0; for (int i = 2; i < 10; i++) length = length << 8 | f[i]; head = 10; }
        if (p->have - at < head + length) break;
        if ((f[0] & 15) == 1) got_frame(p, (char *)f + head, length);
        at += head + length;
    }
    memmove(p->in, p->in + at, p->have - at);
    p->have -= at;
}

static int by_size(const void *a, const void *b) {
    double d = *(const double *)a - *(const double *)b;
    return d < 0 ? -1 : d > 0;
}

static void open_peer(struct peer *p, int port, int poll) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;
    /* A server that is still starting is waited for, so that a start can be measured to its first answer. */
    for (int tries = 0; p->fd = socket(AF_INET, SOCK_STREAM, 0), connect(p->fd, (struct sockaddr *)&to, sizeof to); tries++) {
        if (errno != ECONNREFUSED || tries == 20000) { perror("connect"); exit(1); }
        close(p->fd);
        usleep(200);
    }
    setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    char head[512];
    int n = snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", strcmp(mode, "echo") ? "/" : "/ws", port);
    send_all(p->fd, head, n);
    fcntl(p->fd, F_SETFL, O_NONBLOCK);
    epoll_ctl(poll, EPOLL_CTL_ADD, p->fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = p});
}

int main(int argc, char **argv) {
    if (argc < 8) return fprintf(stderr, "see the head of client.c\n"), 2;
    int port = atoi(argv[1]), poll = epoll_create1(0);
    mode = argv[2], wanted = atoi(argv[3]), method = argv[5], params = argv[6], token = argv[7];
    double seconds = atof(argv[4]), start = 0;
    peer_count = strcmp(mode, "turns") ? wanted : 1;
    struct peer *peers = calloc(peer_count, sizeof *peers);
    sessions = calloc(wanted, sizeof *sessions);
    for (int i = 0; i < wanted; i++) sessions[i].writer = &peers[i % peer_count];
    for (int i = 0; i < peer_count; i++) open_peer(&peers[i], port, poll);
    for (;;) {
        struct epoll_event ready[256];
        int n = epoll_wait(poll, ready, 256, 100);
        for (int i = 0; i < n; i++) {
            struct peer *p = ready[i].data.ptr;
            for (;;) {
                if (p->cap - p->have < 16384) p->in = realloc(p->in, p->cap = p->cap * 2 + 32768);
                ssize_t got = read(p->fd, p->in + p->have, p->cap - p->have);
                if (got < 0) break;
                if (got == 0) { fprintf(stderr, "closed by the server\n"); return 1; }
                p->have += got;
                if ((size_t)got < p->cap - p->have) break;
            }
            parse(p);
            if (!p->have && p->cap > 65536) { free(p->in); p->in = NULL; p->cap = 0; }
        }
        if (ready_count == peer_count && !measuring) {
            measuring = 1, start = now(), answers = 0, events = 0, latency_count = 0;
        }
        int answered = latency_count >= (size_t)wanted || !strcmp(mode, "hold") || !strcmp(mode, "watch");
        if (measuring && answered && now() - start >= seconds) break;
    }
    double took = now() - start;
    if (!strcmp(mode, "watch")) { printf("events %ld\n", events); return 0; }
    if (!strcmp(mode, "hold")) return 0;
    if (!strcmp(mode, "first")) { printf("%.6f\n", now()); return 0; }
    qsort(latencies, latency_count, sizeof *latencies, by_size);
    printf("%.0f %.3f %.3f\n", answers / took, latency_count ? latencies[latency_count / 2] * 1e3 : 0,
           latency_count ? latencies[(size_t)(latency_count * 0.99)] * 1e3 : 0);
    return 0;
}
