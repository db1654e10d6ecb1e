#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* as the Glibc module of Swift is built, or fd_set differs */
#endif
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
