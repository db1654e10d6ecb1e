import CCurl

extension Transfer {
    func configure(_ easy: EasyHandle, userAgent: String) throws(WebError) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_easy_set_callback(easy.pointer, CURLOPT_HEADERFUNCTION, curlGaveHeader)
        ccurl_easy_set_pointer(easy.pointer, CURLOPT_HEADERDATA, context)
        ccurl_easy_set_callback(easy.pointer, CURLOPT_WRITEFUNCTION, curlGaveBody)
        ccurl_easy_set_pointer(easy.pointer, CURLOPT_WRITEDATA, context)
        easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        easy.set(CURLOPT_USERAGENT, userAgent)
        if request.acceptsCompression { easy.set(CURLOPT_ACCEPT_ENCODING, "") }
        if request.maxRedirects > 0 {
            easy.set(CURLOPT_FOLLOWLOCATION, 1)
            easy.set(CURLOPT_MAXREDIRS, request.maxRedirects)
        }
        try setBody(easy)
        try easy.setHeaders(headerLines)
    }

    /// The size comes first: without it curl takes the body for a C string.
    private func setBody(_ easy: EasyHandle) throws(WebError) {
        if request.method == "HEAD" { return easy.set(CURLOPT_NOBODY, 1) }
        if let form = request.form {
            let context = Unmanaged.passUnretained(self).toOpaque()
            easy.set(CURLOPT_POST, 1)
            ccurl_easy_set_large(easy.pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(form.byteCount))
            ccurl_easy_set_callback(easy.pointer, CURLOPT_READFUNCTION, curlWantsBody)
            ccurl_easy_set_pointer(easy.pointer, CURLOPT_READDATA, context)
            ccurl_easy_set_seek(easy.pointer, curlSeeksBody)
            ccurl_easy_set_pointer(easy.pointer, CURLOPT_SEEKDATA, context)
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
        if let form = request.form {
            lines.append("Content-Type: \(form.contentType)")
        } else if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            lines.append("Content-Type:")
        }
        return lines + request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    }
}
