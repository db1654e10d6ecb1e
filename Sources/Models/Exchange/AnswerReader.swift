import Core
import Wire

/// Turns one vendor's events into an answer.
///
/// Pure: all of a vendor's stream is tested here.
protocol AnswerReader {
    /// Reads one event; throws what the vendor reports as an error.
    mutating func read(_ event: SSEEvent) throws(VendorFailure) -> [ModelEvent]
    /// Whether the vendor has said that the answer is over.
    var isComplete: Bool { get }
    /// Whether the answer is whole if the stream ends here. Some servers leave their last event out.
    var mayEnd: Bool { get }
    var answer: AnswerBuilder { get }
}

extension AnswerReader {
    var mayEnd: Bool { isComplete }
}

extension SSEEvent {
    /// OpenAI's last event, which is no JSON.
    var isDoneMark: Bool { data.count < 16 && text.trimmed == "[DONE]" }
}

extension JSON {
    /// A text that says something.
    var filledText: String? { stringValue.flatMap { $0.isEmpty ? nil : $0 } }

    /// Why an answer is over; some servers write `""` or `"null"` into every event until it is.
    var endReason: String? { filledText.flatMap { $0 == "null" ? nil : $0 } }
}
