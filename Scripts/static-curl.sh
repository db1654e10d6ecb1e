#!/bin/sh
# Prints the flags with which release.sh links Debian's libcurl.a, or nothing where that cannot be linked: then the library
# is opened when it is first needed, with the thirty that it brings (DEPENDENCIES.md).
#
# The archive also speaks LDAP, RTMP, SFTP and Kerberos, whose libraries Debian has as shared ones only. We ask for http and
# https and nothing else, so their functions are never called: each stands in .build-static/absent.c and says that it failed.
set -eu
cd "$(dirname "$0")/.."
out=.build-static
mkdir -p $out
archives=
for library in libcurl libssl libnghttp2 libidn2 libunistring; do
    archive=$(gcc -print-file-name=$library.a)
    [ -f "$archive" ] || exit 0
    archives="$archives $archive"
done
nm --undefined-only "$(gcc -print-file-name=libcurl.a)" 2>/dev/null |
    sed -nE 's/^ +U ((ldap|ber|RTMP|libssh2|ssh|sftp|gss|GSS|psl|Brotli|ZSTD|nghttp3|ngtcp2)[A-Za-z0-9]*_?\w*)$/\1/p' | sort -u |
    sed -E 's/^(libssh2_init|ssh_init)$/int \1(void) { return 0; }/; t; s/^.*$/int &(void) { return -1; }/' >$out/absent.c
cc -Os -ffunction-sections -c -o $out/absent.o $out/absent.c
echo 'int main(void) { return curl_global_init(3) || !curl_multi_init() || !curl_easy_init(); }' >$out/probe.c
cc -w -o $out/probe $out/probe.c $out/absent.o $archives "$(gcc -print-file-name=libcrypto.a)" -lz -lpthread -ldl 2>/dev/null && $out/probe || exit 0
echo "-Xcc -DCCURL_STATIC"
# By names without spaces: where the checkout is, is anybody's choice; the release looks in this folder.
for archive in -l:absent.o $archives; do echo "-Xlinker $archive"; done
