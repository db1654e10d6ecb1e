import Core

/// Encoded answers to `chat.history`, kept until the session changes.
@MainActor
final class HistoryCache {
    struct Key: Hashable {
        var session: SessionKey
        /// As the client spelled it: the answer repeats it.
        var spelling: String
        var limit: Int
        var maxBytes: Int
        var generation: Generation
    }

    private var pages: [Key: [UInt8]] = [:]
    /// Oldest use first.
    private var order: [Key] = []
    private var bytes = 0
    /// Grows whenever something is forgotten: what was being read meanwhile may be old.
    private(set) var epoch = 0

    subscript(key: Key) -> [UInt8]? { pages[key] }

    func keep(_ page: [UInt8], for key: Key, readAt epoch: Int) {
        guard epoch == self.epoch, page.count <= Self.mostBytesOfOne else { return }
        if let old = pages[key] { bytes -= old.count } else { order.append(key) }
        pages[key] = page
        bytes += page.count
        while bytes > Self.mostBytes || order.count > Self.mostPages, let oldest = order.first {
            drop(oldest)
        }
    }

    func forget(_ session: SessionKey) {
        epoch += 1
        for key in order where key.session == session { drop(key) }
    }

    func forgetAll() {
        epoch += 1
        pages = [:]
        order = []
        bytes = 0
    }

    private func drop(_ key: Key) {
        order.removeAll { $0 == key }
        bytes -= pages.removeValue(forKey: key)?.count ?? 0
    }

    /// All pages together: a few open chats, on a machine of 256 MB.
    private static let mostBytes = 2 << 20
    private static let mostBytesOfOne = 512 << 10
    private static let mostPages = 32
}
