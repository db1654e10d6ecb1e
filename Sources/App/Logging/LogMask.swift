import Core
import Synchronization

/// What is hidden in every line; it may learn of more secrets while lines are written.
final class LogMask: Sendable {
    /// Nil: `logging.redactSensitive` is off.
    private let mask = Mutex<SecretMask?>(nil)

    func apply(to line: String) -> String { mask.withLock { $0 }?.apply(to: line) ?? line }

    /// Masked before it is written as JSON, where what stands for a line break would hide where a secret begins.
    func apply(to line: Log.Line) -> Log.Line {
        var line = line
        line.message = apply(to: line.message)
        line.metadata = line.metadata.map { ($0.key, apply(to: $0.value)) }
        return line
    }

    func replace(with mask: SecretMask?) { self.mask.withLock { $0 = mask } }
}
