#ifndef CCURL_H
#define CCURL_H
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

/* Opens libcurl.so.4 and finds its functions; 0, or -1 when it is not there or too old. */
int ccurl_load(void);
#endif
