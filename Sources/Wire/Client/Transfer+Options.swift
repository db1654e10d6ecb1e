import CCurl

extension Transfer {
    func configure(_ easy: EasyHandle, _ setup: ClientSetup) throws(WebError) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_easy_set_callback(easy.pointer, CURLOPT_HEADERFUNCTION, curlGaveHeader)
        ccurl_easy_set_pointer(easy.pointer, CURLOPT_HEADERDATA, context)
        ccurl_easy_set_callback(easy.pointer, CURLOPT_WRITEFUNCTION, curlGaveBody)
        ccurl_easy_set_pointer(easy.pointer, CURLOPT_WRITEDATA, context)
        easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        easy.set(CURLOPT_USERAGENT, setup.userAgent)
        if request.acceptsCompression { easy.set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate") }
        if request.maxRedirects > 0 {
            easy.set(CURLOPT_FOLLOWLOCATION, 1)
            easy.set(CURLOPT_MAXREDIRS, request.maxRedirects)
        }
        // A kept connection was not looked at.
        if request.usesFreshConnection || request.isInternetOnly { easy.set(CURLOPT_FRESH_CONNECT, 1) }
        if request.isInternetOnly, setup.proxies.proxy(of: request).address.isEmpty {
            ccurl_easy_set_opener(easy.pointer, curlWantsConnection, context)
        }
        setFamily(easy)
        try setBody(easy)
        try easy.setHeaders(headerLines)
    }

    private func setFamily(_ easy: EasyHandle) {
        if request.family == .ipv4 { easy.set(CURLOPT_IPRESOLVE, Int(CURL_IPRESOLVE_V4)) }
        // By itself curl tries the other family after 200 ms.
        guard !request.racesAddresses else { return }
        easy.set(CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS, max(easy.milliseconds(request.connectTimeout), 1))
    }

    /// The size comes first: without it curl takes the body for a C string.
    private func setBody(_ easy: EasyHandle) throws(WebError) {
        if request.method == "HEAD" { return easy.set(CURLOPT_NOBODY, 1) }
        if let body {
            easy.set(CURLOPT_POST, 1)
            ccurl_easy_set_large(easy.pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.byteCount))
            ccurl_easy_set_callback(easy.pointer, CURLOPT_READFUNCTION, curlWantsBody)
            let source = Unmanaged.passUnretained(body).toOpaque()
            ccurl_easy_set_pointer(easy.pointer, CURLOPT_READDATA, source)
            ccurl_easy_set_seek(easy.pointer, curlSeeksBody)
            ccurl_easy_set_pointer(easy.pointer, CURLOPT_SEEKDATA, source)
        } else if let body = request.body ?? (request.method == "POST" ? [] : nil) {
            ccurl_easy_set_large(easy.pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            let code = (body + [0]).withUnsafeBytes {
                ccurl_easy_set_pointer(easy.pointer, CURLOPT_COPYPOSTFIELDS, $0.baseAddress)
            }
            guard code == 0 else { throw .unavailable("libcurl has no memory for the request's body.") }
        }
        if request.method != "GET" && request.method != "POST"
            || request.method == "GET" && request.body != nil
        {
            easy.set(CURLOPT_CUSTOMREQUEST, request.method)
        }
    }

    /// `Expect:` is taken away, or curl would hold a larger body back for a second, and so is curl's own
    /// content type.
    ///
    /// A header without a value needs `;`.
    private var headerLines: [String] {
        var lines = ["Expect:"]
        if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            lines.append("Content-Type:")
        }
        return lines + request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    }
}
