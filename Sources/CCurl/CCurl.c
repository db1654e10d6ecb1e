#include "CCurl.h"
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>

static struct {
    CURLcode (*global_init)(long);
    CURL *(*easy_init)(void);
    void (*easy_cleanup)(CURL *);
    CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
    CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
    CURLcode (*easy_perform)(CURL *);
    CURLcode (*easy_pause)(CURL *, int);
    CURLcode (*easy_recv)(CURL *, void *, size_t, size_t *);
    CURLcode (*easy_send)(CURL *, const void *, size_t, size_t *);
    const char *(*easy_strerror)(CURLcode);
    struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
    void (*slist_free_all)(struct curl_slist *);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_cleanup)(CURLM *);
    CURLMcode (*multi_setopt)(CURLM *, CURLMoption, ...);
    CURLMcode (*multi_add_handle)(CURLM *, CURL *);
    CURLMcode (*multi_remove_handle)(CURLM *, CURL *);
    CURLMcode (*multi_socket_action)(CURLM *, curl_socket_t, int, int *);
    CURLMsg *(*multi_info_read)(CURLM *, int *);
} api;
static int is_loaded;
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;

#ifdef CCURL_STATIC
#define FIND(name) api.name = curl_##name
#else
static void *open_library(void) {
#ifdef __APPLE__
    return dlopen("/usr/lib/libcurl.4.dylib", RTLD_NOW | RTLD_LOCAL);
#else
    return dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
#endif
}
#define FIND(name) if (!(api.name = (__typeof__(api.name))dlsym(library, "curl_" #name))) return -1
#endif

static int load(void) {
    if (is_loaded) return 0;
#ifndef CCURL_STATIC
    void *library = open_library();
    if (!library) return -1;
#endif
    FIND(global_init); FIND(easy_init); FIND(easy_cleanup); FIND(easy_setopt); FIND(easy_getinfo); FIND(easy_perform);
    FIND(easy_pause); FIND(easy_recv); FIND(easy_send); FIND(easy_strerror); FIND(slist_append); FIND(slist_free_all);
    FIND(multi_init); FIND(multi_cleanup); FIND(multi_setopt); FIND(multi_add_handle); FIND(multi_remove_handle); FIND(multi_socket_action);
    FIND(multi_info_read);
    if (api.global_init(CURL_GLOBAL_DEFAULT)) return -1;
    is_loaded = 1;
    return 0;
}

int ccurl_load(void) {
    pthread_mutex_lock(&loading);
    int result = load();
    pthread_mutex_unlock(&loading);
    return result;
}

static void *load_ahead(void *unused) {
    sigset_t all; /* signals belong to the loop's thread */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    ccurl_load();
    return unused;
}

void ccurl_load_ahead(void) {
    static int is_begun;
    pthread_t thread;
    if (!is_begun && !pthread_create(&thread, NULL, load_ahead, NULL)) pthread_detach(thread);
    is_begun = 1;
}

CURL *ccurl_easy_init(void) { return api.easy_init(); }
void ccurl_easy_cleanup(CURL *easy) { api.easy_cleanup(easy); }
int ccurl_easy_set_long(CURL *easy, CURLoption option, long value) { return api.easy_setopt(easy, option, value); }
int ccurl_easy_set_large(CURL *easy, CURLoption option, curl_off_t value) {
    return api.easy_setopt(easy, option, value);
}
int ccurl_easy_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return api.easy_setopt(easy, option, value);
}
int ccurl_easy_set_text(CURL *easy, CURLoption option, const char *value) {
    return api.easy_setopt(easy, option, value);
}
int ccurl_easy_set_callback(CURL *easy, CURLoption option, curl_write_callback value) {
    return api.easy_setopt(easy, option, value);
}
int ccurl_easy_set_seek(CURL *easy, curl_seek_callback value) {
    return api.easy_setopt(easy, CURLOPT_SEEKFUNCTION, value);
}
int ccurl_easy_set_opener(CURL *easy, curl_opensocket_callback value, void *context) {
    int code = api.easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
    return code ? code : (int)api.easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, value);
}
/* The numbered options are deprecated, but only they are in every libcurl that may be found at run time. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
int ccurl_easy_set_protocols(CURL *easy, long protocols, long redirect_protocols) {
    int code = api.easy_setopt(easy, CURLOPT_PROTOCOLS, protocols);
    return code ? code : (int)api.easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS, redirect_protocols);
}
long ccurl_easy_long(CURL *easy, CURLINFO info) {
    long value = 0;
    api.easy_getinfo(easy, info, &value);
    return value;
}
curl_off_t ccurl_easy_large(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    api.easy_getinfo(easy, info, &value);
    return value;
}
const char *ccurl_easy_text(CURL *easy, CURLINFO info) {
    const char *value = NULL;
    api.easy_getinfo(easy, info, &value);
    return value;
}
curl_socket_t ccurl_easy_socket(CURL *easy) {
    curl_socket_t value = CURL_SOCKET_BAD;
    api.easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &value);
    return value;
}
int ccurl_easy_perform(CURL *easy) { return api.easy_perform(easy); }
int ccurl_easy_pause(CURL *easy, int mask) { return api.easy_pause(easy, mask); }
int ccurl_easy_recv(CURL *easy, void *bytes, size_t count, size_t *received) {
    return api.easy_recv(easy, bytes, count, received);
}
int ccurl_easy_send(CURL *easy, const void *bytes, size_t count, size_t *sent) {
    return api.easy_send(easy, bytes, count, sent);
}
const char *ccurl_easy_strerror(int code) { return api.easy_strerror((CURLcode)code); }
struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text) {
    return api.slist_append(list, text);
}
void ccurl_slist_free_all(struct curl_slist *list) { api.slist_free_all(list); }

CURLM *ccurl_multi_init(void) { return api.multi_init(); }
void ccurl_multi_cleanup(CURLM *multi) { api.multi_cleanup(multi); }
int ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return api.multi_setopt(multi, option, value);
}
int ccurl_multi_set_callbacks(CURLM *multi, curl_socket_callback socket, curl_multi_timer_callback timer, void *data) {
    api.multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket);
    api.multi_setopt(multi, CURLMOPT_SOCKETDATA, data);
    api.multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
    return api.multi_setopt(multi, CURLMOPT_TIMERDATA, data);
}
int ccurl_multi_add_handle(CURLM *multi, CURL *easy) { return api.multi_add_handle(multi, easy); }
int ccurl_multi_remove_handle(CURLM *multi, CURL *easy) { return api.multi_remove_handle(multi, easy); }
int ccurl_multi_socket_action(CURLM *multi, curl_socket_t socket, int events) {
    int running;
    return api.multi_socket_action(multi, socket, events, &running);
}
int ccurl_multi_next_done(CURLM *multi, CURL **easy, int *result) {
    int left;
    CURLMsg *message;
    while ((message = api.multi_info_read(multi, &left))) {
        if (message->msg != CURLMSG_DONE) continue;
        *easy = message->easy_handle;
        *result = message->data.result;
        return 1;
    }
    return 0;
}
