import Testing

@testable import Agent

struct StopWordsTests {
    @Test(arguments: ["/stop", "stop", "STOP", " esc\n", "abort", "wait", "exit", "interrupt"])
    func `whole messages that stop`(text: String) {
        #expect(StopWords.contains(text))
    }

    @Test(arguments: [
        "stop it", "please stop", "", "stop.", "/stopp", "waiting",
        String(repeating: " ", count: 100) + "stop",
    ])
    func `anything else does not`(text: String) {
        #expect(!StopWords.contains(text))
    }
}
