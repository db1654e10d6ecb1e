/// The opening handshake (RFC 6455 §4.2).
struct WebSocketHandshake {
    enum Outcome {
        case success(WebSocketHandshake)
        case failure(HTTPResponse)
    }

    private static let guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    /// The `Sec-WebSocket-Accept` that answers a `Sec-WebSocket-Key`.
    static func accept(for key: String) -> String {
        Base64.encode(Digest.sha1(Array((key + guid).utf8)))
    }

    private let key: String
    /// The compression that the client offers and that we can do.
    let compression: CompressionOffer?

    /// Whether a request wants to become a WebSocket.
    static func isAsked(by request: HTTPRequest) -> Bool {
        request.headers.contains("Upgrade", token: "websocket")
            && request.headers.contains("Connection", token: "upgrade")
    }

    static func check(_ request: HTTPRequest) -> Outcome {
        let headers = request.headers
        guard request.method == "GET", !request.isHTTP10, !announcesBody(headers) else {
            return .failure(refusal("A WebSocket begins with a GET of HTTP/1.1 without a body."))
        }
        let versions = headers.all("Sec-WebSocket-Version")
        guard versions == ["13"] else {
            var response = refusal("The only WebSocket version here is 13.", status: 426)
            response.headers.add("Sec-WebSocket-Version", "13")
            return .failure(response)
        }
        let keys = headers.all("Sec-WebSocket-Key")
        guard keys.count == 1, Base64.decode(keys[0])?.count == 16 else {
            return .failure(refusal("The Sec-WebSocket-Key is malformed."))
        }
        let offers = headers.all("Sec-WebSocket-Extensions")
        return .success(WebSocketHandshake(key: keys[0], compression: CompressionOffer.first(in: offers)))
    }

    /// Also of a body that was not kept.
    private static func announcesBody(_ headers: HTTPHeaders) -> Bool {
        headers["Transfer-Encoding"] != nil || Int(headers["Content-Length"] ?? "0") != 0
    }

    /// The headers of the 101 answer, but for `Connection`.
    func answer(_ options: WebSocketOptions, _ compression: CompressionOffer?) -> HTTPHeaders {
        var headers = options.headers
        headers.add("Upgrade", "websocket")
        headers.add("Sec-WebSocket-Accept", Self.accept(for: key))
        if let subprotocol = options.subprotocol { headers.add("Sec-WebSocket-Protocol", subprotocol) }
        if let compression { headers.add("Sec-WebSocket-Extensions", compression.answer) }
        return headers
    }

    private static func refusal(_ text: String, status: Int = 400) -> HTTPResponse {
        var response = HTTPResponse.text(text + "\n", status: status)
        response.closesConnection = true
        return response
    }
}
