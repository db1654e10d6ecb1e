import Core
import Testing

@testable import Models

struct GeminiReaderTests {
    let endpoint = Endpoint.sample(.googleGenerativeAI)

    static let whole = stream([
        #"{"candidates":[{"content":{"role":"model","parts":[{"text":"Hm.","thought":true}]},"index":0}],"usageMetadata":{"promptTokenCount":130},"responseId":"r1"}"#,
        #"{"candidates":[{"content":{"role":"model","parts":[{"text":"Smörgås"}]}}],"responseId":"r1"}"#,
        #"{"candidates":[{"content":{"role":"model","parts":[{"text":" 🍤"},{"executableCode":{}}]}}]}"#,
        #"{"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"read","args":{"path":"a"},"id":"g1"},"thoughtSignature":"c2ln"},{"functionCall":{"name":"read","args":{}}}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":130,"cachedContentTokenCount":30,"candidatesTokenCount":40,"thoughtsTokenCount":2,"totalTokenCount":172}}"#,
    ])

    @Test func `a whole answer is put together, any way it is cut`() throws {
        for cut in 0...Self.whole.utf8.count {
            var reader = GeminiReader()
            let events = try reader.readAll(Self.whole, cuts: [cut])
            let message = reader.answer.message(from: endpoint)

            #expect(reader.mayEnd && message.stopReason == .toolUse, "cut at \(cut)")
            #expect(
                message.content.prefix(2) == [.thinking("Hm.", signature: nil), .text("Smörgås 🍤")],
                "cut at \(cut)")
            #expect(
                message.toolCalls.first
                    == ToolCall(id: "g1", name: "read", arguments: ["path": "a"], signature: "c2ln"),
                "cut at \(cut)")
            #expect(
                message.toolCalls.count == 2 && message.toolCalls[1].id.hasPrefix("call_"), "cut at \(cut)")
            #expect(
                events.summary.prefix(4) == ["thinking Hm.", "text Smörgås", "text  🍤", "call g1 read"],
                "cut at \(cut)")
        }
    }

    @Test func `signatures stay with their parts, and sentences whole`() throws {
        var reader = GeminiReader()
        let events = try reader.readAll(
            stream([
                #"{"candidates":[{"content":{"parts":[{"text":"Hm","thought":true},{"text":".","thought":true,"thoughtSignature":"s1"}]}}]}"#,
                #"{"candidates":[{"content":{"parts":[{"text":"Hel"}]}}]}"#,
                #"{"candidates":[{"content":{"parts":[{"text":"lo","thoughtSignature":"s2"}]}}]}"#,
                #"{"candidates":[{"content":{"parts":[{"text":"More","thoughtSignature":"s3"}]}}]}"#,
                #"{"candidates":[{"content":{"parts":[{"text":"!"},{"thoughtSignature":"s4"}]},"finishReason":"STOP"}]}"#,
            ]))
        #expect(
            reader.answer.message(from: endpoint).content == [
                .thinking("Hm.", signature: "s1"), .text("Hello"), .text("", signature: "s2"),
                .text("More", signature: "s3"), .text("!"), .text("", signature: "s4"),
            ])
        #expect(
            events.summary == [
                "thinking Hm", "thinking .", "text Hel", "text lo", "text More", "text !",
            ])
    }

    @Test func `thoughts count as output, cached tokens not as input`() throws {
        var reader = GeminiReader()
        _ = try reader.readAll(Self.whole)
        #expect(reader.answer.usage == Usage(input: 100, output: 42, cacheRead: 30))
        #expect(reader.answer.responseID == "r1")
    }

    @Test(arguments: [
        ("STOP", StopReason.stop), ("MAX_TOKENS", .length), ("SAFETY", .error), ("RECITATION", .error),
        ("SOMETHING_NEW", .error),
    ])
    func `every finish reason has its meaning`(reason: String, meaning: StopReason) throws {
        var reader = GeminiReader()
        _ = try reader.readAll(stream([#"{"candidates":[{"finishReason":"\#(reason)"}]}"#]))
        let message = reader.answer.message(from: endpoint)
        #expect(message.stopReason == meaning)
        #expect((message.errorMessage != nil) == (meaning == .error))
    }

    @Test func `a reason that says nothing ends nothing`() throws {
        var reader = GeminiReader()
        _ = try reader.readAll(
            stream([
                #"{"promptFeedback":{"blockReason":""},"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":""}]}"#
            ]))
        #expect(!reader.mayEnd && reader.answer.message(from: endpoint).stopReason == .stop)
    }

    @Test func `a blocked prompt is an answer that says so`() throws {
        var reader = GeminiReader()
        _ = try reader.readAll(stream([#"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}"#]))
        #expect(reader.mayEnd)
        #expect(
            reader.answer.message(from: endpoint).errorMessage
                == "The provider stopped the answer (`PROHIBITED_CONTENT`).")
    }

    @Test(arguments: [
        #"{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}"#,
        #"{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]}"#,
    ])
    func `what may go better next time is a passing failure`(event: String) {
        var reader = GeminiReader()
        do {
            _ = try reader.readAll(stream([event]))
            Issue.record("no failure")
        } catch {
            #expect((error as? VendorFailure)?.kind == .overloaded)
        }
    }
}
