/* The least a chat platform can be, so that it is never what is measured: no checks, no limits. People write, and a message
   that is posted in their chat is the answer.

     platforms telegram|discord loop  CHATS TURNS MOST   one message open in each of CHATS chats, MOST in all; after TURNS
                                                         messages a chat is left for a new one (0, and on Discord: never)
     platforms telegram         soak  CHATS TURNS MOST   the same, and every eighth chat stays
     platforms telegram|discord burst CHATS 0     MOST   MOST messages at once, spread over CHATS chats

   Prints its port. Reads lines: `go` starts, `count` prints "ASKED CONFIRMED ANSWERED WRONG" (confirmed by Telegram's
   offset), `drop` ends the sockets of Discord's gateway and prints "MS" once the session is resumed. */
#define _GNU_SOURCE
#define OPENSSL_SUPPRESS_DEPRECATED
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/tcp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_UPDATES = 100, POLL_SECONDS = 25, STAYING = 8 };
#define GROUPS -1004000000000LL
#define BOT "1100000000000000001"
#define GUILD "1100000000000000002"
#define FIRST_CHANNEL 1100000000000001000LL
#define DISCORD_EPOCH_MS 1420070400000LL

struct chat { long generation, turns, open; };
struct update { long id, serial; };

static struct event_base *base;
static int is_discord, is_burst, some_stay, port;
static long chat_count, turns_a_chat, most, asked, answered, wrong, sequence;
static struct chat *chats;
/* Telegram: what is not confirmed, a ring; the ids count up from 1. */
static struct update *waiting;
static long first_waiting = 1, next_update = 1, capacity, message_id = 100;
static struct bufferevent *poll_peer;
static struct event *poll_timer;
/* Discord */
static struct bufferevent *gateway;
static double dropped_at;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void answer(struct bufferevent *peer, struct evbuffer *body) {
    struct evbuffer *out = bufferevent_get_output(peer);
    evbuffer_add_printf(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", evbuffer_get_length(body));
    evbuffer_add_buffer(out, body);
}

static void answer_text(struct bufferevent *peer, const char *text) {
    evbuffer_add_printf(bufferevent_get_output(peer), "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                        strlen(text), text);
}

/* Discord's gateway */

static void send_frame(struct evbuffer *text) {
    struct evbuffer *out = bufferevent_get_output(gateway);
    size_t n = evbuffer_get_length(text);
    unsigned char head[10] = {0x81, n < 126 ? n : n < 65536 ? 126 : 127};
    int length = 2;
    for (int shift = n < 126 ? -8 : n < 65536 ? 8 : 56; shift >= 0; shift -= 8) head[length++] = n >> shift & 255;
    evbuffer_add(out, head, length);
    evbuffer_add_buffer(out, text);
}

static void send_event(const char *name, struct evbuffer *data) {
    struct evbuffer *text = evbuffer_new();
    evbuffer_add_printf(text, "{\"op\":0,\"t\":\"%s\",\"s\":%ld,\"d\":", name, ++sequence);
    evbuffer_add_buffer(text, data);
    evbuffer_add_printf(text, "}");
    send_frame(text);
    evbuffer_free(text);
}

static void send_op(const char *json) {
    struct evbuffer *text = evbuffer_new();
    evbuffer_add_printf(text, "%s", json);
    send_frame(text);
    evbuffer_free(text);
}

static void greet(void) {
    struct evbuffer *data = evbuffer_new();
    evbuffer_add_printf(data, "{\"v\":10,\"user\":{\"id\":\"" BOT "\",\"username\":\"Claw\",\"bot\":true},\"guilds\":[{\"id\":\"" GUILD "\",\"unavailable\":true}],"
                        "\"session_id\":\"s\",\"resume_gateway_url\":\"ws://127.0.0.1:%d\",\"application\":{\"id\":\"" BOT "\",\"flags\":0},\"private_channels\":[]}", port);
    send_event("READY", data);
    evbuffer_add_printf(data, "{\"id\":\"" GUILD "\",\"name\":\"Home\",\"threads\":[],\"members\":[],\"roles\":[],\"channels\":[");
    for (long i = 0; i < chat_count; i++)
        evbuffer_add_printf(data, "%s{\"id\":\"%lld\",\"type\":0,\"name\":\"c%ld\",\"guild_id\":\"" GUILD "\"}", i ? "," : "", FIRST_CHANNEL + i, i);
    evbuffer_add_printf(data, "]}");
    send_event("GUILD_CREATE", data);
    evbuffer_free(data);
}

static void on_payload(const char *text) {
    const char *op = strstr(text, "\"op\":");
    switch (op ? atoi(op + 5) : -1) {
    case 1: return send_op("{\"op\":11}");
    case 2: return greet();
    case 6:
        send_op("{\"op\":0,\"t\":\"RESUMED\",\"s\":0,\"d\":{}}");
        if (dropped_at) printf("%.1f\n", (now() - dropped_at) * 1e3), fflush(stdout);
        dropped_at = 0;
    }
}

static void on_frames(struct bufferevent *peer, void *unused) {
    struct evbuffer *in = bufferevent_get_input(peer);
    for (;;) {
        size_t have = evbuffer_get_length(in);
        unsigned char head[14];
        if (have < 6) return;
        evbuffer_copyout(in, head, have < 14 ? have : 14);
        size_t length = head[1] & 127, at = 2;
        if (length == 126) length = head[2] << 8 | head[3], at = 4;
        if (length == 127 || have < at + 4 + length) return;
        unsigned char *key = evbuffer_pullup(in, at + 4 + length) + at, *data = key + 4;
        char text[65536];
        for (size_t i = 0; i < length; i++) text[i] = data[i] ^ key[i & 3];
        text[length] = 0;
        evbuffer_drain(in, at + 4 + length);
        if ((head[0] & 15) == 1) on_payload(text);
    }
}

static void upgrade(struct bufferevent *peer, const char *key, size_t length) {
    static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char digest[21] = {0};
    char accept[29];
    SHA_CTX c;
    SHA1_Init(&c);
    SHA1_Update(&c, key, length);
    SHA1_Update(&c, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36);
    SHA1_Final(digest, &c);
    for (int i = 0; i < 7; i++) {
        unsigned v = digest[3 * i] << 16 | digest[3 * i + 1] << 8 | digest[3 * i + 2];
        for (int k = 0; k < 4; k++) accept[4 * i + k] = abc[v >> (18 - 6 * k) & 63];
    }
    accept[27] = '=', accept[28] = 0;
    evbuffer_add_printf(bufferevent_get_output(peer), "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
    gateway = peer;
    bufferevent_setcb(peer, on_frames, NULL, NULL, NULL);
    send_op("{\"op\":10,\"d\":{\"heartbeat_interval\":41250}}");
    on_frames(peer, NULL);
}

/* What people write */

static void print_update(struct evbuffer *out, struct update u) {
    long slot = u.serial % chat_count;
    evbuffer_add_printf(out, "{\"update_id\":%ld,\"message\":{\"message_id\":%ld,\"from\":{\"id\":%ld,\"is_bot\":false,\"first_name\":\"P%ld\"},"
                        "\"chat\":{\"id\":%lld,\"type\":\"supergroup\",\"title\":\"G%ld\"},\"date\":%ld,\"text\":\"hi %ld\"}}",
                        u.id, u.id, 5000000 + slot, slot, GROUPS - u.serial, u.serial, (long)now(), u.id);
}

static void end_poll(void) {
    if (!poll_peer) return;
    struct evbuffer *body = evbuffer_new();
    evbuffer_add_printf(body, "{\"ok\":true,\"result\":[");
    for (long i = first_waiting; i < next_update && i < first_waiting + MOST_UPDATES; i++) {
        if (i > first_waiting) evbuffer_add(body, ",", 1);
        print_update(body, waiting[i % capacity]);
    }
    evbuffer_add_printf(body, "]}");
    answer(poll_peer, body);
    evbuffer_free(body);
    poll_peer = NULL;
    event_del(poll_timer);
}

static void on_poll_timeout(evutil_socket_t fd, short what, void *unused) { end_poll(); }

static void write_on_discord(long slot) {
    static long long last;
    long long id = ((long long)(now() * 1000) - DISCORD_EPOCH_MS) << 22;
    last = id > last ? id : last + 1;
    struct evbuffer *data = evbuffer_new();
    evbuffer_add_printf(data, "{\"id\":\"%lld\",\"channel_id\":\"%lld\",\"guild_id\":\"" GUILD "\",\"author\":{\"id\":\"%lld\",\"username\":\"p%ld\"},"
                        "\"member\":{\"roles\":[]},\"content\":\"hi %ld\",\"type\":0,\"timestamp\":\"2026-01-01T00:00:00.000000+00:00\","
                        "\"mentions\":[],\"mention_roles\":[],\"mention_everyone\":false,\"attachments\":[],\"embeds\":[]}",
                        last, FIRST_CHANNEL + slot, FIRST_CHANNEL + 500000 + slot, slot, asked);
    send_event("MESSAGE_CREATE", data);
    evbuffer_free(data);
}

static void person_writes(long slot) {
    if (asked >= most) return;
    asked++;
    struct chat *chat = &chats[slot];
    chat->open++;
    chat->turns++;
    if (is_discord) return write_on_discord(slot);
    waiting[next_update % capacity] = (struct update){next_update, chat->generation * chat_count + slot};
    next_update++;
}

static void start(void) {
    for (long i = 0; i < (is_burst ? most : chat_count); i++) person_writes(i % chat_count);
    end_poll();
}

static void bot_posts(long serial) {
    long slot = serial % chat_count;
    struct chat *chat = &chats[slot];
    if (serial < 0 || serial / chat_count != chat->generation || chat->open == 0) { wrong++; return; }
    chat->open--;
    answered++;
    if (is_burst) return;
    int stays = some_stay && slot % STAYING == 0;
    if (turns_a_chat && !stays && chat->turns >= turns_a_chat) chat->generation++, chat->turns = 0;
    person_writes(slot);
    end_poll();
}

/* Requests */

static long long number_after(const char *text, const char *key) {
    const char *found = strstr(text, key);
    if (!found) return 0;
    found += strlen(key);
    if (*found == '"') found++;
    return atoll(found);
}

static void on_telegram(struct bufferevent *peer, const char *head, const char *body) {
    if (strstr(head, "/getUpdates ")) {
        long offset = number_after(body, "\"offset\":");
        if (offset > first_waiting) first_waiting = offset < next_update ? offset : next_update;
        poll_peer = peer;
        struct timeval wait = {POLL_SECONDS, 0};
        if (first_waiting < next_update) end_poll();
        else event_add(poll_timer, &wait);
    } else if (strstr(head, "/sendMessage ")) {
        long long chat = number_after(body, "\"chat_id\":");
        char text[512];
        snprintf(text, sizeof text, "{\"ok\":true,\"result\":{\"message_id\":%ld,\"chat\":{\"id\":%lld,\"type\":\"supergroup\",\"title\":\"G\"},"
                 "\"date\":%ld,\"text\":\"Hello from the fake model.\"}}", ++message_id + 100000000, chat, (long)now());
        answer_text(peer, text);
        bot_posts(GROUPS - chat);
    } else if (strstr(head, "/getMe ")) {
        answer_text(peer, "{\"ok\":true,\"result\":{\"id\":7100000001,\"is_bot\":true,\"first_name\":\"Claw\",\"username\":\"claw_bot\",\"can_read_all_group_messages\":true}}");
    } else if (strstr(head, "/getMyCommands ")) answer_text(peer, "{\"ok\":true,\"result\":[]}");
    else answer_text(peer, "{\"ok\":true,\"result\":true}");
}

static void on_rest(struct bufferevent *peer, const char *head) {
    char text[512];
    if (strstr(head, "/gateway/bot")) {
        snprintf(text, sizeof text, "{\"url\":\"ws://127.0.0.1:%d\",\"shards\":1,\"session_start_limit\":{\"total\":1000,\"remaining\":1000,"
                 "\"reset_after\":0,\"max_concurrency\":1}}", port);
        answer_text(peer, text);
    } else if (!strncmp(head, "POST", 4) && strstr(head, "/messages ")) {
        long long channel = number_after(head, "/channels/");
        snprintf(text, sizeof text, "{\"id\":\"%lld\",\"channel_id\":\"%lld\",\"author\":{\"id\":\"" BOT "\",\"username\":\"Claw\",\"bot\":true},"
                 "\"content\":\"Hello from the fake model.\",\"type\":0,\"timestamp\":\"2026-01-01T00:00:00.000000+00:00\"}",
                 FIRST_CHANNEL * 2 + ++message_id, channel);
        answer_text(peer, text);
        bot_posts(channel - FIRST_CHANNEL);
    } else if (strstr(head, "/typing ")) evbuffer_add_printf(bufferevent_get_output(peer), "HTTP/1.1 204 No Content\r\n\r\n");
    else if (strstr(head, "/messages") || strstr(head, "/commands")) answer_text(peer, "[]");
    else answer_text(peer, "{\"id\":\"" BOT "\",\"username\":\"Claw\",\"flags\":0}");
}

static void on_request(struct bufferevent *peer, void *unused) {
    struct evbuffer *in = bufferevent_get_input(peer);
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
        evbuffer_drain(in, end.pos + 4);
        char *text = calloc(1, body + 1);
        evbuffer_remove(in, text, body);
        if (key) upgrade(peer, key + 19, strcspn(key + 19, "\r"));
        else if (is_discord) on_rest(peer, head);
        else on_telegram(peer, head, text);
        free(text);
        if (key) return;
    }
}

static void on_event(struct bufferevent *peer, short what, void *unused) {
    if (!(what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))) return;
    if (peer == poll_peer) poll_peer = NULL;
    if (peer == gateway) gateway = NULL;
    bufferevent_free(peer);
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *a, int n, void *unused) {
    struct bufferevent *peer = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    bufferevent_setcb(peer, on_request, NULL, on_event, NULL);
    bufferevent_enable(peer, EV_READ | EV_WRITE);
}

static void obey(const char *line) {
    if (!strcmp(line, "go")) start();
    else if (!strcmp(line, "count")) printf("%ld %ld %ld %ld\n", asked, first_waiting - 1, answered, wrong), fflush(stdout);
    else if (!strcmp(line, "drop") && gateway) {
        dropped_at = now();
        bufferevent_free(gateway);
        gateway = NULL;
    }
}

static void on_lines(evutil_socket_t fd, short what, void *unused) {
    static char text[256];
    static size_t have;
    ssize_t n = read(0, text + have, sizeof text - have);
    if (n <= 0) exit(0);
    have += n;
    for (char *end; (end = memchr(text, '\n', have)); memmove(text, end + 1, have)) {
        *end = 0;
        have -= end + 1 - text;
        obey(text);
    }
}

int main(int argc, char **argv) {
    if (argc < 6) return fprintf(stderr, "see the head of platforms.c\n"), 2;
    is_discord = !strcmp(argv[1], "discord"), is_burst = !strcmp(argv[2], "burst"), some_stay = !strcmp(argv[2], "soak");
    chat_count = atol(argv[3]), turns_a_chat = is_discord ? 0 : atol(argv[4]), most = atol(argv[5]);
    chats = calloc(chat_count, sizeof *chats);
    capacity = (is_burst ? most : chat_count) + 1;
    waiting = calloc(capacity, sizeof *waiting);
    base = event_base_new();
    poll_timer = evtimer_new(base, on_poll_timeout, NULL);
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct evconnlistener *l = evconnlistener_new_bind(base, on_accept, NULL, LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE, 4096,
                                                       (struct sockaddr *)&any, sizeof any);
    if (!l) return perror("bind"), 1;
    socklen_t n = sizeof any;
    getsockname(evconnlistener_get_fd(l), (struct sockaddr *)&any, &n);
    printf("%d\n", port = ntohs(any.sin_port));
    fflush(stdout);
    event_add(event_new(base, 0, EV_READ | EV_PERSIST, on_lines, NULL), NULL);
    return event_base_dispatch(base);
}
