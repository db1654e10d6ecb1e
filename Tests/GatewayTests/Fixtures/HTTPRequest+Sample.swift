@testable import Wire

extension HTTPRequest {
    /// A request from this machine that says only what a test is about.
    static func sample(
        _ path: String, method: String = "GET", query: String? = nil, accepts: String? = nil,
        headers: [(name: String, value: String)] = [],
        peer: String = "127.0.0.1", host: String = "localhost"
    ) -> HTTPRequest {
        var fields = HTTPHeaders(headers)
        if let accepts { fields.add("Accept-Encoding", accepts) }
        guard let peer = PeerAddress(peer) else { preconditionFailure("\(peer) is no address.") }
        return HTTPRequest(
            method: method, target: path, path: path, query: query, headers: fields, peer: peer,
            host: HostAndPort(host))
    }
}
