import Core
import Wire

/// Sends one request to a vendor and reads its stream of events to the end.
@MainActor
struct VendorCall {
    /// Largest error body read, in bytes.
    ///
    /// Vendors send under 4 kB.
    private static let maxErrorBytes = 64 << 10

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
        let body = (try? await stream.collect(upTo: Self.maxErrorBytes)) ?? []
        stream.close()
        var failure =
            (try? JSON.parse(body)).map { VendorFailure(status: stream.head.status, json: $0) }
            ?? VendorFailure(status: stream.head.status)
        if (300..<400).contains(stream.head.status), let place = stream.head["location"] {
            failure.message = endpoint.redirectAdvice(to: place)
        }
        failure.retryAfter =
            stream.head.retryAfter(now: Timestamp.now.milliseconds / 1000) ?? failure.retryAfter
        return failure
    }

    /// `began` is held back until there is something to show: up to then another provider may take over.
    private func read(
        _ stream: WebStream, _ reader: some AnswerReader, emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage {
        var reader = reader
        var parser = SSEParser()
        var hasBegun = false
        do {
            while !reader.isComplete, let bytes = try await stream.next() {
                for event in try parser.feed(bytes) {
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
            }
        } catch let error as WebError where reader.mayEnd && !error.isCancelled {
            // All was said; only the end of the stream is missing.
        } catch {
            throw brokenOff(error, hasBegun, reader.answer)
        }
        guard reader.mayEnd else {
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

extension WebError {
    fileprivate var isCancelled: Bool { if case .cancelled = self { true } else { false } }
}
