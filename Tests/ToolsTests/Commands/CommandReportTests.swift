import Core
import Testing

@testable import Tools

struct CommandReportTests {
    @Test(
        arguments: [
            (0, nil, false, "hi\n", "hi", false), (0, nil, false, "", "(no output)", false),
            (3, nil, false, "bad\n\n", "bad\n\nCommand exited with code 3", true),
            (
                nil, 9, false, "",
                "The command was ended by signal 9 (killed, perhaps because memory ran out).", true
            ),
            (nil, 15, true, "half", "half\n\nThe command was ended after 5s.", true),
        ] as [(Int?, Int?, Bool, String, String, Bool)])
    func `a report says how it ended`(
        code: Int?, signal: Int?, isTimedOut: Bool, output: String, text: String, isError: Bool
    ) {
        let end = Subprocess.End(
            exitCode: code, signal: signal, isTimedOut: isTimedOut, output: output,
            duration: .milliseconds(42))
        let result = CommandReport(command: "x", directory: "/w", timeout: 5, end: end).result

        #expect(result.line == text)
        #expect(result.isError == isError)
        #expect(result.details?["exitCode"]?.intValue == code)
        #expect(result.details?["durationMs"]?.intValue == 42)
    }
}
