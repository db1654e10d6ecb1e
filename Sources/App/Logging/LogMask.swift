import Core
import Synchronization

/// What is hidden in every line; it may learn of more secrets while lines are written.
final class LogMask: Sendable {
    /// Nil: `logging.redactSensitive` is off.
    private let mask = Mutex<SecretMask?>(nil)

    func apply(to line: String) -> String { mask.withLock { $0 }?.apply(to: line) ?? line }

    func replace(with mask: SecretMask?) { self.mask.withLock { $0 = mask } }
}
