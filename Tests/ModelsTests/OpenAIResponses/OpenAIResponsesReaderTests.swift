import Core
import Testing

@testable import Models

struct OpenAIResponsesReaderTests {
    let endpoint = Endpoint.sample(.openAIResponses)

    static let whole = stream(
        [
            #"{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","status":"in_progress"}}"#,
            #"{"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[]}}"#,
            #"{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}"#,
            #"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"First."}"#,
            #"{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":1,"part":{"type":"summary_text","text":""}}"#,
            #"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"Second."}"#,
            #"{"type":"response.output_item.done","output_index":0,"item":{"id":"rs_1","type":"reasoning","status":"completed","summary":[],"encrypted_content":"ZW4="}}"#,
            #"{"type":"response.output_item.added","output_index":1,"item":{"id":"msg_1","type":"message","role":"assistant","content":[]}}"#,
            #"{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"Smörgås"}"#,
            #"{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":" 🍤"}"#,
            #"{"type":"response.output_item.done","output_index":1,"item":{"id":"msg_1","type":"message"}}"#,
            #"{"type":"response.output_item.added","output_index":2,"item":{"id":"fc_1","type":"function_call","call_id":"call_1","name":"read","arguments":""}}"#,
            #"{"type":"response.function_call_arguments.delta","output_index":2,"delta":"{\"path\":"}"#,
            #"{"type":"response.function_call_arguments.delta","output_index":2,"delta":"\"a\"}"}"#,
            #"{"type":"response.function_call_arguments.done","output_index":2,"arguments":"{\"path\":\"a\"}"}"#,
            #"{"type":"response.output_item.added","output_index":3,"item":{"id":"ws_1","type":"web_search_call"}}"#,
            #"{"type":"response.completed","response":{"id":"resp_1","status":"completed","usage":{"input_tokens":150,"input_tokens_details":{"cached_tokens":30,"cache_write_tokens":20},"output_tokens":42}}}"#,
        ], named: true)

    @Test func `a whole answer is put together, any way it is cut`() throws {
        let item = #"{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"ZW4="}"#
        for cut in 0...Self.whole.utf8.count {
            var reader = OpenAIResponsesReader()
            let events = try reader.readAll(Self.whole, cuts: [cut])
            let message = reader.answer.message(from: endpoint)

            #expect(reader.isComplete && message.stopReason == .toolUse, "cut at \(cut)")
            #expect(
                message.content == [
                    .thinking("First.\n\nSecond.", signature: item), .text("Smörgås 🍤"),
                    .toolCall(
                        ToolCall(id: "call_1", name: "read", arguments: ["path": "a"], signature: "fc_1")),
                ], "cut at \(cut)")
            #expect(
                events.summary == [
                    "thinking First.", "thinking \n\n", "thinking Second.", "text Smörgås", "text  🍤",
                    "call call_1 read",
                ], "cut at \(cut)")
        }
    }

    @Test(arguments: [
        #"{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"Whole."}"#,
        #"{"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":[{"type":"output_text","text":"Whole."}]}}"#,
        "",
    ])
    func `a text that comes only when it is whole is told, and once`(event: String) throws {
        var reader = OpenAIResponsesReader()
        let end =
            #"{"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Whole."}]}]}}"#
        let events = try reader.readAll(stream([event, end].filter { !$0.isEmpty }, named: true))
        #expect(events.summary == ["text Whole."])
        #expect(reader.answer.message(from: endpoint).content == [.text("Whole.")])
    }

    @Test func `usage and id are kept`() throws {
        var reader = OpenAIResponsesReader()
        _ = try reader.readAll(Self.whole)
        let message = reader.answer.message(from: endpoint)
        let usage = try #require(message.usage)
        #expect([usage.input, usage.output, usage.cacheRead, usage.cacheWrite] == [100, 42, 30, 20])
        #expect(message.responseID == "resp_1")
    }

    @Test(arguments: [
        ("max_output_tokens", StopReason.length), ("content_filter", .error), ("something_new", .stop),
    ])
    func `an incomplete response says why`(reason: String, meaning: StopReason) throws {
        var reader = OpenAIResponsesReader()
        _ = try reader.readAll(
            stream([
                #"{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"\#(reason)"}}}"#
            ]))
        #expect(reader.isComplete)
        #expect(reader.answer.message(from: endpoint).stopReason == meaning)
    }

    @Test(arguments: [
        (
            #"{"type":"response.failed","response":{"status":"failed","error":{"code":"rate_limit_exceeded","message":"slow"}}}"#,
            VendorFailure.Kind.rateLimited
        ),
        (#"{"type":"error","code":"server_error","message":"oops","param":null}"#, .overloaded),
        (
            #"{"type":"error","error":{"type":"invalid_request_error","code":"context_length_exceeded","message":"long"}}"#,
            .contextTooLong
        ),
    ])
    func `failures keep their code`(event: String, kind: VendorFailure.Kind) {
        var reader = OpenAIResponsesReader()
        do {
            _ = try reader.readAll(stream([event]))
            Issue.record("no failure")
        } catch {
            #expect((error as? VendorFailure)?.kind == kind)
        }
    }
}
