import CCurl

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A connection over TLS for a program that does one thing after the other: each call waits.
///
/// curl makes it as for any request, with its proxies and the certificates that are trusted.
@MainActor
package final class BlockingConnection {
    private let easy: EasyHandle
    private let request: WebRequest
    private let socket: CInt

    /// At once: the most that one record of TLS holds.
    private static let blockBytes = 16 << 10

    /// Connects to an `https` address.
    package init(
        to url: String, within timeout: Duration, trust: TrustedCertificates, proxies: ProxyVariables
    ) throws(WebError) {
        guard ccurl_load() == 0 else { throw .unavailable("libcurl is not there, or is too old.") }
        var request = WebRequest("GET", url)
        request.connectTimeout = timeout
        self.request = request
        easy = try EasyHandle(for: request, ClientSetup(userAgent: "", trust: trust, proxies: proxies))
        easy.set(CURLOPT_CONNECT_ONLY, 1)
        easy.set(CURLOPT_HTTPPROXYTUNNEL, 1)
        easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        let code = CURLcode(rawValue: CURLcode.RawValue(max(ccurl_easy_perform(easy.pointer), 0)))
        guard code == CURLE_OK else { throw easy.error(code, for: request) }
        socket = ccurl_easy_socket(easy.pointer)
        guard socket != CURL_SOCKET_BAD else {
            throw .interrupted("`\(request.host)` ended the connection at once.")
        }
    }

    /// Sends all of it.
    package func send(_ bytes: [UInt8], before deadline: ContinuousClock.Instant) throws(WebError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            var count = 0
            let code = rest.withUnsafeBytes {
                ccurl_easy_send(easy.pointer, $0.baseAddress, $0.count, &count)
            }
            rest = rest.dropFirst(count)
            if !rest.isEmpty { try wait(for: POLLOUT, after: code, before: deadline) }
        }
    }

    /// What comes next, at most 16 KiB; nothing at the end of the connection.
    package func receive(before deadline: ContinuousClock.Instant) throws(WebError) -> ArraySlice<UInt8> {
        var buffer = [UInt8](repeating: 0, count: Self.blockBytes)
        while true {
            var count = 0
            let code = ccurl_easy_recv(easy.pointer, &buffer, buffer.count, &count)
            if code == 0 { return buffer[..<count] }
            try wait(for: POLLIN, after: code, before: deadline)
        }
    }

    /// After `CURLE_AGAIN` waits for the socket; any other code but `CURLE_OK` is an error.
    private func wait(
        for event: CInt, after code: CInt, before deadline: ContinuousClock.Instant
    ) throws(WebError) {
        let code = CURLcode(rawValue: CURLcode.RawValue(max(code, 0)))
        guard code == CURLE_AGAIN || code == CURLE_OK else { throw easy.error(code, for: request) }
        let left = ContinuousClock.now.duration(to: deadline)
        var waited = pollfd(fd: socket, events: Int16(event), revents: 0)
        guard left > .zero, poll(&waited, 1, CInt(clamping: easy.milliseconds(left) + 1)) > 0 else {
            throw .timedOut("`\(request.host)` did not answer in time.")
        }
    }
}
