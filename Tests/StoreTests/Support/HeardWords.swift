import Synchronization

/// What a test hears of a database's log.
final class HeardWords: Sendable {
    private let heard = Mutex<[String]>([])
    var all: [String] { heard.withLock { $0 } }
    func hear(_ text: String) { heard.withLock { $0.append(text) } }
}
