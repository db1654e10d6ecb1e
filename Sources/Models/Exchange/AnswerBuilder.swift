import Core

/// Puts an answer together from the pieces a stream brings, in the order in which they began.
struct AnswerBuilder {
    /// Largest answer kept.
    ///
    /// The longest a vendor writes is about 0.5 MB; more than 2 MiB has no end, or is an attack.
    static let maxAnswerBytes = 2 << 20

    struct Call {
        var id: String
        var name: String
        var arguments = ""
        var signature: String?

        fileprivate var byteCount: Int {
            id.utf8.count + name.utf8.count + arguments.utf8.count + (signature?.utf8.count ?? 0)
        }
    }

    enum Piece {
        case text(String, signature: String? = nil)
        case thinking(String, signature: String?)
        case redacted(String)
        case call(Call)

        fileprivate var byteCount: Int {
            switch self {
            case .text(let text, let signature): text.utf8.count + (signature?.utf8.count ?? 0)
            case .thinking(let text, let signature): text.utf8.count + (signature?.utf8.count ?? 0)
            case .redacted(let data): data.utf8.count
            case .call(let call): call.byteCount
            }
        }
    }

    var usage: Usage?
    var stopReason = StopReason.stop
    var errorMessage: String?
    var responseID: String?
    private var pieces: [Piece] = []
    /// The vendor's number of a piece, where it numbers them.
    private var places: [Int: Int] = [:]
    private var byteCount = 0

    var isEmpty: Bool { pieces.isEmpty }
    var hasCalls: Bool { pieces.contains { if case .call = $0 { true } else { false } } }
    /// More than any answer may have; the stream is to be left.
    var isTooLarge: Bool { byteCount > Self.maxAnswerBytes }

    mutating func begin(_ piece: Piece, at key: Int? = nil) {
        if let key { places[key] = pieces.count }
        pieces.append(piece)
        byteCount += Self.emptyPieceBytes + piece.byteCount
    }

    private static let emptyPieceBytes = 64

    func has(_ key: Int) -> Bool { places[key] != nil }

    /// Counts what a reader keeps beside the pieces.
    mutating func count(bytes: Int) { byteCount += bytes }

    /// Adds to the text at `key`, or to the last piece if that is text, or begins one.
    mutating func add(text: String, at key: Int? = nil) {
        if let place = place(key), case .text(_, nil) = pieces[place] {
            change(place) { $0.append(text) }
        } else {
            begin(.text(text), at: key)
        }
    }

    mutating func add(thinking: String, at key: Int? = nil) {
        if let place = place(key), case .thinking = pieces[place] {
            change(place) { $0.append(thinking) }
        } else {
            begin(.thinking(thinking, signature: nil), at: key)
        }
    }

    /// Text that came with a signature is a part of its own, but nobody's sentence is torn in two: at the end of a text
    /// the signature stands behind it, on an empty part.
    mutating func add(text: String, signature: String) {
        if case .text(_, nil)? = pieces.last, !text.isEmpty {
            add(text: text)
            begin(.text("", signature: signature))
        } else {
            begin(.text(text, signature: signature))
        }
    }

    /// The signature of the thought that goes on or begins with this text.
    mutating func add(thinking: String, signature: String) {
        if case .thinking(_, nil)? = pieces.last {} else { begin(.thinking("", signature: nil)) }
        add(thinking: thinking)
        change(pieces.count - 1) { $0.sign(signature) }
    }

    mutating func add(arguments: String, at key: Int) {
        guard let place = places[key], case .call = pieces[place] else {
            return count(bytes: arguments.utf8.count)
        }
        change(place) { $0.append(arguments) }
    }

    mutating func set(arguments: String, at key: Int) { changeCall(key) { $0.arguments = arguments } }

    mutating func set(name: String, at key: Int) { changeCall(key) { $0.name = name } }

    /// What the vendor wants back with the thought at `key`; it may come in pieces.
    mutating func add(signature: String, at key: Int) {
        guard let place = places[key], case .thinking = pieces[place] else {
            return count(bytes: signature.utf8.count)
        }
        change(place) { $0.sign(signature) }
    }

