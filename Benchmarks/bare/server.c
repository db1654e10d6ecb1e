/* The limit: the least a server on libevent can do. GET answers a fixed health body, a WebSocket echoes, POST answers a
   fixed model stream (so that it is also the instant model for turns). No routing, no checks, no limits. */
#define _GNU_SOURCE
#define OPENSSL_SUPPRESS_DEPRECATED
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char health[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 27\r\n\r\n"
                             "{\"ok\":true,\"status\":\"live\"}";
static char reply[4096];

static void accept_key(const char *key, size_t length, char out[29]) {
    static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char digest[21] = {0};
    SHA_CTX c;
    SHA1_Init(&c);
    SHA1_Update(&c, key, length);
    SHA1_Update(&c, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36);
    SHA1_Final(digest, &c);
    for (int i = 0; i < 7; i++) {
        unsigned v = digest[3 * i] << 16 | digest[3 * i + 1] << 8 | digest[3 * i + 2];
        for (int k = 0; k < 4; k++) out[4 * i + k] = abc[v >> (18 - 6 * k) & 63];
    }
    out[27] = '=';
    out[28] = 0;
}

static void on_frames(struct bufferevent *peer, void *unused) {
    struct evbuffer *in = bufferevent_get_input(peer), *out = bufferevent_get_output(peer);
    for (;;) {
        size_t have = evbuffer_get_length(in);
        unsigned char head[14];
        if (have < 6) return;
        evbuffer_copyout(in, head, have < 14 ? have : 14);
        size_t length = head[1] & 127, at = 2;
        if (length == 126) length = head[2] << 8 | head[3], at = 4;
        else if (length == 127) { length = 0; for (int i = 2; i < 10; i++) length = length << 8 | head[i]; at = 10; }
        if (have < at + 4 + length) return;
        unsigned char *frame = evbuffer_pullup(in, at + 4 + length), *key = frame + at, *data = key + 4;
        for (size_t i = 0; i < length; i++) data[i] ^= key[i & 3];
        frame[1] &= 127;
        evbuffer_add(out, frame, at);
        evbuffer_add(out, data, length);
        evbuffer_drain(in, at + 4 + length);
    }
}

static void on_request(struct bufferevent *peer, void *unused) {
    struct evbuffer *in = bufferevent_get_input(peer), *out = bufferevent_get_output(peer);
    for (;;) {
        struct evbuffer_ptr end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
        if (end.pos < 0) return;
        char head[4096];
        size_t length = end.pos < 4095 ? end.pos : 4095;
        evbuffer_copyout(in, head, length);
        head[length] = 0;
        char *key = strcasestr(head, "sec-websocket-key: "), *size = strcasestr(head, "content-length: ");
        size_t body = size ? strtoul(size + 16, NULL, 10) : 0;
        if (evbuffer_get_length(in) < end.pos + 4 + body) return;
        evbuffer_drain(in, end.pos + 4 + body);
        if (key) {
            char accept[29];
            accept_key(key + 19, strcspn(key + 19, "\r"), accept);
            evbuffer_add_printf(out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                     "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
            bufferevent_setcb(peer, on_frames, NULL, NULL, NULL);
            return on_frames(peer, NULL);
        }
        if (head[0] == 'P') evbuffer_add_reference(out, reply, strlen(reply), NULL, NULL);
        else evbuffer_add(out, health, sizeof health - 1);
    }
}

static void on_event(struct bufferevent *peer, short what, void *unused) {
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) bufferevent_free(peer);
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *a, int n, void *base) {
    struct bufferevent *peer = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
    bufferevent_setcb(peer, on_request, NULL, on_event, NULL);
    bufferevent_enable(peer, EV_READ | EV_WRITE);
}

static void make_reply(void) {
    static const char chunk[] = "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"fake-1\","
                                "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello from the fake model.\"},"
                                "\"finish_reason\":null}]}\n\n";
    static const char stop[] = "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"fake-1\","
                               "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],"
                               "\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":6,\"total_tokens\":106}}\n\n"
                               "data: [DONE]\n\n";
    snprintf(reply, sizeof reply, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %zu\r\n\r\n%s%s",
             strlen(chunk) + strlen(stop), chunk, stop);
}

int main(int argc, char **argv) {
    struct event_base *base = event_base_new();
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    make_reply();
    struct evconnlistener *l = evconnlistener_new_bind(base, on_accept, base, LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE,
                                                       4096, (struct sockaddr *)&any, sizeof any);
    if (!l) return perror("bind"), 1;
    socklen_t n = sizeof any;
    getsockname(evconnlistener_get_fd(l), (struct sockaddr *)&any, &n);
    printf("%d\n", ntohs(any.sin_port));
    fflush(stdout);
    return event_base_dispatch(base);
}
