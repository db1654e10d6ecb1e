import Core
import Testing
import Wire

@testable import Models

struct AnthropicReaderTests {
    let endpoint = Endpoint.sample(.anthropicMessages)

    static let whole = stream(
        [
            #"{"type":"message_start","message":{"id":"msg_1","role":"assistant","content":[],"usage":{"input_tokens":100,"cache_read_input_tokens":30,"cache_creation_input_tokens":20,"output_tokens":1}}}"#,
            #"{"type":"ping"}"#,
            #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Let me "}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"see."}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}"#,
            #"{"type":"content_block_stop","index":0}"#,
            #"{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"cmVk"}}"#,
            #"{"type":"content_block_stop","index":1}"#,
            #"{"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}"#,
            #"{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"Smörgås"}}"#,
            #"{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":" 🍤"}}"#,
            #"{"type":"content_block_delta","index":2,"delta":{"type":"citations_delta","citation":{}}}"#,
            #"{"type":"content_block_stop","index":2}"#,
            #"{"type":"content_block_start","index":3,"content_block":{"type":"server_tool_use","id":"x","name":"y"}}"#,
            #"{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{}"}}"#,
            #"{"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"toolu_1","name":"read","input":{}}}"#,
            #"{"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":""}}"#,
            #"{"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":"{\"path\": \"a"}}"#,
            #"{"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":".md\"}"}}"#,
            #"{"type":"content_block_stop","index":4}"#,
            #"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":42}}"#,
            #"{"type":"message_stop"}"#,
        ], named: true)

    @Test func `a whole answer is put together, any way it is cut`() throws {
        for cut in 0...Self.whole.utf8.count {
            var reader = AnthropicReader()
            let events = try reader.readAll(Self.whole, cuts: [cut])
            let message = reader.answer.message(from: endpoint)

            #expect(reader.isComplete, "cut at \(cut)")
            #expect(
                message.content == [
                    .thinking("Let me see.", signature: "c2ln"), .redactedThinking(data: "cmVk"),
                    .text("Smörgås 🍤"),
                    .toolCall(ToolCall(id: "toolu_1", name: "read", arguments: ["path": "a.md"])),
                ], "cut at \(cut)")
            #expect(
                events.summary == [
                    "thinking Let me ", "thinking see.", "text Smörgås", "text  🍤", "call toolu_1 read",
                ], "cut at \(cut)")
        }
    }

    @Test func `usage, price, reason and id are kept`() throws {
        var reader = AnthropicReader()
        _ = try reader.readAll(Self.whole)
        let message = reader.answer.message(from: endpoint)

        #expect(message.stopReason == .toolUse)
        #expect(message.responseID == "msg_1")
        #expect(
            message.api == "anthropic-messages" && message.provider == "fake" && message.model == "fake-1")
        let usage = try #require(message.usage)
        #expect([usage.input, usage.output, usage.cacheRead, usage.cacheWrite] == [100, 42, 30, 20])
        #expect(abs((usage.cost?.total ?? 0) - (200 + 420 + 6 + 50) / 1_000_000) < 1e-12)
    }

    @Test(arguments: [
        ("end_turn", StopReason.stop), ("stop_sequence", .stop), ("max_tokens", .length),
        ("pause_turn", .stop),
        ("model_context_window_exceeded", .length), ("refusal", .error), ("something_new", .stop),
    ])
    func `every stop reason has its meaning`(reason: String, meaning: StopReason) throws {
        var reader = AnthropicReader()
        _ = try reader.readAll(stream([#"{"type":"message_delta","delta":{"stop_reason":"\#(reason)"}}"#]))
        #expect(reader.answer.message(from: endpoint).stopReason == meaning)
    }

    @Test(arguments: [#"{"stop_reason":null}"#, #"{"stop_reason":""}"#, "{}"])
    func `an event that only counts does not change the reason`(delta: String) throws {
        var reader = AnthropicReader()
        _ = try reader.readAll(
            stream([
                #"{"type":"message_delta","delta":{"stop_reason":"refusal"}}"#,
                #"{"type":"message_delta","delta":\#(delta),"usage":{"output_tokens":7}}"#,
            ]))
        let message = reader.answer.message(from: endpoint)
        #expect(message.stopReason == .error && message.usage?.output == 7)
    }

    @Test func `an error event is a failure`() {
        var reader = AnthropicReader()
        let event = #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
        #expect(throws: VendorFailure(status: nil, codes: ["overloaded_error"], message: "Overloaded")) {
            _ = try reader.readAll(stream([event]))
        }
    }

    @Test func `what broke off keeps its text and leaves its call out`() throws {
        var reader = AnthropicReader()
        let end = try #require(Self.whole.firstRange(of: ".md"))
        _ = try reader.readAll(String(Self.whole[..<end.lowerBound]))
        let partial = reader.answer.message(from: endpoint, isWhole: false)

        #expect(!reader.isComplete)
        #expect(partial.stopReason == .error)
        #expect(partial.text == "Smörgås 🍤" && partial.toolCalls.isEmpty)
    }

    @Test func `bytes that are no UTF-8 cost a character and not the answer`() throws {
        var reader = AnthropicReader()
        let start = Array(
            #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"sm"#.utf8)
        _ = try reader.read(SSEEvent(data: start + [0xC3] + Array(#"r"}}"#.utf8)))
        #expect(reader.answer.message(from: endpoint, isWhole: false).text == "sm\u{FFFD}r")
    }

    @Test func `arguments that are no JSON come as text`() throws {
        var reader = AnthropicReader()
        _ = try reader.readAll(
            stream([
                #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"read","input":{}}}"#,
                #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"path"}}"#,
                #"{"type":"message_delta","delta":{"stop_reason":"max_tokens"}}"#,
            ]))
        #expect(reader.answer.message(from: endpoint).toolCalls.map(\.arguments) == [.string(#"{"path"#)])
    }

    @Test func `a server that sends the whole input at once is understood`() throws {
        var reader = AnthropicReader()
        _ = try reader.readAll(
            stream([
                #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"read","input":{"path":"b"}}}"#
            ]))
        #expect(reader.answer.message(from: endpoint).toolCalls.map(\.arguments) == [["path": "b"]])
    }
}
