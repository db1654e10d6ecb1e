import Core
import Wire

struct MultipartForm: Sendable {
    private static let boundary = "openclaw-7d1f0a53c2b94e68"
    private(set) var bytes: [UInt8] = []
    var contentType: String { "multipart/form-data; boundary=" + Self.boundary }
    var body: [UInt8] { bytes + Array("--\(Self.boundary)--\r\n".utf8) }

    mutating func add(_ name: String, _ data: [UInt8], filename: String? = nil, type: String) {
        let file = filename.map { "; filename=\"\($0.replacingQuotes)\"" } ?? ""
        let head =
            "--\(Self.boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\(file)\r\nContent-Type: \(type)\r\n\r\n"
        bytes += Array(head.utf8) + data + Array("\r\n".utf8)
    }
}

extension String {
    fileprivate var replacingQuotes: String { String(map { $0 == "\"" || $0.isNewline ? "_" : $0 }) }
}

extension WebClient {
    func save(_ request: WebRequest, to path: String, atMost most: Int) async throws(WebError) {
        throw .unavailable("pending")
    }
}
