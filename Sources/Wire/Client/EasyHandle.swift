import CCurl

/// One of curl's easy handles with all it borrows; freed when it is let go of, after `Multi.remove`.
@MainActor
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private var headerList: UnsafeMutablePointer<curl_slist>?
    /// `user:password` of the proxy's address, which curl repeats when it cannot read it; mostly empty.
    private var proxyLogin: [UInt8] = []
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    /// Prepares what every connection of the client has in common.
    init(for request: WebRequest, _ setup: ClientSetup) throws(WebError) {
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        guard let pointer = ccurl_easy_init() else {
            errorText.deallocate()
            throw .unavailable("libcurl has no memory for a request.")
        }
        self.pointer = pointer
        ccurl_easy_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, max(milliseconds(request.connectTimeout), 1))
        set(CURLOPT_URL, request.url)
        setTrust(setup.trust)
        setProxy(request, setup.proxies)
    }

    func set(_ option: CURLoption, _ value: Int) { ccurl_easy_set_long(pointer, option, value) }

    func set(_ option: CURLoption, _ value: String) { ccurl_easy_set_text(pointer, option, value) }

    /// Takes whole header lines; to be called once.
    func setHeaders(_ lines: [String]) throws(WebError) {
        for line in lines {
            guard let list = ccurl_slist_append(headerList, line) else {
                throw .unavailable("libcurl has no memory for the request's headers.")
            }
            headerList = list
        }
        ccurl_easy_set_pointer(pointer, CURLOPT_HTTPHEADER, headerList)
    }

    /// What a code of curl's, other than `CURLE_OK`, means for the request.
    func error(_ code: CURLcode, for request: WebRequest) -> WebError {
        let detail =
            errorText.pointee == 0
            ? String(cString: ccurl_easy_strerror(CInt(code.rawValue))) : String(cString: errorText)
        let text = "`\(request.host)`: \(withoutLogin(detail))"
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_TOO_MANY_REDIRECTS:
            return .invalidRequest(text)
        case CURLE_OPERATION_TIMEDOUT:
            return .unreachable("No connection to `\(request.host)` within \(request.connectTimeout.text).")
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT,
            CURLE_SSL_CONNECT_ERROR,
            CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_PROXY:
            return .unreachable(text)
        case CURLE_ABORTED_BY_CALLBACK:
            return .interrupted("A file to send to `\(request.host)` could not be read to its end.")
        default:
            return .interrupted(text)
        }
    }

    private func setTrust(_ trust: TrustedCertificates) {
        ccurl_easy_set_protocols(pointer, httpProtocols, httpProtocols)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = trust.file { set(CURLOPT_CAINFO, file) }
        if let folder = trust.folder { set(CURLOPT_CAPATH, folder) }
    }

    /// Both are always set, or curl would read the process's variables itself.
    private func setProxy(_ request: WebRequest, _ proxies: ProxyVariables) {
        let proxy = proxies.proxy(of: request)
        set(CURLOPT_PROXY, proxy.address)
        proxyLogin = Self.login(in: proxy.address)
        set(CURLOPT_NOPROXY, proxy.exceptions)
        set(CURLOPT_SOCKS5_AUTH, passwordOnly)
    }

    private static func login(in proxy: String) -> [UInt8] {
        let bytes = Array(proxy.utf8)
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return [] }
        let login = bytes[..<at]
        guard let slash = login.firstIndex(of: UInt8(ascii: "/")) else { return Array(login) }
        return login[slash...].starts(with: "//".utf8) ? Array(login[(slash + 2)...]) : Array(login)
    }

    private func withoutLogin(_ text: String) -> String {
        var bytes = Array(text.utf8)
        guard !proxyLogin.isEmpty,
            let start = bytes.indices.first(where: { bytes[$0...].starts(with: proxyLogin) })
        else { return text }
        bytes.replaceSubrange(start..<start + proxyLogin.count, with: "***".utf8)
        return String(decoding: bytes, as: UTF8.self)
    }

    func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(clamping: seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }

    isolated deinit {
        ccurl_easy_cleanup(pointer)
        ccurl_slist_free_all(headerList)
        errorText.deallocate()
    }
}

/// What all connections of a client have in common.
struct ClientSetup {
    /// The value of `User-Agent`.
    var userAgent: String
    var trust: TrustedCertificates
    /// Which proxy a request takes that does not name one.
    var proxies: ProxyVariables
}

/// CURLAUTH_BASIC, which Swift does not see: a SOCKS proxy is not offered Kerberos.
private let passwordOnly = 1

private let httpProtocols = Int(CURLPROTO_HTTP | CURLPROTO_HTTPS)
