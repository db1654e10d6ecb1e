import Core
import Testing

@testable import Models

struct OpenAIChatReaderTests {
    let endpoint = Endpoint.sample(.openAICompletions)

    static let whole =
        ": keep-alive\n\n"
        + stream([
            #"{"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}"#,
            #"{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"reasoning_content":"Hm."}}]}"#,
            #"{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"Smörgås"}}]}"#,
            #"{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":" 🍤"}}]}"#,
            #"{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"read","arguments":""}}]}}]}"#,
            #"{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"path\":"}}]}}]}"#,
            #"{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_2","function":{"name":"write","arguments":"{}"}}]}}]}"#,
            #"{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"a\"}"}}]}}]}"#,
            #"{"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
            #"{"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":150,"completion_tokens":42,"prompt_tokens_details":{"cached_tokens":30,"cache_write_tokens":20}}}"#,
            "[DONE]",
        ])

    @Test func `a whole answer is put together, any way it is cut`() throws {
        for cut in 0...Self.whole.utf8.count {
            var reader = OpenAIChatReader()
            let events = try reader.readAll(Self.whole, cuts: [cut])
            let message = reader.answer.message(from: endpoint)

            #expect(reader.isComplete && message.stopReason == .toolUse, "cut at \(cut)")
            #expect(
                message.content == [
                    .thinking("Hm.", signature: nil), .text("Smörgås 🍤"),
                    .toolCall(ToolCall(id: "call_1", name: "read", arguments: ["path": "a"])),
                    .toolCall(ToolCall(id: "call_2", name: "write", arguments: [:])),
                ], "cut at \(cut)")
            #expect(
                events.summary == [
                    "thinking Hm.", "text Smörgås", "text  🍤", "call call_1 read", "call call_2 write",
                ],
                "cut at \(cut)")
        }
    }

    @Test func `cached tokens are not counted twice`() throws {
        var reader = OpenAIChatReader()
        _ = try reader.readAll(Self.whole)
        let usage = try #require(reader.answer.usage)
        #expect([usage.input, usage.output, usage.cacheRead, usage.cacheWrite] == [100, 42, 30, 20])
    }

    private func read(_ events: [String]) throws -> OpenAIChatReader {
        var reader = OpenAIChatReader()
        _ = try reader.readAll(stream(events))
        return reader
    }

    @Test(arguments: [
        ("stop", StopReason.stop), ("length", .length), ("content_filter", .error), ("eos", .stop),
    ])
    func `every finish reason has its meaning`(reason: String, meaning: StopReason) throws {
        let reader = try read([#"{"choices":[{"delta":{"content":"x"},"finish_reason":"\#(reason)"}]}"#])
        #expect(reader.mayEnd && !reader.isComplete)
        #expect(reader.answer.message(from: endpoint).stopReason == meaning)
    }

    @Test func `a server that says stop after a call means the call`() throws {
        let reader = try read([
            #"{"choices":[{"delta":{"tool_calls":[{"function":{"name":"read","arguments":{"path":"a"}}}]},"finish_reason":"stop"}]}"#
        ])
        let message = reader.answer.message(from: endpoint)
        #expect(message.stopReason == .toolUse)
        #expect(message.toolCalls.first?.arguments == ["path": "a"])
        #expect(message.toolCalls.first?.id.isEmpty == false)
    }

    @Test func `calls without an index are each whole`() throws {
        let reader = try read([
            #"{"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"read","arguments":"{}"}},{"id":"b","function":{"name":"write","arguments":"{}"}}]}}]}"#
        ])
        #expect(reader.answer.message(from: endpoint).toolCalls.map(\.id) == ["a", "b"])
    }

    /// The pieces of `tool_calls`, and the calls they are, as name and arguments.
    private static let pieces: [([String], [String])] = [
        // All with the same number: by id.
        (
            [
                #"{"index":0,"id":"a","function":{"name":"read","arguments":"{\"n\":1}"}}"#,
                #"{"index":0,"id":"b","function":{"name":"read","arguments":"{\"n\""}}"#,
                #"{"index":0,"function":{"arguments":":2}"}}"#,
            ], [#"read {"n":1}"#, #"read {"n":2}"#]
        ),
        // By id, in turns.
        (
            [
                #"{"index":0,"id":"a","function":{"name":"read","arguments":"{\"n\""}}"#,
                #"{"index":0,"id":"b","function":{"name":"write","arguments":"{\"n\""}}"#,
                #"{"index":0,"id":"a","function":{"arguments":":1}"}}"#,
                #"{"index":0,"id":"b","function":{"arguments":":2}"}}"#,
            ], [#"read {"n":1}"#, #"write {"n":2}"#]
        ),
        // Without ids, each whole: by what is whole already.
        (
            [
                #"{"index":0,"id":"","function":{"name":"read","arguments":"{\"n\":1}"}}"#,
                #"{"index":0,"function":{"name":"read","arguments":{"n":2}}}"#,
                #"{"function":{"name":"write","arguments":"{}"}}"#,
            ], [#"read {"n":1}"#, #"read {"n":2}"#, "write {}"]
        ),
        // Id and name again with every piece, or an id of its own for every piece.
        (
            [
                #"{"index":0,"id":"a","function":{"name":"read","arguments":"{\"n\":{}"}}"#,
                #"{"index":0,"id":"a","function":{"name":"read","arguments":"}"}}"#,
                #"{"id":"a","function":{"arguments":""}}"#,
            ], [#"read {"n":{}}"#]
        ),
        (
            [
                #"{"index":1,"id":"a","function":{"name":"read","arguments":"{\"n\":"}}"#,
                #"{"index":1,"id":"b","function":{"name":null,"arguments":"1}"}}"#,
                #"{"index":2,"id":"b","function":{"name":"read","arguments":"{}"}}"#,
            ], [#"read {"n":1}"#, "read {}"]
        ),
        // The name again with every piece, without an id.
        (
            [
                #"{"index":0,"function":{"name":"read","arguments":""}}"#,
                #"{"index":0,"function":{"name":"read","arguments":"{\"n\":"}}"#,
                #"{"index":0,"function":{"name":"read","arguments":"{}}"}}"#,
            ], [#"read {"n":{}}"#]
        ),
        // The name after the id.
        (
            [
                #"{"index":0,"id":"a"}"#, #"{"index":0,"function":{"name":"read"}}"#,
                #"{"index":0,"function":{"arguments":"{\"n\":1}"}}"#,
            ], [#"read {"n":1}"#]
        ),
        // Numbers that no list has.
        (
            [
                #"{"index":9223372036854775807,"id":"a","function":{"name":"read","arguments":"{}"}}"#,
                #"{"id":"b","function":{"name":"write","arguments":"{}"}}"#,
                #"{"index":-9223372036854775808,"id":"c","function":{"name":"read","arguments":"{"}}"#,
                #"{"index":9223372036854775807,"function":{"arguments":""}}"#,
                #"{"index":-9223372036854775808,"function":{"arguments":"}"}}"#,
            ], ["read {}", "write {}", "read {}"]
        ),
    ]

    @Test(arguments: pieces)
    func `calls are told apart whatever number a server gives them`(pieces: [String], calls: [String]) throws
    {
        let reader = try read(pieces.map { #"{"choices":[{"delta":{"tool_calls":[\#($0)]}}]}"# })
        let found = reader.answer.message(from: endpoint).toolCalls

        #expect(found.map { "\($0.name) \($0.arguments.text)" } == calls)
        #expect(Set(found.map(\.id)).count == calls.count)
    }

    @Test(arguments: ["\"\"", "\"null\"", "null"])
    func `a reason that says nothing ends nothing`(none: String) throws {
        let chunks = ["<think>", "plan", "</think>", "Hi"].map {
            #"{"choices":[{"delta":{"content":"\#($0)"},"finish_reason":\#(none)}]}"#
        }
        #expect(!(try read(chunks)).mayEnd)
        let whole = try read(chunks + [#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#])
        #expect(
            whole.answer.message(from: endpoint).content == [.thinking("plan", signature: nil), .text("Hi")])
    }

    @Test func `without a finish reason the answer is not whole`() throws {
        #expect(!(try read([#"{"choices":[{"delta":{"content":"x"}}]}"#])).mayEnd)
    }

    @Test(arguments: [
        #"{"error":{"code":502,"message":"upstream"}}"#,
        #"{"choices":[{"error":{"code":429,"message":"slow"}}]}"#, "{",
        #"{"choices":[{"delta":{"content":"half"},"finish_reason":"error"}]}"#,
    ])
    func `an error inside the stream is a failure`(event: String) {
        #expect(throws: VendorFailure.self) { try read([event]) }
    }

    @Test func `Mistral's list of text and thoughts is understood`() throws {
        let reader = try read([
            #"{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"yes"}]}}]}"#
        ])
        #expect(
            reader.answer.message(from: endpoint).content == [.thinking("hm", signature: nil), .text("yes")])
    }

    @Test func `thoughts between tags at the answer's beginning are thoughts`() throws {
        let reader = try read([
            #"{"choices":[{"delta":{"content":"\n<thi"}}]}"#,
            #"{"choices":[{"delta":{"content":"nk>secret plan</th"}}]}"#,
            #"{"choices":[{"delta":{"content":"ink>\n\nHello <b"}}]}"#,
            #"{"choices":[{"delta":{"content":">Ann"},"finish_reason":"stop"}]}"#,
        ])
        #expect(
            reader.answer.message(from: endpoint).content == [
                .thinking("secret plan", signature: nil), .text("Hello <b>Ann"),
            ])
    }

    @Test(arguments: [
        #"{"choices":[{"delta":{"content":" <"},"finish_reason":"stop"}]}"#,
        #"{"choices":[{"delta":{"content":" <"}}]}"#,
    ])
    func `what might have become a tag is text when nothing follows`(event: String) throws {
        #expect(try read([event, "[DONE]"]).answer.message(from: endpoint).content == [.text(" <")])
    }

    @Test func `OpenRouter's reasoning details are kept to go back`() throws {
        let reader = try read([
            #"{"choices":[{"delta":{"reasoning":"a","reasoning_details":[{"type":"reasoning.text","text":"a","index":0}]}}]}"#,
            #"{"choices":[{"delta":{"reasoning":"b","reasoning_details":[{"type":"reasoning.text","text":"b","signature":"s","index":0}]}}]}"#,
            #"{"choices":[{"delta":{"reasoning_details":[{"type":"reasoning.encrypted","data":"x","index":1}]},"finish_reason":"stop"}]}"#,
            "[DONE]",
        ])
        guard case .thinking("ab", let signature?)? = reader.answer.message(from: endpoint).content.first
        else {
            Issue.record("no thought")
            return
        }
        #expect(
            try json(signature)
                == json(
                    #"[{"type":"reasoning.text","text":"ab","index":0,"signature":"s"},{"type":"reasoning.encrypted","data":"x","index":1}]"#
                ))
    }

    @Test(arguments: ["\"index\":0,", ""])
    func `reasoning details without an end are too large as text is`(index: String) throws {
        let detail = #"{"type":"reasoning.text",\#(index)"text":"\#(String(repeating: "a", count: 100))"}"#
        let chunk = #"{"choices":[{"delta":{"reasoning_details":[\#(detail)]}}]}"#
        let reader = try read(Array(repeating: chunk, count: 22_000))
        #expect(reader.answer.isTooLarge)
    }

    @Test func `DeepSeek's names for cached tokens are known`() throws {
        let reader = try read([
            #"{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":1,"prompt_cache_hit_tokens":4}}"#
        ])
        #expect(reader.answer.usage == Usage(input: 6, output: 1, cacheRead: 4))
    }
}