    mutating func set(signature: String, ofThoughtAt key: Int) {
        guard let place = places[key], case .thinking(let text, _) = pieces[place] else { return }
        change(place) { $0 = .thinking(text, signature: signature) }
    }

    private mutating func changeCall(_ key: Int, _ change: (inout Call) -> Void) {
        guard let place = places[key], case .call(var call) = pieces[place] else { return }
        change(&call)
        self.change(place) { $0 = .call(call) }
    }

    private mutating func change(_ place: Int, _ change: (inout Piece) -> Void) {
        let before = pieces[place].byteCount
        change(&pieces[place])
        byteCount += pieces[place].byteCount - before
    }

    /// The signature of the first thought, or of a new one in front of everything; a reader has counted it as it came.
    mutating func set(signatureOfFirstThought signature: String) {
        for place in pieces.indices {
            guard case .thinking(let text, _) = pieces[place] else { continue }
            pieces[place] = .thinking(text, signature: signature)
            return
        }
        pieces.insert(.thinking("", signature: signature), at: 0)
        places = places.mapValues { $0 + 1 }
    }

    /// A call's arguments may be cut short in an answer that broke off, so such calls are left out.
    func message(from endpoint: Endpoint, isWhole: Bool = true) -> AssistantMessage {
        var usage = usage?.bounded
        if let known = usage { usage?.cost = endpoint.model.cost(of: known) }
        return AssistantMessage(
            content: blocks(isWhole: isWhole), timestamp: .now, api: endpoint.api.rawValue,
            provider: endpoint.reference.provider, model: endpoint.reference.model, usage: usage,
            stopReason: isWhole ? stopReason : .error, errorMessage: errorMessage, responseID: responseID)
    }

    private func blocks(isWhole: Bool) -> [Block] {
        pieces.compactMap { piece in
            switch piece {
            case .text(let text, let signature):
                text.isEmpty && signature == nil ? nil : .text(text, signature: signature)
            case .thinking(let text, let signature):
                text.isEmpty && signature == nil ? nil : .thinking(text, signature: signature)
            case .redacted(let data): .redactedThinking(data: data)
            case .call(let call):
                isWhole
                    ? .toolCall(
                        ToolCall(
                            id: call.id, name: call.name, arguments: ToolArguments.parsed(call.arguments),
                            signature: call.signature))
                    : nil
            }
        }
    }

    private func place(_ key: Int?) -> Int? {
        if let key { return places[key] }
        return pieces.indices.last
    }
}

extension AnswerBuilder.Piece {
    /// Adds to its text or its arguments.
    fileprivate mutating func append(_ more: String) {
        switch takeOut() {
        case .text(var text, let signature):
            text += more
            self = .text(text, signature: signature)
        case .thinking(var text, let signature):
            text += more
            self = .thinking(text, signature: signature)
        case .redacted(var data):
            data += more
            self = .redacted(data)
        case .call(var call):
            call.arguments += more
            self = .call(call)
        }
    }

    /// Adds to a thought's signature.
    fileprivate mutating func sign(_ more: String) {
        guard case .thinking(let text, var signature) = takeOut() else { return }
        if signature == nil { signature = more } else { signature?.append(more) }
        self = .thinking(text, signature: signature)
    }

    /// Held once only while it is changed, so that what is long grows in place.
    private mutating func takeOut() -> Self {
        defer { self = .text("") }
        return self
    }
}

extension Usage {
    /// No vendor counts so many tokens in one request; sums of what is more might not fit in a number.
    private static let mostTokens = 1_000_000_000

    fileprivate var bounded: Usage {
        func bounded(_ count: Int) -> Int { min(max(count, 0), Self.mostTokens) }
        return Usage(
            input: bounded(input), output: bounded(output), cacheRead: bounded(cacheRead),
            cacheWrite: bounded(cacheWrite))
    }
}
