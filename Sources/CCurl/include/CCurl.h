#ifndef CCURL_H
#define CCURL_H
#include <sys/types.h> /* first: fd_set as in Swift's Glibc module */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h> /* types and constants; the library is linked (CCURL_STATIC), or comes by dlopen */

/* Initialises libcurl, which is opened first where it is not linked; 0, or -1 when it is not there or too old. May be repeated,
   on any thread: who comes while it is under way waits for it. */
int ccurl_load(void);
/* The same on a thread of its own, once; returns at once. */
void ccurl_load_ahead(void);

/* curl's functions by their own names, the variadic ones once for each type. Only after ccurl_load() gave 0. */
CURL *ccurl_easy_init(void);
void ccurl_easy_cleanup(CURL *easy);
int ccurl_easy_set_long(CURL *easy, CURLoption option, long value);
int ccurl_easy_set_large(CURL *easy, CURLoption option, curl_off_t value);
int ccurl_easy_set_pointer(CURL *easy, CURLoption option, const void *value);
int ccurl_easy_set_text(CURL *easy, CURLoption option, const char *value);
int ccurl_easy_set_callback(CURL *easy, CURLoption option, curl_write_callback value);
int ccurl_easy_set_seek(CURL *easy, curl_seek_callback value);
int ccurl_easy_set_opener(CURL *easy, curl_opensocket_callback value, void *context);
int ccurl_easy_set_protocols(CURL *easy, long protocols, long redirect_protocols);
long ccurl_easy_long(CURL *easy, CURLINFO info);
curl_off_t ccurl_easy_large(CURL *easy, CURLINFO info);
/* Belongs to the handle; NULL when there is none. */
const char *ccurl_easy_text(CURL *easy, CURLINFO info);
/* The socket of a connection made with CURLOPT_CONNECT_ONLY. */
curl_socket_t ccurl_easy_socket(CURL *easy);
/* Waits until the transfer has ended. */
int ccurl_easy_perform(CURL *easy);
int ccurl_easy_pause(CURL *easy, int mask);
int ccurl_easy_recv(CURL *easy, void *bytes, size_t count, size_t *received);
int ccurl_easy_send(CURL *easy, const void *bytes, size_t count, size_t *sent);
const char *ccurl_easy_strerror(int code);
struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text);
void ccurl_slist_free_all(struct curl_slist *list);

CURLM *ccurl_multi_init(void);
void ccurl_multi_cleanup(CURLM *multi);
int ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);
int ccurl_multi_set_callbacks(CURLM *multi, curl_socket_callback socket, curl_multi_timer_callback timer, void *data);
int ccurl_multi_add_handle(CURLM *multi, CURL *easy);
int ccurl_multi_remove_handle(CURLM *multi, CURL *easy);
int ccurl_multi_socket_action(CURLM *multi, curl_socket_t socket, int events);
/* The next transfer that has ended: 1, its handle and its result; 0 when there is none. */
int ccurl_multi_next_done(CURLM *multi, CURL **easy, int *result);
#endif
