import Core
import Wire

/// Sends one request to a vendor and reads its stream of events to the end.
@MainActor
struct VendorCall {
    let web: WebClient
    let endpoint: Endpoint

    func send(
        _ url: String, headers: [(name: String, value: String)], _ vendorRequest: some VendorRequest,
        reader: some AnswerReader, emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        let body = vendorRequest.body
        var request = WebRequest(
            "POST", url, headers: endpoint.headerList(vendor: headers), body: body)
        request.idleTimeout = endpoint.idleTimeout
        request.proxy = endpoint.proxy
        request.acceptsCompression = false
        let stream = try await open(request, wordBytes: body.count - vendorRequest.imageBytes)
        let message = try await read(stream, reader, emit: emit)
        stream.release()
        return message
    }

    private func open(_ request: WebRequest, wordBytes: Int) async throws(ModelError) -> WebStream {
        let stream: WebStream
        do throws(WebError) {
            stream = try await web.open(request)
        } catch {
            throw ModelError(error, endpoint)
        }
        // Some servers answer with an error, or without a stream, and still say 200.
        let isJSON = stream.head["content-type"]?.hasPrefix("application/json") ?? false
        guard stream.head.status != 200 || isJSON else { return stream }
        throw ModelError(await failure(of: stream), from: endpoint, wordBytes: wordBytes)
    }

    private func failure(of stream: WebStream) async -> VendorFailure {
        // Without its body the status still says enough.
        let body = (try? await stream.collect(upTo: AnswerStart.mostBytes)) ?? []
        stream.close()
        var failure = VendorFailure(status: stream.head.status, body: body, endpoint)
        if (300..<400).contains(stream.head.status), let place = stream.head["location"] {
            failure.message = endpoint.redirectAdvice(to: place)
        }
        failure.retryAfter =
            stream.head.retryAfter(now: Timestamp.now.milliseconds / 1000) ?? failure.retryAfter
        return failure
    }

    /// What comes after an answer's last word is usage, at once or never; some servers keep the line all the same.
    private static let lastWords = Duration.seconds(3)

    /// `began` is held back until there is something to show: up to then another provider may take over.
    private func read(
        _ stream: WebStream, _ reader: some AnswerReader, emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        var reader = reader
        var parser = SSEParser()
        var start = AnswerStart()
        var hasBegun = false
        do {
            while !reader.isComplete, let bytes = try await stream.next() {
                let events = try parser.feed(bytes)
                start.add(bytes, hasEvents: !events.isEmpty)
                for event in events {
                    endpoint.record?(endpoint.reference, event)
                    for event in try reader.read(event) {
                        if case .usage = event, !hasBegun { continue }
                        if !hasBegun { await emit(.began(endpoint.reference)) }
                        hasBegun = true
                        await emit(event)
                    }
                }
                guard !reader.answer.isTooLarge else {
                    return endless(reader.answer)
                }
                if reader.mayEnd { stream.closeSoon(Self.lastWords) }
            }
        } catch let error as WebError where reader.mayEnd && !error.isCancelled {
            // All was said; only the end of the stream is missing.
        } catch {
            throw brokenOff(error, hasBegun, reader.answer)
        }
        guard reader.mayEnd else {
            if let body = start.otherBody {
                throw brokenOff(
                    VendorFailure(status: stream.head.status, body: body, endpoint), hasBegun, reader.answer)
            }
            throw brokenOff(
                WebError.interrupted("The stream ended before the answer did."), hasBegun, reader.answer)
        }
        return try await whole(reader.answer, hasBegun, emit: emit)
    }

    private func whole(
        _ answer: AnswerBuilder, _ hasBegun: Bool, emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        let message = answer.message(from: endpoint)
        if message.stopReason == .error, !hasBegun {
            throw .rejected(
                message: "`\(endpoint.reference)`: \(message.errorMessage ?? "There is no answer.")")
        }
        if !hasBegun { await emit(.began(endpoint.reference)) }
        if let usage = message.usage { await emit(.usage(usage)) }
        return message
    }

    /// What was said is kept, and says why it ends: asked again, the model would hardly come to an end either.
    private func endless(_ answer: AnswerBuilder) -> AssistantMessage {
        var message = answer.message(from: endpoint, isWhole: false)
        message.errorMessage =
            "The answer had no end and was broken off after \(AnswerBuilder.maxAnswerBytes >> 20) MiB."
        return message
    }

    /// Before the first event anyone may try again; after it what was said is kept.
    private func brokenOff(_ error: any Error, _ hasBegun: Bool, _ answer: AnswerBuilder) -> ModelError {
        let reason: ModelError
        switch error {
        case let error as VendorFailure: reason = ModelError(error, from: endpoint)
        case let error as WebError: reason = ModelError(error, endpoint)
        case SSEError.tooLarge(let limit):
            reason = .rejected(message: "`\(endpoint.reference)` sent an event of more than \(limit) bytes.")
        default: reason = .rejected(message: "`\(endpoint.reference)`: \(error)")
        }
        if case .cancelled = reason { return .cancelled }
        guard hasBegun else { return reason }
        var partial = answer.message(from: endpoint, isWhole: false)
        partial.errorMessage = reason.explanation
        return .interrupted(partial: partial, message: reason.explanation)
    }
}

/// What came before the first event, which tells whether an answer is a stream of events at all.
private struct AnswerStart {
    /// Most that is kept, in bytes.
    ///
    /// Vendors' errors are under 4 kB.
    static let mostBytes = 64 << 10

    private var bytes: [UInt8] = []
    private var hasEvents = false

    mutating func add(_ more: [UInt8], hasEvents: Bool) {
        self.hasEvents = self.hasEvents || hasEvents
        bytes = self.hasEvents ? [] : bytes + more.prefix(Self.mostBytes - bytes.count)
    }

    /// The beginning of what is no stream of events, also not one that broke off in its first line.
    var otherBody: [UInt8]? {
        let word = bytes.drop { $0 <= 0x20 }.prefix(Self.longestField)
        let isField = Self.fields.contains { field in
            word.starts(with: field.utf8) || field.utf8.starts(with: word)
        }
        return hasEvents || isField ? nil : bytes
    }

    /// What a line of a stream begins with; the empty one is a comment's.
    private static let fields = [":", "data:", "event:", "id:", "retry:"]
    private static let longestField = 6
}

extension VendorFailure {
    /// What an answer that is no stream of events tells: an error, or else that something else answers at this address.
    fileprivate init(status: Int, body: [UInt8], _ endpoint: Endpoint) {
        // Without words the status still says enough.
        self =
            (try? JSON.parse(body)).map { VendorFailure(status: status, json: $0) }
            ?? VendorFailure(status: status)
        if (200..<300).contains(status), message.isEmpty, kind == .rejected {
            message = endpoint.addressAdvice
            isForeign = true
        }
    }
}

extension WebError {
    fileprivate var isCancelled: Bool { if case .cancelled = self { true } else { false } }
}
