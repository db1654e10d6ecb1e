import CCurl

extension Transfer {
    func configure(
        _ easy: UnsafeMutableRawPointer, userAgent: String, trust: TrustedCertificates,
        proxies: ProxyVariables
    )
        throws(WebError)
    {
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_easy_set_callback(easy, CURLOPT_HEADERFUNCTION, curlGaveHeader)
        ccurl_easy_set_pointer(easy, CURLOPT_HEADERDATA, context)
        ccurl_easy_set_callback(easy, CURLOPT_WRITEFUNCTION, curlGaveBody)
        ccurl_easy_set_pointer(easy, CURLOPT_WRITEDATA, context)
        ccurl_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
        ccurl_easy_set_long(easy, CURLOPT_NOSIGNAL, 1)
        ccurl_easy_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        ccurl_easy_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        ccurl_easy_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        ccurl_easy_set_long(
            easy, CURLOPT_CONNECTTIMEOUT_MS, Int(max(milliseconds(request.connectTimeout), 1)))
        ccurl_easy_set_text(easy, CURLOPT_USERAGENT, userAgent)
        ccurl_easy_set_text(easy, CURLOPT_URL, request.url)
        if request.acceptsCompression { ccurl_easy_set_text(easy, CURLOPT_ACCEPT_ENCODING, "") }
        setSecurity(easy, trust: trust)
        setProxy(easy, proxies)
        setFamily(easy)
        try setBody(easy)
        try setHeaders(easy)
    }

    private func setSecurity(_ easy: UnsafeMutableRawPointer, trust: TrustedCertificates) {
        ccurl_easy_set_protocols(easy, httpProtocols, httpProtocols)
        ccurl_easy_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1)
        ccurl_easy_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2)
        ccurl_easy_set_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = trust.file { ccurl_easy_set_text(easy, CURLOPT_CAINFO, file) }
        if let folder = trust.folder { ccurl_easy_set_text(easy, CURLOPT_CAPATH, folder) }
        guard request.maxRedirects > 0 else { return }
        ccurl_easy_set_long(easy, CURLOPT_FOLLOWLOCATION, 1)
        ccurl_easy_set_long(easy, CURLOPT_MAXREDIRS, request.maxRedirects)
    }

    /// Both are always set, or curl would read the process's variables itself.
    private func setProxy(_ easy: UnsafeMutableRawPointer, _ proxies: ProxyVariables) {
        let usual = request.isForLoopback ? "" : proxies.proxy(for: request.url)
        ccurl_easy_set_text(easy, CURLOPT_PROXY, request.proxy ?? usual)
        ccurl_easy_set_text(easy, CURLOPT_NOPROXY, request.proxy == nil ? proxies.exceptions : "")
    }

    private func setFamily(_ easy: UnsafeMutableRawPointer) {
        if request.family == .ipv4 { ccurl_easy_set_long(easy, CURLOPT_IPRESOLVE, Int(CURL_IPRESOLVE_V4)) }
        // By itself curl tries the other family after 200 ms.
        guard !request.racesAddresses else { return }
        ccurl_easy_set_long(
            easy, CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS, Int(max(milliseconds(request.connectTimeout), 1)))
    }

    /// The size comes first: without it curl takes the body for a C string.
    private func setBody(_ easy: UnsafeMutableRawPointer) throws(WebError) {
        if request.method == "HEAD" {
            ccurl_easy_set_long(easy, CURLOPT_NOBODY, 1)
            return
        }
        if let body {
            ccurl_easy_set_long(easy, CURLOPT_POST, 1)
            ccurl_easy_set_large(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.byteCount))
            ccurl_easy_set_callback(easy, CURLOPT_READFUNCTION, curlWantsBody)
            ccurl_easy_set_pointer(easy, CURLOPT_READDATA, Unmanaged.passUnretained(body).toOpaque())
            // On a kept connection that the server has just closed curl would have to begin again.
            ccurl_easy_set_long(easy, CURLOPT_FRESH_CONNECT, 1)
        } else if let body = request.body ?? (request.method == "POST" ? [] : nil) {
            ccurl_easy_set_large(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            let code = (body + [0]).withUnsafeBytes {
                ccurl_easy_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, $0.baseAddress)
            }
            guard code == 0 else { throw .unavailable("libcurl has no memory for the request's body.") }
        }
        if request.method != "GET" && request.method != "POST"
            || request.method == "GET" && request.body != nil
        {
            ccurl_easy_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
        }
    }

    /// `Expect:` is taken away, or curl would hold a larger body back for a second, and so is curl's own
    /// content type.
    ///
    /// A header without a value needs `;`.
    private func setHeaders(_ easy: UnsafeMutableRawPointer) throws(WebError) {
        var lines = ["Expect:"]
        if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            lines.append("Content-Type:")
        }
        lines += request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        for line in lines {
            guard let list = ccurl_slist_append(headerList, line) else {
                throw .unavailable("libcurl has no memory for the request's headers.")
            }
            headerList = list
        }
        ccurl_easy_set_pointer(easy, CURLOPT_HTTPHEADER, headerList)
    }

    private func milliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}

private let httpProtocols = Int(CURLPROTO_HTTP | CURLPROTO_HTTPS)
